"""Reshapes messages: expressions, maps, templates, codecs, steps. Pure: no clock, no chance, no outside."""
