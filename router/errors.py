"""One tree of errors. The docstring of a class is its default sentence."""

from __future__ import annotations

from dataclasses import dataclass


class CrossdockError(Exception):
    """Something went wrong."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or (type(self).__doc__ or "").strip().split("\n")[0])

    @property
    def reason(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Detail:
    """One mistake inside a message: the dotted path of the field (`lines[2].qty`) and what is wrong there."""

    path: str
    message: str


class MessageError(CrossdockError):
    """This message cannot go on; the same bytes would fail again, so it is a dead letter and not retried.

    `stage` and `error` are words of `router/reasons.py`; `reason` is one sentence for people that says
    what, where (line, column, byte, field) and the value.
    """

    def __init__(self, stage: str, error: str, reason: str, details: tuple[Detail, ...] = ()) -> None:
        super().__init__(reason)
        self.stage = stage
        self.error = error
        self.details = details


class DecodeError(MessageError):
    """The bytes are not what the format says."""

    def __init__(self, reason: str, error: str = "undecodable", details: tuple[Detail, ...] = ()) -> None:
        super().__init__("decode", error, reason, details)


class EncodeError(MessageError):
    """The body cannot be written in the target's format."""

    def __init__(self, reason: str, error: str = "unencodable", details: tuple[Detail, ...] = ()) -> None:
        super().__init__("encode", error, reason, details)


class Unreachable(CrossdockError):
    """The other side cannot be reached, or does not let us in."""


class ExpressionError(CrossdockError):
    """An expression could not be evaluated. `error` is `undefined`, `null`, `type`, `value` or `limit`."""

    def __init__(self, reason: str, error: str = "type") -> None:
        super().__init__(reason)
        self.error = error


class TooLong(MessageError, ExpressionError):
    """Computing this message takes too long. Raised by an alarm wherever it happens to be, so it is of both kinds."""

    def __init__(self, stage: str, reason: str) -> None:
        MessageError.__init__(self, stage, "limit", reason)


class ExpressionSyntaxError(CrossdockError):
    """An expression cannot be read. `column` counts from 1 inside the expression's text; 0: it is not known."""

    def __init__(self, reason: str, column: int = 0) -> None:
        super().__init__(reason)
        self.column = column


class LedgerError(CrossdockError):
    """The ledger could not store or answer; nothing was accepted. Try again."""


class LedgerBusy(LedgerError):
    """The ledger is busy: another process held its lock for 5 s."""


class LedgerAway(LedgerBusy):
    """The server that keeps the ledger cannot be reached."""


class LedgerFull(LedgerError):
    """There is no space left for the ledger."""


class LedgerRefused(LedgerError):
    """The ledger cannot be opened here."""


class LedgerMisnamed(LedgerRefused):
    """The address of the ledger cannot be read."""
