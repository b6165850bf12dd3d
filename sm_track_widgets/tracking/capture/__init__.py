"""What a run remembers of its cell."""
