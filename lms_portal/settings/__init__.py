"""Settings: base holds what never changes; dev, test and production say what differs."""
