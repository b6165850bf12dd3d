"""The cell that a run came from: whether it was edited since, and how to run it again."""
