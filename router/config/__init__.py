"""routes.yaml: read, checked as a whole, and built into the routing table.

`project.py` reads, `check.py` checks and builds, `problems.py` says what is wrong. Nothing is imported here: who only
needs to read a duration does not wait for the whole grammar, so that commands start, and complete, fast.
"""
