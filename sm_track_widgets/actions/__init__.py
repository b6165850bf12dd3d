"""What follows tracking: sweeps, the best model's registration, clean-up, moves to other homes, reports.

Verbs that read and write runs through the layers below. None of them knows a notebook: what a front end shows
meanwhile reaches them as a callback.
"""
