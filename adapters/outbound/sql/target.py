"""An open database connection of one worker child: sends batches from threads and says how each parcel ended."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

from adapters.outbound.sql.address import job_of
from adapters.outbound.sql.batch import LATER, Batch, Ending, Sizes
from adapters.outbound.sql.pool import Pool
from adapters.outbound.sql.session import Engine, Failed, Job, Refused, Session
from router.ports import Outcome, Parcel

GRACE = 0.25
"""Seconds that the database has to say itself that the time is over."""
PATIENCE, LONGEST_PATIENCE = 0.25, 1.5
"""Of the timeout, and in seconds, which lie within the margin of a lane's lease: what gets no session of ours meanwhile has not
been tried."""

SHOWN = 80
"""Characters of a statement that say where a row was sent."""


class SqlTarget:
    """Each send has a thread and a session of its own. One that does not end in time is given up: its session is cut and
    its slot comes back when its thread ends."""

    batch = 500

    def __init__(self, engine: Engine, timeout: float) -> None:
        self._engine = engine
        self._timeout = timeout
        self._pool = Pool(engine)
        self._free = asyncio.Semaphore(engine.most)
        self._sizes = Sizes()

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        if not parcels:
            return []
        begun = time.monotonic()
        try:
            async with asyncio.timeout(min(LONGEST_PATIENCE, self._timeout * PATIENCE)):
                await self._free.acquire()
        except TimeoutError:
            ends: list[Ending] = [LATER] * len(parcels)
        else:
            silent = Failed("timeout", f"the database did not answer within {self._timeout:g} s")
            deadline = time.monotonic() + self._timeout
            ends = await self._fly(Flight(self._pool, parcels, deadline, silent, self._sizes))
        duration = time.monotonic() - begun
        return [self._outcome(parcel, end, duration) for parcel, end in zip(parcels, ends, strict=True)]

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        self._pool.close()

    async def _fly(self, flight: Flight) -> list[Ending]:
        loop = asyncio.get_running_loop()
        landed: asyncio.Future[list[Ending]] = loop.create_future()

        def land(ends: list[Ending]) -> None:
            self._free.release()
            if not landed.done():
                landed.set_result(ends)

        def fly() -> None:
            ends = flight.run()
            if not loop.is_closed():
                loop.call_soon_threadsafe(land, ends)

        threading.Thread(target=fly, name="sql-out", daemon=True).start()
        try:
            await asyncio.wait({landed}, timeout=flight.deadline + GRACE - time.monotonic())
        finally:
            ends = list(flight.ends)
            if not landed.done():
                flight.abort()
                self._sizes.late(flight.into, ends.count(flight.silent))
        return landed.result() if landed.done() else ends

    def _outcome(self, parcel: Parcel, end: Ending, duration: float) -> Outcome:
        sent_to = f"{self._engine.shown} {parcel.address.into[:SHOWN]}"
        if end is None:
            return Outcome(sent_to=sent_to, duration=duration)
        error, answered = (end.error, end.answered) if isinstance(end, Failed) else ("refused", True)
        return Outcome(error, end.reason, sent_to=sent_to, duration=duration, answered=answered)


class Flight:
    """One send in its thread."""

    def __init__(
        self, pool: Pool, parcels: Sequence[Parcel], deadline: float, silent: Failed, sizes: Sizes
    ) -> None:
        self.parcels, self.deadline = parcels, deadline
        self.ends: list[Ending] = [silent] * len(parcels)
        """True at any moment."""
        self.silent, self.into = silent, str(parcels[0].address.into)
        self._pool, self._sizes = pool, sizes
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._aborted = False

    def run(self) -> list[Ending]:
        """Blocks. Never raises: nothing of the other side may end the worker."""
        try:
            jobs = self._jobs()
            if jobs:
                self._with_session(jobs)
        except Failed as error:
            self._left(error)
        except Exception as error:
            self._left(Failed("io", f"the write failed: {type(error).__name__}"))
        return self.ends

    def abort(self) -> None:
        with self._lock:
            self._aborted = True
            if self._session is not None:
                self._session.abort()

    def _left(self, error: Failed) -> None:
        """Of all that has no end yet."""
        for number, end in enumerate(self.ends):
            if end is self.silent or end is LATER:
                self.ends[number] = error

    def _jobs(self) -> dict[int, Job]:
        jobs = {}
        for number, parcel in enumerate(self.parcels):
            try:
                jobs[number] = job_of(parcel)
            except Refused as error:
                self.ends[number] = error
        return jobs

    def _with_session(self, jobs: dict[int, Job]) -> None:
        session = self._pool.take(self.deadline)
        with self._lock:
            self._session = session
            if self._aborted:
                session.abort()
        good = False
        try:
            Batch(jobs, self.ends, self.deadline, self.silent, self.into, self._sizes).write(session)
            good = not any(isinstance(end, Failed) for end in self.ends)
        finally:
            with self._lock:
                self._session = None
            if good and not self._aborted:
                self._pool.give(session)
            else:
                session.close()
