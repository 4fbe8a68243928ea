"""What `router/process.py` is made of: cutting a message into records, and their way through the steps."""
