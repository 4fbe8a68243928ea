"""Backpressure: when nothing is taken in, who finds that out, and what sources ask."""
