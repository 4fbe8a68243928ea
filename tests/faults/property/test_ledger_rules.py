"""Everything that may happen to a ledger, in any order, against plain books (tests/faults/property/machine.py); and that
the books see it where a rule of the ledger is broken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from adapters.ledger.sql import intake, lanes, settle, ticking
from router.ledger import FAR, Claim
from tests.faults.property.bench import MemoryBench, SqliteBench
from tests.faults.property.play import LONG, play

GAMES = {MemoryBench: (25, 1500), SqliteBench: (10, 300)}
"""By kind of ledger: how many, short and long."""


@pytest.mark.parametrize("kind", GAMES, ids=lambda kind: kind.__name__)
def test_a_ledger_stands_as_the_books_say_whatever_happens(kind: type[MemoryBench]) -> None:
    play(kind, GAMES[kind][LONG])


def open_to_all(db: Any, run: Any, claim: Claim, delivered: int = 0) -> Claim:
    """A fence that lets everybody through."""
    return dataclasses.replace(claim, until=db.clock.steady() + int(claim.lease * 1000))


def never(*_: object) -> None:
    """Nothing is done."""


def far(*_: object) -> int:
    return FAR


BREAKS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "the fence lets a late owner through": (lanes, "fence", open_to_all),
    "accepted work wakes no lane": (intake, "wake", never),
    "the next of a key is never tried": (settle, "promote", never),
    "a clock that is set back is not seen": (ticking.Ticking, "_set_back", never),
    "a lane that is given back forgets its work": (lanes, "next_due", far),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_the_books_see_a_broken_rule(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room, name, instead = BREAKS[broken]
    monkeypatch.setattr(room, name, instead)
    with pytest.raises(AssertionError):
        play(MemoryBench, 200, shrink=False)
