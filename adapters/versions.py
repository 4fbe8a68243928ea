"""Hosts whose files differ: each serves what it started with, and says so where another version was stored since."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

from router.errors import LedgerError

EVERY = 5.0

log = structlog.get_logger("crossdock.versions")


class Configs(Protocol):
    def newest_version(self) -> tuple[int, str, int]:
        """(number, by whom, epoch ms). Raises LedgerError."""


class Served:
    """`number` is what this process serves."""

    def __init__(self, configs: Configs, number: int) -> None:
        self._configs = configs
        self._number = number
        self._told = number

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.to_thread(self.look)
            try:
                await asyncio.wait_for(stop.wait(), EVERY)
            except TimeoutError:
                continue

    def look(self) -> None:
        """Once for each version that came."""
        try:
            newest, by, _ = self._configs.newest_version()
        except LedgerError:
            return
        if newest != self._told:
            self._told = newest
            log.warning(
                f"this host serves version {self._number} of the project; version {newest} was stored by {by} elsewhere:"
                " bring the files up to date and start it again", action="version_differs", serves=self._number, newest=newest,
            )  # fmt: skip
