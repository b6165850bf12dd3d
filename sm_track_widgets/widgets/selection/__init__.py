"""What linked views share: the runs, the filters on them, which are picked, hidden, and the baseline."""
