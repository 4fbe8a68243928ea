from __future__ import annotations

from router.config.nearest import did_you_mean


def test_the_nearest_word_else_all_of_them() -> None:
    known = ["header", "delimiter", "quote"]
    assert did_you_mean("hed", known) == "did you mean 'header'?"
    assert did_you_mean("Quote", known) == "did you mean 'quote'?"
    assert did_you_mean("zzz", known) == "one of: header, delimiter, quote"
    assert did_you_mean("zzz", known, otherwise=False) == ""
    assert did_you_mean("zzz", ["path"]) == "only: path"
