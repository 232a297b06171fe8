"""What configurations make their loaders import, call or evaluate, whatever they are written in."""
