"""The session: signing in and out, one's own password and codes."""
