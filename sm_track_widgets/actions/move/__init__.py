"""Runs on their way to another home: AWS, MLflow and back, out of CSV files.

Every source is read into `parcel.Parcel`; every target takes parcels step by step (`carry`), each step one that can be
done again. What a target holds already is known by the key of the run at its source, which travels with it.
"""
