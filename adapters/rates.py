"""The rate of a connection, shared by all hosts: counted in the Redis that is their broker, or each its share without it.

A rate is one number there: the time of the next send (generic cell rate: evenly spaced). Losing it loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis.asyncio.connection import AbstractConnection

from adapters.limits import FileRates
from adapters.redis_server import Server, ServerError, ask, hang_up

PATIENCE = 0.05
"""Seconds for an answer; after them a send goes by this host's share."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
"""Seconds for which a server that did not answer is not asked again."""
BLOCK = 0.02
"""Seconds of a rate that are fetched at once: a fast rate costs no round trip a send."""
STALE = 0.1
"""Seconds after which what was fetched and not used is forgotten: it would be a burst."""
LIVE = 10
"""Seconds for which a host counts that has asked."""

SCRIPT = f"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, count = tonumber(ARGV[1]), tonumber(ARGV[2])
local start = tonumber(redis.call('GET', KEYS[1]) or '0')
-- A server whose clock was set back is no reason to wait for the old time.
if start < now or start > now + 30000000 + 100 * step then start = now end
local free = start + count * step
redis.call('SET', KEYS[1], string.format('%.0f', free), 'PX', math.ceil((free - now) / 1000) + 1000)
redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - {LIVE}000000)
redis.call('EXPIRE', KEYS[2], {LIVE})
return {{start - now, redis.call('ZCARD', KEYS[2])}}
"""
"""The rate's next time in KEYS[1], the hosts that ask in KEYS[2]; microseconds of the server's clock. Answers the
microseconds until the first of ARGV[2] sends, and how many hosts there are."""


@dataclass(slots=True)
class Block:
    """Sends that are counted and not given out: from `at` on, in seconds of the loop's clock, `step` apart."""

    at: float
    step: float
    left: int

    def take(self, count: int) -> float:
        """When the last of them may go."""
        self.left -= count
        self.at += count * self.step
        return self.at - self.step


class SharedRates:
    """`host` names this one; `hosts` says how many send where the server never did. Used by one event loop."""

    def __init__(self, url: str, own: FileRates, host: str, hosts: Callable[[], int] = lambda: 1, log: Any = None) -> None:
        self._server = Server({"url": url, "timeout": PATIENCE})
        self._own = own
        self._host = host
        self._hosts = hosts
        self._log = log
        self._known = 0
        self._blocks: dict[str, Block] = {}
        self._lock = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._pause = 0.0
        self._again_at = 0.0

    async def take(self, connection: str, rate: float, count: int) -> float:
        async with self._lock:
            now = asyncio.get_running_loop().time()
            block = self._blocks.get(connection)
            if block is None or block.left < count or block.at < now - STALE:
                block = await self._fetch(connection, rate, max(count, int(rate * BLOCK)))
            if block is None:
                return self._own.count(connection, rate / self.hosts(), count)
            return max(0.0, block.take(count) - asyncio.get_running_loop().time())

    def hosts(self) -> int:
        return max(1, self._known or self._hosts())

    async def close(self) -> None:
        if self._connection is not None:
            await hang_up(self._connection)
            self._connection = None

    async def _fetch(self, connection: str, rate: float, count: int) -> Block | None:
        """None where the server does not answer, or did not a moment ago."""
        loop = asyncio.get_running_loop()
        self._blocks.pop(connection, None)
        if loop.time() < self._again_at:
            return None
        keys = (f"crossdock:{{rates}}:{connection}", "crossdock:{rates}:hosts")
        try:
            async with asyncio.timeout(PATIENCE):
                wait, hosts = await self._ask(*keys, 1_000_000 / rate, count, self._host)
        except (ServerError, TimeoutError, ValueError, TypeError) as error:
            await self._failed(error)
            return None
        except BaseException:
            await self.close()  # the next answer would be this one's
            raise
        self._answered(hosts)
        block = self._blocks[connection] = Block(loop.time() + wait / 1_000_000, 1 / rate, count)
        return block

    async def _ask(self, *words: Any) -> Any:
        if self._connection is None:
            self._connection = await self._server.connect()
        return await ask(self._connection, "EVAL", SCRIPT, 2, *words)

    async def _failed(self, error: Exception) -> None:
        with suppress(Exception):
            await self.close()
        if self._log is not None and not self._pause:
            reason = str(error) or f"no answer within {PATIENCE * 1000:.0f} ms"
            self._log.warning(
                "rates are not shared: this host takes its share", action="rates_not_shared",
                broker=self._server.place, reason=reason, hosts=self.hosts(),
            )  # fmt: skip
        self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
        self._again_at = asyncio.get_running_loop().time() + self._pause

    def _answered(self, hosts: int) -> None:
        self._known = hosts
        if self._pause and self._log is not None:
            self._log.info("rates are shared again", action="rates_shared", broker=self._server.place, hosts=hosts)
        self._pause = 0.0
