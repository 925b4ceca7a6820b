"""Dispatches over HTTP."""
