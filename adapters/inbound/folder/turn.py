"""Whose turn it is: of the hosts that share a ledger and see the same folder one takes its files, so that they are taken in
their order; another one goes on when it is gone."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

import structlog

from adapters.disk import OWN
from adapters.inbound.folder.ports import FileLedger

TOKEN = f"{OWN}folder"
"""A file in the folder that says which folder it is, wherever a host has mounted it."""

log = structlog.get_logger("crossdock.folder")


class Turn:
    """Asked before each look at the folder. A ledger of one host needs no turns, and no file for them."""

    def __init__(self, folder: Path, route: str, ledger: FileLedger) -> None:
        self._folder = folder
        self._ledger = ledger
        self._log = log.bind(route=route)
        self._mine: bool | None = None

    def begins(self) -> bool:
        """Whether it is ours now and was not before: what the other one left is to be finished."""
        before, self._mine = self._mine, not self._ledger.shared or self._ledger.turn(f"folder {self._token()}")
        if before is not None and before != self._mine:
            text = "this host takes the files of the folder now" if self._mine else "another host takes the files of the folder"
            self._log.info(text, action="folder_turn")
        elif before is None and not self._mine:
            self._log.info("another host takes the files of the folder; this one stands by", action="folder_turn")
        return self._mine and not before

    @property
    def ours(self) -> bool:
        return bool(self._mine)

    def _token(self) -> str:
        """Made once, whole at once. Raises OSError."""
        path = self._folder / TOKEN
        with suppress(FileNotFoundError):
            return path.read_text("ascii")
        own = path.with_name(f"{TOKEN}-{uuid.uuid4().hex}")
        own.write_text(uuid.uuid4().hex, "ascii")
        try:
            with suppress(FileExistsError):
                os.link(own, path)
        finally:
            own.unlink()
        return path.read_text("ascii")
