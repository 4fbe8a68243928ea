"""Touches the world: sources, targets, the ledger, the web, Celery, the command line."""
