"""What takes several passes over the line."""
