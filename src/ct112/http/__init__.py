"""What the HTTP doors of all processes share: the server, problem details, health and metrics."""
