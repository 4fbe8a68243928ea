"""What happens to files once they are stored: moved to `done` or `failed`, and the ledger told where they lie."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from adapters.disk import explain, shown
from adapters.inbound.folder.move import Mover
from adapters.inbound.folder.ports import Checkpoint, FileLedger, Receiver
from adapters.inbound.folder.scan import Seen, seen
from adapters.inbound.folder.take import Taken, Taker
from router.errors import LedgerError
from router.ledger import Receipt
from router.route import Route

log = structlog.get_logger("crossdock.folder")


@dataclass(frozen=True, slots=True)
class Landed:
    """A stored file that still lies where it came in."""

    file: Seen
    message_id: str
    state: str = "accepted"
    duplicate_of: str | None = None

    @classmethod
    def of(cls, taken: Taken, receipt: Receipt) -> Landed:
        # A duplicate's receipt names the first one's id; its own tells its file apart.
        return cls(taken.seen, taken.arrival.envelope.id, receipt.state, receipt.of)

    @property
    def failed(self) -> bool:
        return self.state in ("dead", "refused")


class Landing:
    """Moves stored files of one route. What cannot be moved now stays, and is moved after a later look."""

    def __init__(
        self,
        route: Route,
        mover: Mover,
        taker: Taker,
        receiver: Receiver,
        ledger: FileLedger,
        trouble: Callable[[str, str, OSError], None],
        checkpoint: Checkpoint,
    ) -> None:
        self._route = route
        self._mover = mover
        self._taker = taker
        self._receiver = receiver
        self._ledger = ledger
        self._trouble = trouble
        self._checkpoint = checkpoint
        self._log = log.bind(route=route.id)

    def land(self, batch: Sequence[Landed]) -> None:
        """Moves all, makes the moves durable at once, then tells the ledger."""
        moved = [(item, to) for item in batch if (to := self._move(item)) is not None]
        self._checkpoint("placed")
        self._mover.sync()
        self._checkpoint("synced")
        for item, to in moved:
            file = self._taker.file_in(item.file)
            self._ledger.file_moved(file.path, file, to)
            self._tell(item, to)
        self._checkpoint("told")

    def sweep_failed(self) -> None:
        """Moves files whose message failed after they were done; one that was deleted comes back from the ledger."""
        for path, id in self._ledger.failed_files(self._route.id):
            try:
                to = self._mover.relocate(path, id) if path else self._restored(id)
            except OSError as error:
                self._log.warning(explain(error), action="folder_move_failed", message=id, file=path)
                continue
            self._mover.sync()
            self._ledger.file_relocated(id, to)
            self._log.warning("the message failed as a whole: its file was moved", action="folder_file_failed",
                              message=id, file=path or shown(Path(to).name), to=to)

    def _restored(self, id: str) -> str:
        kept = self._ledger.kept(id)
        if kept is None or kept.file is None:
            return ""
        with kept.open() as body:
            return self._mover.restore(kept.file.name, body, id)

    def _move(self, item: Landed) -> str | None:
        """Where it lies now, '' where it is gone; None where it could not be moved."""
        try:
            hidden = self._mover.fetch(item.file.name)
            if hidden is None:
                return ""
            self._checkpoint("fetched")
            if seen(item.file.name, os.stat(hidden, follow_symlinks=False)) != item.file:
                return self._changed(item, hidden)
            return self._mover.place(hidden, item.message_id, item.failed)
        except OSError as error:
            self._trouble(item.file.name, "folder_move_failed", error)
            self._give_back(item.file.name)
        except LedgerError as error:
            self._log.warning(f"{error.reason}; the changed file is taken again as a new one",
                              action="folder_waits_for_ledger", file=shown(item.file.name))
            self._give_back(item.file.name)
        return None

    def _give_back(self, name: str) -> None:
        """Best effort: what still lies hidden is put back before the next look."""
        with suppress(OSError):
            self._mover.give_back(name)

    def _changed(self, item: Landed, path: Path) -> str | None:
        """A file that was written to after it was copied is a dead letter of its own, with all that it holds."""
        taken = self._taker.changed(path, item.file.name)
        if taken is None:
            return None
        try:
            self._receiver.store([taken.arrival])
        finally:
            taken.close()
        id = taken.arrival.envelope.id
        self._log.error("changed after it was taken: stored as a dead letter", action="folder_file_changed",
                        message=id, first=item.message_id, file=shown(item.file.name))
        return self._mover.place(path, id, failed=True)

    def _tell(self, item: Landed, to: str) -> None:
        name = shown(item.file.name)
        if item.duplicate_of is not None:
            self._log.info("the same content again", action="folder_file_duplicate", message=item.message_id,
                           of=item.duplicate_of, file=name, to=to)
        else:
            self._log.info("taken", action="folder_file_taken", message=item.message_id, state=item.state,
                           bytes=item.file.size, file=name, to=to)
