"""The floor as it is now, in one answer."""
