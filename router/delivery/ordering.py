"""Order per key inside a lane: units of one key never overlap, and a key with a failed unit waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from router.delivery.units import Unit
from router.message import Message

WAITING_LIMIT = 500
"""Units that wait in memory behind another of their key; beyond it the lane takes no new work."""

Computed = tuple[Unit, Message]


class KeyOrder:
    """Which unit may go. Units without a key always may."""

    def __init__(self, blocked: set[str]) -> None:
        self.blocked = blocked
        """Keys with a parked unit: what comes after it is parked behind it."""
        self._busy: set[str] = set()
        self._waiting: dict[str, deque[Computed]] = {}
        self._ready: deque[Computed] = deque()
        self._behind = 0

    @property
    def crowded(self) -> bool:
        return self._behind >= WAITING_LIMIT

    def ready(self) -> Computed | None:
        """One that waited and whose turn has come."""
        return self._ready.popleft() if self._ready else None

    def is_blocked(self, unit: Unit) -> bool:
        return unit.key is not None and unit.parked is None and unit.key in self.blocked

    def waits(self, unit: Unit, message: Message) -> bool:
        """Keeps a unit whose key is on its way; False where it may go now."""
        key = unit.key
        if key is None or key not in self._busy:
            return False
        self._waiting.setdefault(key, deque()).append((unit, message))
        self._behind += 1
        return True

    def begin(self, unit: Unit) -> None:
        if unit.key is not None:
            self._busy.add(unit.key)

    def end(self, unit: Unit) -> None:
        """The key's next may go."""
        key = unit.key
        if key is None:
            return
        self._busy.discard(key)
        queue = self._waiting.get(key)
        if queue:
            self._ready.append(queue.popleft())
            self._behind -= 1
            if not queue:
                del self._waiting[key]
            self._busy.add(key)

    def block(self, key: str) -> list[Unit]:
        """The key waits; those of it that are in memory, in order: they are to be parked behind."""
        self._busy.discard(key)
        self.blocked.add(key)
        behind = self._waiting.pop(key, ())
        self._behind -= len(behind)
        return [unit for unit, _ in behind]

    def held(self) -> Iterator[Unit]:
        """All units that wait in memory."""
        yield from (unit for unit, _ in self._ready)
        for queue in self._waiting.values():
            yield from (unit for unit, _ in queue)
