from __future__ import annotations

import pytest

from adapters.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b.csv", "a b.csv"),
        ("Umsätze 1\u202f234 €.csv", "Umsätze 1\u202f234 €.csv"),
        ("red\x1b[31m.csv", "red\\x1b[31m.csv"),
        ("a\nb\t\x07\x7f\x9b", "a\\nb\\t\\x07\\x7f\\x9b"),
        ("evil\u202ecsv.exe\u2066\u2028", "evil\\u202ecsv.exe\\u2066\\u2028"),
        ("half\ud800", "half\\ud800"),
    ],
)
def test_a_terminal_is_told_nothing(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown
