"""Celery and kombu: doorbells and the worker that answers them. The ledger is the truth; all of this may be lost."""
