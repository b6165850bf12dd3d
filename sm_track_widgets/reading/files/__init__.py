"""A frame -> a file for other programs, written as a whole or not at all."""
