"""The embedded default: SQLite in WAL mode with FULL sync, blobs as files beside it."""
