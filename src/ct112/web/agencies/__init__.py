"""Agencies over HTTP, and the agency book that is served with the database away."""
