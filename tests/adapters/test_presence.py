from __future__ import annotations

from adapters.presence import BEAT, LOOK, Presence
from router.errors import LedgerBusy
from tests.adapters.waiting import until


class Nodes:
    """`busy`: it cannot be written now."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.busy = False

    def beat(self, name: str, role: str, host: str, version: int) -> None:
        assert host
        if self.busy:
            raise LedgerBusy("busy")
        self.told.append((name, role, version))


def test_it_is_told_now_and_then_and_at_once_where_another_version_is_served() -> None:
    nodes, served = Nodes(), [1]
    presence = Presence(nodes, "n", "web", lambda: served[0])
    presence.look(BEAT)
    for _ in range(int(BEAT / LOOK) - 1):
        presence.look(LOOK)
    assert nodes.told == [("n", "web", 1)]
    presence.look(LOOK)
    assert nodes.told == [("n", "web", 1)] * 2
    served[0] = 2
    presence.look(LOOK)
    assert nodes.told[2:] == [("n", "web", 2)]


def test_a_ledger_that_cannot_be_written_is_told_at_the_next_look() -> None:
    nodes = Nodes()
    presence = Presence(nodes, "n", "worker", lambda: 1)
    nodes.busy = True
    presence.look(BEAT)
    nodes.busy = False
    presence.look(LOOK)
    presence.look(LOOK)
    assert nodes.told == [("n", "worker", 1)]


def test_it_runs_beside_what_the_process_does_until_it_is_ended() -> None:
    nodes = Nodes()
    with Presence(nodes, "n", "web", lambda: 1):
        until(lambda: bool(nodes.told))
    assert nodes.told == [("n", "web", 1)]
