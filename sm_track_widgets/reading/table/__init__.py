"""Runs as columns: made from what Search answers, merged as they change, kept on disk."""
