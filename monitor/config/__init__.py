"""What the user has settled for good: the configuration file, and what the monitor remembers beside it."""
