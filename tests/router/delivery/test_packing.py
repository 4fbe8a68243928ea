"""What is computed of a unit right before it is sent."""

from __future__ import annotations

from pathlib import Path

from router.delivery.outcomes import Ended
from router.delivery.packing import Packer
from router.delivery.units import UnitReader
from router.route import Connection
from tests.router.workshop import Do, Workshop, target


def test_each_step_is_marked_and_the_mark_is_taken_back(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target(steps=(Do(lambda body: {"n": body["n"] + 1}),))])
    made.put({"n": 1})
    desk = made.desk()
    claim = made.ledger.claim("r.t", 0, "me", 60) or made.ledger.claim("r.t", 1, "me", 60)
    assert claim is not None
    [work] = made.ledger.open_work(claim, 5)
    [unit] = UnitReader(desk.ledger, desk.table, desk.reader, desk.mark).of_work(work)
    assert not isinstance(unit, tuple)
    packer, ended = Packer(desk, 7), Ended(Connection("erp", "fake"))
    message = packer.message(unit, ended)
    assert message is not None
    parcel = packer.parcel(unit, message)
    assert (parcel.body, parcel.epoch) == (b'{"n": 2}', 7)  # type: ignore[union-attr]
    assert made.marks == [work.id, 0, work.id, 0]
    assert not ended


def test_what_a_unit_dies_of_is_told_and_not_raised(tmp_path: Path) -> None:
    made = Workshop(tmp_path, targets=[target()], steps=(Do(lambda body: {"n": body["gone"]}),))
    made.put({"n": 1})
    made.deliver()
    assert made.parked() == [(0, "r", "dead", "map")]
