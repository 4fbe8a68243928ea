"""A dead letter as commands show it."""

from __future__ import annotations

from typing import Any

from adapters.commands.output import iso
from router.browse import DeadLetter


def letter_row(letter: DeadLetter) -> dict[str, Any]:
    """The fields that stay, in their order."""
    return {
        "id": letter.id, "message": letter.message, "record": letter.record or None, "route": letter.route,
        "target": letter.target, "stage": letter.stage, "reason": letter.reason, "error": letter.error,
        "status": letter.status, "attempts": letter.attempts, "first_at": iso(letter.first_at),
        "last_at": iso(letter.last_at), "signature": letter.signature, "edits": letter.revisions,
    }  # fmt: skip
