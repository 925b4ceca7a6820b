"""Places: what somebody said, areas, which area a point is in."""
