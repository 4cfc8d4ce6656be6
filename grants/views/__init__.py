"""Pages of the grants app, by noun."""
