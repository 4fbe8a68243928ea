"""The ledger's statements: what both engines, SQLite and PostgreSQL, run word for word. Each brings its own database."""
