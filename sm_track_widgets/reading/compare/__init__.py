"""Runs side by side: which of their facts differ, and by how much."""
