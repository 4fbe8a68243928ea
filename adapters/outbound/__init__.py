"""Targets: one adapter for each first key of `send`."""
