"""The only place that says channel, bridge and Stasis; the rest of ct112 speaks the core's words."""
