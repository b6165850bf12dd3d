"""Conditions on metrics that are looked at as points are logged: ``val_loss > 2``."""
