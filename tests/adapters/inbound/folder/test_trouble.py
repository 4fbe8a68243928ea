"""Files that wait after a failure."""

from __future__ import annotations

from adapters.inbound.folder.trouble import Troubles


def test_the_wait_doubles_to_a_minute() -> None:
    troubles = Troubles()
    assert [troubles.add("a", 0.0) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_only_the_troubled_one_waits() -> None:
    troubles = Troubles()
    troubles.add("a", 10.0)
    assert troubles.waiting("a", 10.9)
    assert not troubles.waiting("a", 11.0)
    assert not troubles.waiting("b", 10.0)


def test_what_is_gone_is_forgotten() -> None:
    troubles = Troubles()
    troubles.add("a", 0.0)
    troubles.keep({"b"})
    assert not troubles.waiting("a", 0.0)
    assert troubles.add("a", 0.0) == 1
