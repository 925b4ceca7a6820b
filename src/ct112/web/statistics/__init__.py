"""Statistics over any span."""
