"""Runs that have been read, in memory and on disk, and what is asked to keep them true."""
