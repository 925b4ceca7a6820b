"""Alerts of sensors and cameras, and the cameras."""
