"""Replaying: messages sent again as new ones, `<message>.p2` and so on, to the targets that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from router.browse import Browser, Selection
from router.errors import CrossdockError
from router.jobs import NEVER, Caretaker, Job, JobItem
from router.ledger import Arrival, BlobWriter, Intake, ReplayOf, Stored, Worklist
from router.message import Envelope
from router.processing.records import revised
from router.receive import static
from router.route import Route, Table

PIECE = 1 << 20


class ReplayLedger(Browser, Caretaker, Worklist, Intake, Protocol):
    """What a replay needs of the ledger."""

    def now(self) -> int: ...


class Door(Protocol):
    """`router/receive.py`: says which identities and keys a message has."""

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival: ...


@dataclass(frozen=True, slots=True)
class Replaying:
    """One step of a replay. What it stores has an id that the job and the message give, so that a step which is done
    again after a crash stores nothing twice."""

    ledger: ReplayLedger
    table: Callable[[int], Table]
    door: Door
    job: Job

    def again(self, items: Sequence[JobItem]) -> list[JobItem]:
        """Stores the new messages; the items, each with the reason where it was left alone."""
        arrivals: list[Arrival] = []
        writers: list[BlobWriter] = []
        try:
            done = [self._one(item, arrivals, writers) for item in items]
            if arrivals:
                self.ledger.accept(arrivals)
        finally:
            for writer in writers:
                writer.close()
        return done

    def _one(self, item: JobItem, arrivals: list[Arrival], writers: list[BlobWriter]) -> JobItem:
        stored = self.ledger.message(item.seq)
        view = self.ledger.message_view(stored.envelope.id) if stored is not None else None
        if view is not None and view.state in NEVER:
            return replace(item, why_not=f"it was {'a duplicate' if view.state == 'duplicate' else view.state}")
        if stored is None or not self.ledger.body_kept(item.seq):
            return replace(item, why_not="its body is not kept any more")
        version = int(self.job.options.get("version") or stored.version)
        route = self.table(version).routes.get(stored.envelope.route)
        if route is None:
            return replace(item, why_not=f"route {stored.envelope.route} is not in version {version}")
        only = targets_of(route, self.job.options)
        if not only:
            return replace(item, why_not="all its targets are folders, or others were asked for: name one with --to")
        arrivals.append(self._arrival(stored, route, only, writers))
        return item

    def _arrival(
        self, stored: Stored, route: Route, only: tuple[str, ...], writers: list[BlobWriter]
    ) -> Arrival:
        message = stored.envelope.id
        others = self.ledger.replays(message)
        number = next((n for n, job in others if job == self.job.id), 2 + len(others))
        edit = self.ledger.revisions([stored.seq]).get((stored.seq, 0, ""))
        envelope = replace(revised(stored.envelope, edit), id=f"{message}.p{number}", only=only)
        if envelope.blob is not None:
            envelope = self._copied(envelope, writers)
        made = self.door.admit(route, envelope, stored.sha256)
        direct = tuple((t.name, t.lanes) for t in route.targets if t.id in only)
        targets = direct if static(route) else ((route.id, route.lanes),)
        again = ReplayOf(message, number, self.job.id)
        return replace(made, targets=targets, once=(), deadline=None, late="", replay=again)

    def _copied(self, envelope: Envelope, writers: list[BlobWriter]) -> Envelope:
        """Bodies are never shared between messages."""
        writer = self.ledger.blob(envelope.id)
        writers.append(writer)
        with envelope.open() as stream:
            while piece := stream.read(PIECE):
                writer.write(piece)
        writer.finish()
        return replace(envelope, blob=writer.path)


def targets_of(route: Route, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of where a job sends: to folders only where they are named, since a file that is there twice is no repair."""
    to = str(options.get("to") or "").rpartition(".")[2]
    if to:
        return tuple(t.id for t in route.targets if t.id == to)
    wanted = str(options.get("target") or "").rpartition(".")[2]
    return tuple(t.id for t in route.targets if t.send.kind != "folder" and wanted in ("", t.id))


def sent_again(ledger: Caretaker, table: Callable[[int], Table], selection: Selection, options: Mapping[str, Any]) -> int:
    """How many of the messages a job with these options would send; those of a version that cannot be used here count."""
    total = 0
    for (route, stored), count in ledger.replayable(selection).items():
        version = int(options.get("version") or stored)
        try:
            found = table(version).routes.get(route)
        except (CrossdockError, KeyError):
            total += count
            continue
        total += count if found is not None and targets_of(found, options) else 0
    return total
