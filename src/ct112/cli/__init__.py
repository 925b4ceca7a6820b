"""The ct112 command: a module a noun."""
