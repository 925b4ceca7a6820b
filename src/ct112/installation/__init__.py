"""Putting ct112 on a Debian machine and taking it off: what is to be changed, shown first, done in order."""
