"""Who sat where, and when."""
