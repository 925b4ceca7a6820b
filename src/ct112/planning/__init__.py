"""How many operators and trunk lines a centre needs: `ct112 capacity`."""
