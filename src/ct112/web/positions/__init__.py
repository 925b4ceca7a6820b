"""Positions: who sits there, and whether the phone is registered."""
