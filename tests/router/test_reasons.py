"""Whatever a message may end with has a word in the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from router.reasons import LASTING, RETRIED, STAGES
from transforms.steps import STEPS

ROOT = Path(__file__).parents[2]
ERRORS = {"MessageError": 1, "DecodeError": 1, "EncodeError": 1, "ExpressionError": 1, "End": 2, "Outcome": 0}
"""Where their error stands among the arguments."""
STAGED = {"MessageError": 0, "End": 1}
NO_LETTER = {"duplicate", "filtered", "record"}
"""Ends that are none: a duplicate, a filtered member of an array, and what a trial alone says."""


def said(places: dict[str, int]) -> Iterator[tuple[str, str]]:
    for room in ("router", "transforms", "adapters"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                place = places.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
                if isinstance(node, ast.Call) and place is not None and len(node.args) > place:
                    found = node.args[place]
                    if isinstance(found, ast.Constant) and isinstance(found.value, str):
                        yield found.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_each_error_has_a_word() -> None:
    found = list(said(ERRORS))
    assert len(found) > 100
    unknown = [(error, place) for error, place in found if error not in {*RETRIED, *LASTING, *NO_LETTER}]
    assert unknown == []


def test_each_stage_has_a_word_and_each_step_is_one() -> None:
    unknown = [(stage, place) for stage, place in said(STAGED) if stage not in STAGES]
    assert unknown == []
    assert set(STEPS) <= set(STAGES)


def test_no_word_is_there_for_nothing() -> None:
    computed = {"any", "unencodable", "internal"}
    """By `retry.errors` alone, by default, and by a name."""
    assert {*RETRIED, *LASTING} - {error for error, _ in said(ERRORS)} <= computed | {"late"}
