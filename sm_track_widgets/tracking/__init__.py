"""Writing runs: `run.Run` and what it stands on."""
