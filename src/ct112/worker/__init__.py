"""Process 3: keeps house, and later delivers to agencies. Nothing of a call waits for it."""
