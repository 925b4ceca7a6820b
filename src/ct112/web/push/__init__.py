"""Web push over HTTP: phones of agencies that want to be told."""
