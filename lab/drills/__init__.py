"""Drills: something breaks on the real parts while people call; what became of each call is counted."""
