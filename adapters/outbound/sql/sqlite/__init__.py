"""Files of SQLite."""
