"""The ledger's engines. SQL lives here and nowhere else (beside the sql adapter)."""
