from __future__ import annotations

import json
from decimal import Decimal

import click
import pytest

from adapters.commands.output import SHOWN, answer_rows, cell, iso, stop

ROWS = [{"id": f"m{n}", "n": n, "price": Decimal("1.10")} for n in range(SHOWN + 5)]
Capture = pytest.CaptureFixture[str]


def test_a_table_is_cut_and_says_so_other_formats_are_not(capsys: Capture) -> None:
    assert answer_rows(ROWS, ("id", "n"), "table") == SHOWN
    out, err = capsys.readouterr()
    assert out.count("\n") == SHOWN + 2
    assert "the first 100; for all use -o jsonl" in err
    assert answer_rows(ROWS, (), "jsonl") == SHOWN + 5
    assert capsys.readouterr().out.splitlines()[0] == '{"id":"m0","n":0,"price":1.10}'
    assert answer_rows(ROWS, (), "id") == SHOWN + 5
    assert capsys.readouterr().out.splitlines()[-1] == f"m{SHOWN + 4}"


@pytest.mark.parametrize("n", [0, 1, 3])
def test_json_is_one_document(n: int, capsys: Capture) -> None:
    answer_rows(iter(ROWS[:n]), (), "json")
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == [f"m{i}" for i in range(n)]


def test_a_limit_holds_for_every_format(capsys: Capture) -> None:
    assert answer_rows(ROWS, ("id",), "table", 2) == answer_rows(ROWS, (), "jsonl", 2) == 2
    assert "first" not in capsys.readouterr().err


def test_nothing_of_a_long_text_is_cut_off_a_terminal(capsys: Capture) -> None:
    answer_rows([{"id": "m", "reason": "x" * 500}], ("id", "reason"), "table")
    assert "x" * 500 in capsys.readouterr().out


def test_cells_read_like_words() -> None:
    assert [cell(v) for v in (None, True, {"a": 1}, ["x", "y"], [{"id": "t", "state": "dead"}])] == [
        "", "yes", "a=1", "x, y", "t dead",
    ]  # fmt: skip
    assert iso(1_772_352_000_123) == "2026-03-01T08:00:00.123Z"
    assert iso(None) is None


def test_a_stop_has_its_code(capsys: Capture) -> None:
    with pytest.raises(click.exceptions.Exit) as ended:
        stop(3, "no message matches")
    assert ended.value.exit_code == 3
    assert capsys.readouterr().err == "no message matches\n"


def test_a_cell_tells_the_terminal_nothing(capsys: Capture) -> None:
    answer_rows([{"id": "m1", "file": "red\x1b[31m\n.csv", "keys": {"k": "half\ud800"}}], ("id", "file", "keys"), "table")
    out, _ = capsys.readouterr()
    assert out.splitlines()[-1].split() == ["m1", "red\\x1b[31m\\n.csv", "k=half\\ud800"]
