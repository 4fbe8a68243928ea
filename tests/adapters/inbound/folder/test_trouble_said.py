from __future__ import annotations

from adapters.inbound.folder.trouble import Said


def test_a_reason_is_said_when_it_begins_when_it_changes_and_after_an_hour() -> None:
    said = Said(again=3600.0)
    assert [said.worth("a", "full", now) for now in (0.0, 1.0, 3599.0)] == [True, False, False]
    assert said.worth("a", "no permission", 3599.5)
    assert said.worth("a", "full", 3600.0)
    assert not said.worth("a", "full", 7199.0)
    assert said.worth("a", "full", 7200.0)


def test_what_is_over_is_said_anew() -> None:
    said = Said()
    assert not said.over("a")
    said.worth("a", "full", 0.0)
    assert said.over("a")
    assert said.worth("a", "full", 1.0)


def test_what_is_gone_is_forgotten() -> None:
    said = Said()
    said.worth("a", "full", 0.0)
    said.worth("b", "full", 0.0)
    said.keep({"b"})
    assert said.worth("a", "full", 1.0)
    assert not said.worth("b", "full", 1.0)
