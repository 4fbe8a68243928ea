"""PostgreSQL as the ledger: for more than one machine. Bodies lie in the database, in chunks."""
