"""Types: what is known of a body before there is one, and what an expression makes of it.

`kinds.py` says what types there are; `bodies.py`, `schemas.py`, `maps.py` and `steps.py` where they come from;
`reader.py` reads expressions and `pages.py` templates; `checker.py` is what the checker of routes.yaml asks.

A type never guesses. Where something is not known it is `ANY`, and nothing is said of it: a mistake that is missed shows at
run time, a false alarm stops a project that works.
"""
