"""Marshmallow behind `validate`: schemas of a project, and their mistakes in words."""
