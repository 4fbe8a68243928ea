"""The texts that a folder source renders about one file: its marker's name and the folder where it goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from time import monotonic
from typing import Any

import structlog

from adapters.disk import shown
from router.errors import CrossdockError
from router.message import Envelope, File, Message
from router.route import Route

LONGEST = 255
"""Bytes of a file's name."""
MOST_WARNED, AGAIN = 1_000, 3600.0
FAILED = "folder_template_failed"
FALLBACK = "archive"
"""Where a file goes whose `done` cannot be rendered: it is in the ledger, and must not be taken again."""

log = structlog.get_logger("crossdock.folder")


def received_at(message_id: str) -> datetime:
    """The time inside a UUIDv7: the same after a crash, so that `done` renders the same."""
    return datetime.fromtimestamp(int(message_id.replace("-", "")[:12], 16) / 1000, UTC)


class Words:
    """Renders `marker` and `done` of one route."""

    def __init__(self, route: Route, marker: Callable[..., Any] | None, done: Callable[..., Any] | str) -> None:
        self._route = route
        self._marker = marker
        self._done = done
        self._warned: set[str] = set()
        self._since = monotonic()

    @property
    def deletes(self) -> bool:
        return self._done == "delete"

    @property
    def marked(self) -> bool:
        return self._marker is not None

    def marker(self, name: str, size: int) -> str | None:
        """The name of the marker beside a file; None where there are no markers or none can be named."""
        if self._marker is None:
            return None
        try:
            text = self._render(self._marker, name, size, "")
        except CrossdockError as error:
            self._warn(name, name, f"`marker` cannot be made, so the file waits: {error.reason}", FAILED)
            return None
        if not text or "/" in text or "\0" in text or text in (".", "..", name) or len(os.fsencode(text)) > LONGEST:
            said = "no marker can have this name: the file waits until it is renamed"
            self._warn(name, name, said, "folder_marker_unusable", marker=text)
            return None
        return text

    def done(self, name: str, size: int, message_id: str) -> PurePosixPath:
        """The folder, inside the connection's path, for a file that is done."""
        try:
            text = self._done if isinstance(self._done, str) else self._render(self._done, name, size, message_id)
        except CrossdockError as error:
            self._warn(message_id, name, f"`done` cannot be made, so the file goes to {FALLBACK}: {error.reason}", FAILED)
            return PurePosixPath(FALLBACK)
        folder = PurePosixPath(text)
        if text and "\0" not in text and folder.parts and not folder.is_absolute() and ".." not in folder.parts:
            return folder
        said = f"`done` does not name a folder inside the connection: the file goes to {FALLBACK}"
        self._warn(message_id, name, said, "folder_done_unusable", done=text)
        return PurePosixPath(FALLBACK)

    def _warn(self, about: str, name: str, said: str, action: str, **more: str) -> None:
        """Once for a file, although it is looked at again and again; again after an hour. Of thousands, the first are told."""
        now = monotonic()
        if now - self._since >= AGAIN:
            self._warned, self._since = set(), now
        if about not in self._warned and len(self._warned) < MOST_WARNED:
            self._warned.add(about)
            log.warning(said, action=action, route=self._route.id, file=shown(name), **more)

    def _render(self, template: Callable[..., Any], name: str, size: int, message_id: str) -> str:
        at = received_at(message_id) if message_id else datetime.fromtimestamp(0, UTC)
        source = str(self._route.source.connection)
        envelope = Envelope(message_id, self._route.id, source, at, raw=b"", size=size, file=File(shown(name), size))
        return str(template(Message(envelope, None)))
