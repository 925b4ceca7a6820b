"""Whether the centre is ready, as `ct112 doctor` sees it."""
