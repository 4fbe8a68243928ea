"""Every code that the checker says: what it means, a wrong and a right example. A file for each hundred."""
