"""Decides: what a message is, where it goes, when it is tried again. Touches nothing outside."""
