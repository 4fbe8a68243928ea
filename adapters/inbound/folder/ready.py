"""When a file is complete: unchanged for a while, a marker beside it, or at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from adapters.inbound.folder.scan import Listing, Seen, stat_entry

MarkerOf = Callable[[str, int], str | None]
"""The marker's name for a file's name and size; None where none can be said."""


class Readiness(Protocol):
    def ready(self, listing: Listing, now: float) -> list[Seen]:
        """The files of a listing that are complete. `now` is a monotonic time in seconds."""


class AtOnce:
    """Every file: the sender renames it when it is complete."""

    def ready(self, listing: Listing, now: float) -> list[Seen]:
        return [s for e in listing.files if (s := stat_entry(e)) is not None]


class Unchanged:
    """A file whose size, time and inode were the same over looks that span `seconds`.

    Times of files are compared with each other only: the clock of a file server may be another.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[str, tuple[Seen, float]] = {}

    def ready(self, listing: Listing, now: float) -> list[Seen]:
        present = [s for e in listing.files if (s := stat_entry(e)) is not None]
        self._since = {s.name: (s, self._known(s, now)) for s in present}
        return [s for s in present if now - self._since[s.name][1] >= self._seconds]

    def _known(self, file: Seen, now: float) -> float:
        before = self._since.get(file.name)
        return before[1] if before is not None and before[0] == file else now


class Marked:
    """A file whose marker lies beside it."""

    def __init__(self, marker: MarkerOf) -> None:
        self._marker = marker

    def ready(self, listing: Listing, now: float) -> list[Seen]:
        if len(listing.names) < 2:
            return []
        present = [s for e in listing.files if (s := stat_entry(e)) is not None]
        return [s for s in present if self._marker(s.name, s.size) in listing.names]


def readiness(ready: Mapping[str, Any] | str, marker: MarkerOf) -> Readiness:
    """From the checked option `ready` of a folder source."""
    if ready == "at_once" or isinstance(ready, str):
        return AtOnce()
    if "marker" in ready:
        return Marked(marker)
    return Unchanged(float(ready["unchanged_for"]))
