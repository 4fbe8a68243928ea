"""Connections make way for each other; those at work stay."""

from __future__ import annotations

import resource

import pytest

from adapters.web.room import MOST, RESERVE, WANTED, Room, room_for_connections


class One:
    gone = False

    def give_way(self) -> None:
        self.gone = True


def filled(most: int) -> tuple[Room, list[One]]:
    room, ones = Room(most), [One() for _ in range(most)]
    assert [room.enter(one) for one in ones] == [True] * most
    return room, ones


def test_the_one_that_waited_longest_makes_way() -> None:
    room, ones = filled(3)
    assert room.enter(One())
    assert [one.gone for one in ones] == [True, False, False]
    room.busy(ones[1])
    assert room.enter(One())
    assert [one.gone for one in ones] == [True, False, True]


def test_a_request_that_is_done_waits_from_then_on() -> None:
    room, (first, second) = filled(2)
    room.busy(first)
    room.waits(first)
    assert room.enter(One())
    assert (first.gone, second.gone) == (False, True)


def test_where_all_are_at_work_nobody_enters() -> None:
    room, ones = filled(2)
    for one in ones:
        room.busy(one)
    late = One()
    assert not room.enter(late)
    room.waits(late)
    room.leave(ones[0])
    assert room.enter(One())
    assert not any(one.gone for one in (*ones, late))


@pytest.mark.parametrize(
    ("soft", "hard", "raised", "most"),
    [
        (1024, 524_288, WANTED, MOST), (1024, 4096, 4096, 4096 - RESERVE), (64, 64, None, 16), (20_000, 20_000, None, MOST),
        (1024, resource.RLIM_INFINITY, WANTED, MOST), (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None, MOST),
    ],
)  # fmt: skip
def test_open_files_bound_the_room(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, raised: int | None, most: int
) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda what: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda what, to: limits.append(to))
    assert room_for_connections() == most
    assert limits == ([(raised, hard)] if raised else [])
