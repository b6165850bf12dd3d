"""Asking the service: which experiments there are, and their runs."""
