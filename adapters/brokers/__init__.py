"""A broker of one's own: its address, and whether it lets us in. The embedded one is `adapters/broker.py`."""
