"""An error of our own ends one message; those behind it in its lane go on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from router import unforeseen
from router.errors import LedgerBusy
from router.message import Envelope
from router.route import Otherwise
from tests.router.workshop import Do, Expr, Json, Workshop, target


@pytest.fixture(autouse=True)
def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unforeseen, "KNOWN", {})


def odd(body: Any) -> Any:
    """A step with a mistake."""
    return {"n": body["n"] // body.get("by", 1)}


@pytest.mark.parametrize("chosen", [True, False])
def test_a_step_that_breaks_ends_its_messages_and_the_lane_goes_on(tmp_path: Path, chosen: bool) -> None:
    """In processing, where something is to be chosen, else in delivery."""
    to = target(when=Expr(lambda body: True)) if chosen else target()
    more = {"otherwise": Otherwise("dead", "none")} if chosen else {}
    shop = Workshop(tmp_path, targets=[to], steps=(Do(odd, "map", "map: odd"),), **more)
    shop.put({"n": 7, "by": 0}, {"n": 1}, {"n": 8, "by": 0}, {"n": 2})
    with capture_logs() as logged:
        shop.deliver()
    assert shop.targets["erp"].bodies == [{"n": 1}, {"n": 2}]
    told = [one for one in logged if one.get("action") == "internal_error"]
    assert [type(one["exc_info"]) for one in told] == [ZeroDivisionError], "said once for each place"
    dead = shop.ledger.db.read("SELECT stage, error, reason FROM parked WHERE state = 'dead'")
    reason = f"an error that was not foreseen (ZeroDivisionError); the log has it as error {told[0]['error_id']}"
    assert dead == [("map", "internal", reason)] * 2
    assert shop.open() == 0


class Broken(Json):
    def __init__(self, error: Exception, writing: bool = False) -> None:
        self.error, self.writing = error, writing

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        if self.writing:
            return super().decode(raw, envelope)
        raise self.error

    def encode(self, body: Any) -> bytes:
        raise self.error


def test_a_codec_that_breaks_refuses_at_the_door_and_is_dead_behind_it(tmp_path: Path) -> None:
    out = replace(target(), codec=Broken(LookupError(), writing=True))
    shop = Workshop(tmp_path, targets=[out], steps=(Do(lambda body: body),))
    shop.put({"n": 1})
    shop.deliver()
    assert [(where, state, stage) for _, where, state, stage in shop.parked()] == [("r.t", "dead", "encode")]
    shop.route = replace(shop.route, codec=Broken(ZeroDivisionError()))
    (id,) = shop.put({"n": 1})
    stored = shop.ledger.message_by_id(id)
    assert stored is not None
    assert shop.ledger.outcome(stored.seq, "r.t") == "refused"


@pytest.mark.parametrize("error", [OSError(5, "the disk"), MemoryError(), LedgerBusy()])
def test_what_has_a_meaning_of_its_own_is_passed_on(tmp_path: Path, error: Exception) -> None:
    shop = Workshop(tmp_path, targets=[target()])
    shop.route = replace(shop.route, codec=Broken(error))
    with pytest.raises(type(error)):
        shop.put({"n": 1})
