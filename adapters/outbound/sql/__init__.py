"""Tables and statements of SQLite and PostgreSQL as targets."""
