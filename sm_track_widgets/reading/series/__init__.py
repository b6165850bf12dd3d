"""The points of metrics: read side by side, kept on disk where the service is far away."""
