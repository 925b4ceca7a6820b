"""What callers hear: text made into speech, or recordings, as audio the telephone can play."""
