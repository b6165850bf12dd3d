"""From journals to the service: what the sender does, in its process or in the foreground."""
