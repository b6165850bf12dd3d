"""Pictures of runs: Altair charts, small static SVG and HTML. Nothing here reads, writes or displays."""
