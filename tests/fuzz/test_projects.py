"""The fuzzer of projects runs with the tests, shortly; what it found once is a case of tests/broken/cases/found.yaml."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.projects.edits import Edit, delete, double, edit, rename, swap
from tests.fuzz.projects.judging import ACCEPTED, ELSEWHERE, NAMED, POINTED, judge
from tests.fuzz.projects.run import Tally, run
from tests.fuzz.projects.sound import Sound, projects

EDITS = 80
SEED = 1


def test_mistakes_are_told_at_their_place() -> None:
    tally = run(SEED, edits=EDITS)
    assert tally.edits == EDITS
    assert tally.refused > EDITS / 3
    assert not tally.found, str(tally)


def test_a_seed_gives_the_same_again() -> None:
    assert run(SEED, edits=5).answers == run(SEED, edits=5).answers


SALES = b"""\
version: 1
connections:
  pos: {type: folder, path: in}
  out: {type: folder, path: out}
routes:
  sales:
    from: {folder: pos, files: "*.csv"}
    to: [{id: out, send: {folder: out, name: a.csv}}]
"""
SOUND = Sound("sales", {"routes.yaml": SALES}, {})


@pytest.mark.parametrize(
    ("old", "new", "line", "how"),
    [
        ("path: in}", "path: inn}", 3, ACCEPTED),
        ("path: in}", "pth: in}", 3, POINTED),
        ("  pos:", "  poss:", 3, NAMED),
        ("folder: pos", "folder: poss", 1, NAMED),
        ("name: a.csv", "nme: a.csv", 1, ELSEWHERE),
    ],
)
def test_how_an_answer_is_judged(old: str, new: str, line: int, how: str) -> None:
    text = SALES.decode().replace(old, new)
    assert judge(SOUND, "routes.yaml", Edit("test", text, (line, line), 0, ("poss",))).how == how


@pytest.mark.parametrize("make", [delete, double, swap, rename])
def test_an_edit_says_where_it_is(make: object) -> None:
    for n in range(40):
        made = make(SALES.decode(), random.Random(n))  # type: ignore[operator]
        lines = made.text.split("\n")
        first = next((n for n, (a, b) in enumerate(zip(lines, SALES.decode().split("\n"), strict=False), 1) if a != b), None)
        assert first is None or made.lines[0] - 1 <= first <= made.lines[1] + 1, made


def test_every_project_can_be_edited() -> None:
    for sound in projects():
        chance = random.Random(1)
        assert any(edit(sound.files["routes.yaml"].decode(), chance, True) for _ in range(9)), sound.name


def test_what_a_run_finds() -> None:
    tally = Tally(1)
    assert not tally.found
    tally.faults.append("x")
    assert tally.found
