"""How fast it is, beside what one would use instead: `./run bench`."""
