"""The strict, sandboxed Jinja behind templates. Only `transforms/templates.py` uses it."""
