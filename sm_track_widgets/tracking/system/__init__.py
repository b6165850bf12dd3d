"""System metrics: what the machine does while a run is open."""
