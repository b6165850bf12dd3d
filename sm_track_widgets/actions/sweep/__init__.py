"""Sweeps: one call or cell for many parameter values; each point is a run, all of them children of the sweep's run."""
