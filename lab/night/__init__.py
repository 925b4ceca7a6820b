"""A night on the real parts: people call while one thing after another breaks; the phones judge."""
