"""A house of fakes around a folder source: a ledger on the disk that outlives a killed process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from adapters.inbound.folder import FolderSource
from router.errors import LedgerError
from router.ledger import Arrival, FileIn, Receipt
from router.message import Envelope, File, Message
from router.ports import Codec
from router.route import Route, Source

WEEK = 7 * 86_400.0


class Blob:
    """A blob whose end is seen by the test: `state` is open, closed or discarded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = "open"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")
        self._hash = sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)

    def finish(self) -> tuple[int, bytes]:
        self._file.flush()
        return self._file.tell(), self._hash.digest()

    def close(self) -> None:
        self._file.close()
        self.state = "closed"

    def discard(self) -> None:
        self._file.close()
        self.path.unlink()
        self.state = "discarded"


class DiskLedger:
    """One line a fact; read again by whoever comes after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs: list[Blob] = []
        self.failed: list[tuple[str, str]] = []
        self.relocated: list[tuple[str, str]] = []
        self.facts: list[dict[str, Any]] = []
        self._log = folder / "facts.jsonl"
        if self._log.exists():
            self.facts = [json.loads(line) for line in self._log.read_text().splitlines()]

    def say(self, facts: Sequence[dict[str, Any]]) -> None:
        self.facts += facts
        with self._log.open("a") as log:
            log.write("".join(json.dumps(f) + "\n" for f in facts))

    shared = False

    def turn(self, name: str) -> bool:
        return True

    def blob(self, message_id: str) -> Blob:
        self.blobs.append(Blob(self.folder / "blobs" / message_id))
        return self.blobs[-1]

    def file_stored(self, path: str, file: FileIn) -> str | None:
        stored = [f for f in self.facts if f["what"] in ("stored", "moved") and f["file"] == asdict(file)]
        return str(stored[-1]["id"]) if stored and stored[-1]["what"] == "stored" else None

    def file_moved(self, path: str, file: FileIn, moved_to: str) -> None:
        self.say([{"what": "moved", "id": "", "path": path, "file": asdict(file), "to": moved_to}])

    def failed_files(self, route: str) -> Sequence[tuple[str, str]]:
        return [f for f in self.failed if f[1] not in [r[0] for r in self.relocated]]

    def kept(self, message_id: str) -> Envelope | None:
        found = next((f for f in self.facts if f["what"] == "stored" and f["id"] == message_id), None)
        if found is None:
            return None
        raw = bytes.fromhex(found["body"])
        return Envelope(message_id, "r", "in", datetime.now(UTC), raw=raw, size=len(raw), file=File(found["name"], len(raw)))

    def file_relocated(self, message_id: str, moved_to: str) -> None:
        self.relocated.append((message_id, moved_to))

    def stored(self) -> list[dict[str, Any]]:
        """The messages, in order."""
        return [f for f in self.facts if f["what"] == "stored" and f["state"] != "duplicate"]

    def bodies(self) -> list[bytes]:
        return [bytes.fromhex(f["body"]) for f in self.stored()]

    def moves(self) -> list[str]:
        """Where the files lie, in order."""
        return [f["to"] for f in self.facts if f["what"] == "moved"]


class Door:
    """A receiver that takes everything; `verdict` gives the state of an arrival, `errors` are raised first."""

    def __init__(self, ledger: DiskLedger, verdict: Callable[[Arrival], str] = lambda a: "accepted") -> None:
        self.ledger = ledger
        self.verdict = verdict
        self.errors: list[LedgerError] = []
        self.sizes: list[int] = []
        self.arrivals: list[Arrival] = []

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival:
        assert sha256 is not None
        return Arrival(envelope, route.version, ((route.id, 1),), sha256)

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        if self.errors:
            raise self.errors.pop(0)
        self.sizes.append(len(arrivals))
        self.arrivals += arrivals
        facts: list[dict[str, Any]] = []
        receipts = [self._accept(a, facts) for a in arrivals]
        self.ledger.say(facts)
        return receipts

    def _accept(self, arrival: Arrival, facts: list[dict[str, Any]]) -> Receipt:
        keys = [o.key for o in arrival.once]
        first = next((f for f in self.ledger.facts + facts if f.get("keys") == keys and keys), None)
        state = "duplicate" if first else arrival.end.state if arrival.end else self.verdict(arrival)
        file = asdict(arrival.file) if arrival.file else None
        id = arrival.envelope.id
        facts.append({"what": "stored", "id": id, "state": state, "file": file, "keys": [] if first else keys,
                      "name": arrival.envelope.file.name if arrival.envelope.file else "",
                      "body": arrival.envelope.read().hex()})  # fmt: skip
        return Receipt(state, str(first["id"]) if first else id, 0, str(first["id"]) if first else None)


def archive(message: Message) -> str:
    return "archive"


def marker(message: Message) -> str:
    assert message.envelope.file is not None
    return f"{message.envelope.file.name}.ok"


def route_of(codec: Codec | None = None, **options: Any) -> Route:
    every: Mapping[str, Any] = {
        "folder": "pos", "files": "*.csv", "ready": "at_once", "ignore": ["*.part", ".*"], "order": "name",
        "done": archive, "failed": "failed", "duplicates": "skip",
    }  # fmt: skip
    return Route("pos-sales", Source("folder", {**every, **options}), (), version=3, codec=codec)


@dataclass
class Clock:
    """A monotonic clock that moves when it is told."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class House:
    """A folder source with everything around it."""

    root: Path
    route: Route
    verdict: Callable[[Arrival], str] = lambda a: "accepted"
    checkpoint: Callable[[str], None] = lambda step: None
    clock: Clock = field(default_factory=Clock)
    paused: bool = False

    def __post_init__(self) -> None:
        self.inbox = self.root / "in"
        self.inbox.mkdir(exist_ok=True)
        self.start()

    def start(self) -> None:
        """A new process on the same disk."""
        self.ledger = DiskLedger(self.root)
        self.door = Door(self.ledger, self.verdict)
        self.source = FolderSource(
            self.route, self.inbox, self.door, self.ledger, WEEK, self.clock,
            checkpoint=lambda s: self.checkpoint(s), paused=lambda: self.paused,
        )  # fmt: skip

    def drop(self, name: str, body: bytes = b"a;b\n1;2\n") -> Path:
        path = self.inbox / name
        path.write_bytes(body)
        return path

    def look(self, seconds: float = 0.0) -> float:
        """One round, `seconds` after the last one."""
        self.clock.now += seconds
        return self.source.round()

    def tree(self) -> dict[str, bytes]:
        """Every file in the folder by its path."""
        files = [p for p in sorted(self.inbox.rglob("*")) if p.is_file() and not p.is_symlink()]
        return {os.fsencode(p.relative_to(self.inbox)).decode("utf-8", "backslashreplace"): p.read_bytes()
                for p in files}  # fmt: skip
