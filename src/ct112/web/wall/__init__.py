"""What the wallboard shows of the day."""
