"""What every target adapter keeps, whatever it talks to. An adapter's test class subclasses `TargetContract`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

import pytest

from router.ports import Outcome, Parcel, Target

SLACK = 5.0
"""Seconds that a send may take beyond its timeout."""


@dataclass(frozen=True)
class Features:
    """What an adapter can, declared and not guessed.

    `once`: the same delivery sent twice arrives once. `unreachable`: the class of error where the other side is not
    there. `silent`: a timeout in seconds where the other side can keep a send waiting, None where it cannot.
    `refuses`: the class of error of a parcel that the other side does not take, None where it takes any.
    """

    once: bool
    unreachable: str
    silent: float | None = None
    refuses: str | None = None


class Outside(Protocol):
    """The other side, and a target open to it. `secret`, where not empty, is in no outcome."""

    target: Target
    secret: str

    def parcel(self, n: int) -> Parcel:
        """The n-th delivery, with a body and a place of its own; the same one for the same n."""

    def refused(self, n: int) -> Parcel:
        """One that the other side does not take (feature `refuses`)."""

    def arrived(self) -> Sequence[bytes]:
        """All bodies that came in, in the order of arrival or of their names."""


class TargetContract:
    """Subclasses set `features` and make the three sides."""

    features: Features

    def outside(self, folder: Path) -> AbstractAsyncContextManager[Outside]:
        raise NotImplementedError

    def unreachable(self, folder: Path) -> AbstractAsyncContextManager[Outside]:
        """The other side is not there."""
        raise NotImplementedError

    def silent(self, folder: Path) -> AbstractAsyncContextManager[Outside]:
        """The other side takes the parcel and never answers (feature `silent`)."""
        raise NotImplementedError

    @pytest.mark.asyncio
    async def test_the_bytes_arrive_as_they_are(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            outcomes = await outside.target.send([outside.parcel(1)])
            assert [o.error for o in outcomes] == [None]
            assert list(outside.arrived()) == [outside.parcel(1).body]
            assert outcomes[0].sent_to
            assert outcomes[0].duration >= 0

    @pytest.mark.asyncio
    async def test_nothing_sent_is_no_outcome(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            assert await outside.target.send([]) == []

    @pytest.mark.asyncio
    async def test_a_full_batch_arrives_whole(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            parcels = [outside.parcel(n) for n in range(outside.target.batch)]
            outcomes = await outside.target.send(parcels)
            assert [o.error for o in outcomes] == [None] * len(parcels)
            assert sorted(outside.arrived()) == sorted(p.body for p in parcels)

    @pytest.mark.asyncio
    async def test_outcomes_stand_in_the_order_of_the_parcels(self, tmp_path: Path) -> None:
        if self.features.refuses is None:
            return  # the other side takes any parcel
        async with self.outside(tmp_path) as outside:
            parcels = [outside.parcel(1), outside.refused(2), outside.parcel(3)]
            outcomes = await send_all(outside.target, parcels)
            assert [o.error for o in outcomes] == [None, self.features.refuses, None]
            assert outcomes[1].reason
            assert not outcomes[1].ok

    @pytest.mark.asyncio
    async def test_the_same_delivery_again_is_a_success(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            for _ in range(2):
                outcomes = await outside.target.send([outside.parcel(1)])
                assert [o.error for o in outcomes] == [None]
            assert list(outside.arrived()) == [outside.parcel(1).body] * (1 if self.features.once else 2)

    @pytest.mark.asyncio
    async def test_settling_again_or_never_does_no_harm(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            await outside.target.send([outside.parcel(1)])
            outcomes = await outside.target.send([outside.parcel(2)])
            await outside.target.settled(outcomes)
            await outside.target.settled(outcomes)
            assert sorted(outside.arrived()) == sorted([outside.parcel(1).body, outside.parcel(2).body])

    @pytest.mark.asyncio
    async def test_a_missing_other_side_is_an_outcome(self, tmp_path: Path) -> None:
        async with self.unreachable(tmp_path) as outside:
            outcomes = await send_all(outside.target, [outside.parcel(1), outside.parcel(2)])
            assert [o.error for o in outcomes] == [self.features.unreachable] * 2
            assert all(o.reason and o.sent_to for o in outcomes)
            hides(outside, outcomes)

    @pytest.mark.asyncio
    async def test_a_silent_other_side_costs_no_more_than_the_timeout(self, tmp_path: Path) -> None:
        if self.features.silent is None:
            return  # the other side cannot keep a send waiting
        async with self.silent(tmp_path) as outside:
            started = perf_counter()
            outcomes = await outside.target.send([outside.parcel(1)])
            assert perf_counter() - started < self.features.silent + SLACK
            assert [o.error for o in outcomes] == ["timeout"]
            hides(outside, outcomes)

    @pytest.mark.asyncio
    async def test_it_can_be_closed_unused_and_twice(self, tmp_path: Path) -> None:
        async with self.outside(tmp_path) as outside:
            await outside.target.close()
            await outside.target.close()


async def send_all(target: Target, parcels: Sequence[Parcel]) -> list[Outcome]:
    """In batches as large as the target takes."""
    outcomes: list[Outcome] = []
    for first in range(0, len(parcels), target.batch):
        outcomes += await target.send(parcels[first : first + target.batch])
    return outcomes


def hides(outside: Outside, outcomes: Sequence[Outcome]) -> None:
    if outside.secret:
        assert not any(outside.secret in o.reason or outside.secret in o.sent_to for o in outcomes)
