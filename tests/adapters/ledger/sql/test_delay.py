from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from adapters.ledger.memory import MemoryLedger
from adapters.ledger.sql import delay
from adapters.ledger.sql.delay import Delay
from router.errors import LedgerBusy


def clock(monkeypatch: pytest.MonkeyPatch, *times: float) -> None:
    ticks = itertools.chain(times, itertools.repeat(times[-1]))
    monkeypatch.setattr(delay.time, "monotonic", lambda: next(ticks))


def test_the_longest_wait_is_said_once_whatever_came_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 0, 1, 1, 8, 8, 10)
    one = Delay()
    for _ in range(3):
        with one.measured():
            pass
    assert (one.take(), one.take()) == (7, 0)


def test_a_wait_in_vain_is_one_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 0, 5)
    one = Delay()
    with pytest.raises(LedgerBusy), one.measured():
        raise LedgerBusy
    assert one.take() == 5


def test_a_ledger_says_the_wait_of_a_write_that_was_made_before_it_was_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ledger = MemoryLedger(tmp_path)
    ledger.delay()
    clock(monkeypatch, 0, 3)
    ledger.check_due()
    ledger.take_ticker("a")
    assert ledger.delay() == 3
    assert ledger.delay() == 0
