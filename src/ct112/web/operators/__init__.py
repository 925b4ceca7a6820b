"""Operators: the people, and how they are."""
