"""Runs both applications by uvicorn, on uvloop and httptools, until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import uvicorn
import uvloop

from adapters.web.protocol import Patient
from adapters.web.room import Room, room_for_connections
from router.errors import CrossdockError

GRACE = 10
"""Seconds that requests have to end after the stop."""
BACKLOG = 2048
MOST_OPERATORS = 100
"""Connections to the pages for operations; they never stand behind those of callers."""
UNHEARD_MS = 60_000
"""After so long without a sign that it was read, an answer is given up with its connection."""

Bound = Callable[[int, int], None]


class AddressError(CrossdockError):
    """The address cannot be used."""


class Server(uvicorn.Server):
    """One application on one socket. Signals are the process's own business, not the server's."""

    def __init__(self, app: Any, listening: socket.socket, most: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(Patient, room=Room(most)),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def run_until(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as tasks:
            stopper = tasks.create_task(self._stop_after(stop))
            await self.serve(sockets=[self._listening])
            stopper.cancel()

    async def _stop_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True


async def serve(
    app: Any, admin_app: Any, http: str, admin: str, stop: asyncio.Event, bound: Bound = lambda http, admin: None
) -> None:
    """Serves until `stop`, then takes no connection more and gives requests 10 s to end.

    `bound` is told the two ports once connections are taken (they are queued until the loop comes to them). Raises
    AddressError before anything is served.
    """
    sources = listen(http, "--http")
    try:
        operations = listen(admin, "--admin")
    except AddressError:
        sources.close()
        raise
    bound(sources.getsockname()[1], operations.getsockname()[1])
    most = room_for_connections()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Server(app, sources, most).run_until(stop))
        tasks.create_task(Server(admin_app, operations, MOST_OPERATORS).run_until(stop))


def new_event_loop() -> asyncio.AbstractEventLoop:
    """For `asyncio.Runner(loop_factory=…)` of the process that serves."""
    return uvloop.new_event_loop()


def listen(address: str, option: str) -> socket.socket:
    """A listening socket for `host:port` or `[v6]:port`; port 0 takes a free one."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise AddressError(f"{option} {address}: write it as host:port, such as 127.0.0.1:8080.")
    host = host.strip("[]")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)  # accepted sockets inherit it
    try:
        listening.bind((host, int(port)))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise AddressError(f"{option} {address} cannot be used: {reason}. Choose another address.") from error
    listening.setblocking(False)
    return listening
