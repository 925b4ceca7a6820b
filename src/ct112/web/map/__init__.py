"""The map: tiles of a file, and the outlines of the areas."""
