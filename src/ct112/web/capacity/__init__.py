"""How many operators and lines a busy hour needs."""
