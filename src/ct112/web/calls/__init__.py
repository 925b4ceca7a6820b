"""Calls: the list, one with its facts."""
