"""What `router/deliver.py` and `router/collect.py` are made of: what comes next, what is computed, what is in the air, how it
ends."""
