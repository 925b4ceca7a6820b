"""Tokens: keys of machines. For admins."""
