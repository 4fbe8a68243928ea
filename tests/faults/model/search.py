"""Every state that can be reached from a first one, the nearest first; how one came to a bad one; from where no end is
reached."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)


@dataclass
class Found(Generic[S]):
    """`trail` are the steps to the first bad state (`why`), or to one from which no end can be reached any more."""

    states: int
    steps: int
    why: str = ""
    trail: tuple[str, ...] = ()


def search(
    first: S, following: Callable[[S], Iterable[tuple[str, S]]], bad: Callable[[S], str], done: Callable[[S], bool]
) -> Found[S]:
    numbers: dict[S, int] = {first: 0}
    states: list[S] = [first]
    came: list[tuple[int, str]] = [(-1, "")]
    before: list[list[int]] = [[]]
    waiting = deque([0])
    steps = 0
    while waiting:
        number = waiting.popleft()
        why = bad(states[number])
        if why:
            return Found(len(states), steps, why, trail(came, number))
        for name, after in following(states[number]):
            steps += 1
            there = numbers.setdefault(after, len(states))
            if there == len(states):
                states.append(after)
                came.append((number, name))
                before.append([])
                waiting.append(there)
            before[there].append(number)
    good = ends_reached(before, [n for n, state in enumerate(states) if done(state)])
    stuck = next((n for n in range(len(states)) if n not in good), None)
    if stuck is None:
        return Found(len(states), steps)
    return Found(len(states), steps, "no end is reached any more", trail(came, stuck))


def ends_reached(before: list[list[int]], ends: list[int]) -> set[int]:
    """From which states an end can be reached."""
    good = set(ends)
    waiting = list(ends)
    while waiting:
        for earlier in before[waiting.pop()]:
            if earlier not in good:
                good.add(earlier)
                waiting.append(earlier)
    return good


def trail(came: list[tuple[int, str]], number: int) -> tuple[str, ...]:
    names: list[str] = []
    while number > 0:
        number, name = came[number]
        names.append(name)
    return tuple(reversed(names))
