"""What a city knows of itself: files of areas and names, and which kelurahan a point is in."""
