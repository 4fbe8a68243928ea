"""What the folder source needs of the house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from router.ledger import Arrival, BlobWriter, FileIn, Receipt
from router.message import Envelope
from router.route import Route

Checkpoint = Callable[[str], None]
"""Called between steps with the name of the one that is done, so that tests can end a process there."""


def no_checkpoint(_step: str) -> None:
    """Goes on."""


class Receiver(Protocol):
    """The use case that accepts messages."""

    def admit(self, route: Route, envelope: Envelope, sha256: bytes | None = None) -> Arrival: ...

    def store(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """Raises LedgerError; nothing is stored then."""


class FileLedger(Protocol):
    """The part of the ledger that knows files."""

    @property
    def shared(self) -> bool:
        """Whether processes of other hosts may use it too."""

    def turn(self, name: str) -> bool:
        """Whether what is so named is this process's to take from; it stays so until the process ends, or its way to the
        ledger. Raises LedgerError."""

    def blob(self, message_id: str) -> BlobWriter: ...

    def file_stored(self, path: str, file: FileIn) -> str | None:
        """The message that this very file was stored as, while its move is not done."""

    def file_moved(self, path: str, file: FileIn, moved_to: str) -> None:
        """The move is done; `moved_to` is '' where the file was deleted."""

    def failed_files(self, route: str) -> Sequence[tuple[str, str]]:
        """(where the file lies, message id) of files that are done and whose message is dead or rejected as a whole; ''
        for one that was deleted."""

    def kept(self, message_id: str) -> Envelope | None:
        """What was stored of a message, its body too; None where it is not kept any more."""

    def file_relocated(self, message_id: str, moved_to: str) -> None:
        """The file of a failed message lies elsewhere now; '' where it is gone."""
