"""The stream source: reads entries, has them stored, and only then acknowledges them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog

from adapters.ailing import Note, unnoted
from adapters.inbound.redis_stream.entries import Entry, Read
from adapters.inbound.redis_stream.group import START, Group, NoGroup, NoStream
from adapters.inbound.redis_stream.portion import Portion
from adapters.inbound.redis_stream.trouble import Trouble
from adapters.redis_server import ServerError
from router.errors import LedgerError

T = TypeVar("T")

IDLE = 60.0
"""Seconds without an acknowledgement after which a reader counts as dead: longer than any commit takes."""
CLAIM_EVERY = 15.0
LOOK_EVERY = 1.0
"""Seconds between looks for a stream that is not there yet, or whether a paused route goes on."""
FAREWELL = 3.0
"""Seconds that the last acknowledgement may take."""

log = structlog.get_logger("crossdock.redis")


class Stopped(Exception):
    """The source is to stop."""


class Paused(Exception):
    """The route takes nothing in for now."""


class RedisStreamSource:
    """Entries of one stream become messages of one route.

    `store` takes what one read gave in one synced transaction; it blocks. Whatever fails, the source begins anew: what
    this reader was given and did not acknowledge comes first, and what of it is stored already is known by its name.
    While the route is `paused`, entries stay in the stream. Nothing ends the loop but `stop`.
    """

    def __init__(
        self,
        route: str,
        group: Group,
        store: Callable[[Sequence[Entry]], object],
        idle: float = IDLE,
        claim_every: float = CLAIM_EVERY,
        paused: Callable[[], bool] = lambda: False,
        note: Note = unnoted,
    ) -> None:
        self._group = group
        self._store = store
        self._idle = idle
        self._claim_every = claim_every
        self._claim_at = float("-inf")
        self._paused, self._note = paused, note
        self._log = log.bind(route=route)
        self._trouble = Trouble(self._log, note)
        self._portion = Portion()
        self._stored: list[bytes] = []
        """Ids that are in the ledger and not acknowledged yet."""
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"redis-{route}")

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; a batch that was begun is ended and acknowledged first."""
        try:
            while not stop.is_set():
                await _wait(stop, await self._turn(stop))
        finally:
            await self._group.close()
            self._pool.shutdown(wait=False)

    async def _turn(self, stop: asyncio.Event) -> float:
        """Works until something fails; the seconds until the next turn."""
        if self._paused() and not self._stored:
            self._note("")
            return LOOK_EVERY
        try:
            return await self._work(stop)
        except Stopped:
            return 0.0
        except Paused:
            await self._group.close()
            return LOOK_EVERY
        except NoStream as error:
            return min(LOOK_EVERY, self._trouble.failed("stream_missing", error.reason))
        except NoGroup as error:
            return self._trouble.failed("stream_removed", error.reason)
        except ServerError as error:
            return self._trouble.failed("stream_unreachable", error.reason)
        except (LedgerError, OSError) as error:
            return self._trouble.failed("stream_waits_for_ledger", f"the entries stay where they are: {error}")
        except Exception as error:
            self._log.exception("reading the stream failed", action="stream_failed")
            return self._trouble.failed("stream_failed", f"reading the stream failed: {type(error).__name__}")

    async def _work(self, stop: asyncio.Event) -> float:
        """Never returns: Stopped, Paused, or what went wrong."""
        if await _unless(stop, self._group.open()):
            self._log.info("made the consumer group, which starts at the first entry", action="stream_group_made")
        await self._acknowledge(stop)
        await self._take_own(stop)
        while True:
            if time.monotonic() >= self._claim_at:
                await self._take_over(stop)
            await self._take(await self._read(stop, self._group.fresh), stop)

    async def _take_own(self, stop: asyncio.Event) -> None:
        """What this reader was given before it died, or lost its connection."""
        after = START
        while read := await self._read(stop, self._group.own, after):
            await self._take(read, stop)
            after = read.after

    async def _take_over(self, stop: asyncio.Event) -> None:
        """What readers were given that do not come back."""
        after, taken = START, 0
        while True:
            read = await self._read(stop, self._group.claim, self._idle, after)
            await self._take(read, stop)
            after, taken = read.after, taken + len(read.entries)
            if after == START:
                break
        if taken:
            self._log.info("took over entries of a reader that is gone", action="stream_taken_over", entries=taken)
        self._claim_at = time.monotonic() + self._claim_every

    async def _read(self, stop: asyncio.Event, read: Callable[..., Coroutine[Any, Any, Read]], *words: Any) -> Read:
        if self._paused():
            raise Paused
        return await _unless(stop, read(*words, self._portion.count))

    async def _take(self, read: Read, stop: asyncio.Event) -> None:
        if read.gone:
            self._log.warning(
                "entries were removed from the stream before they were acknowledged: what was not stored before is lost",
                action="stream_entries_gone", entries=len(read.gone), first=read.gone[0].decode(),
            )  # fmt: skip
        if read.entries:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._store, read.entries)
        self._stored += read.ids
        await self._acknowledge(stop)
        self._portion.learn(len(read.entries), read.size)
        self._trouble.over()

    async def _acknowledge(self, stop: asyncio.Event) -> None:
        """Where it fails, these ids are acknowledged first over the next connection."""
        if self._stored:
            await _unless(stop, self._group.acknowledge(self._stored), FAREWELL)
            self._stored.clear()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T], grace: float = 0.0) -> T:
    """What `work` gives. Raises Stopped where it is not done `grace` seconds after `stop` at the latest."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and grace:
            await asyncio.wait({task}, timeout=grace)
        if not task.done():
            raise Stopped
        return task.result()
    finally:
        stopping.cancel()
        task.cancel()
        await asyncio.gather(task, stopping, return_exceptions=True)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
