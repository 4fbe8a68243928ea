"""Tests of routes: a project's `tests:` run by the product's own use cases; only the outside and the time are simulated."""
