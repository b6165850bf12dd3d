"""The journal: records durable on this machine when the call that wrote them returns."""
