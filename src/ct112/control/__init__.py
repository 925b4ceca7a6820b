"""What serve and web say to each other: the feed, the asks, and the client's side of both."""
