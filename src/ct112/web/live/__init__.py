"""What is live: the floor as web knows it, its clients over WebSockets, and asks of the floor."""
