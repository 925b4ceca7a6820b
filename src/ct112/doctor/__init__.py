"""`ct112 doctor`: what must be true before going live, each with its remedy."""
