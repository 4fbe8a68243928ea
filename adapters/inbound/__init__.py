"""Sources: what comes in, and how each says that it was taken."""
