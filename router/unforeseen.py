"""An error of our own in the computing of a message: the message ends with it, its lane goes on.

Computing is pure: the same error would come again at each attempt, and a lane that waits for another end would wait for
ever. The traceback goes to the log, once for each place that it comes from.
"""

from __future__ import annotations

import secrets
import traceback

from router.errors import CrossdockError, MessageError

INTERNAL = "internal"
"""The class of such an error."""
NOT_OURS = (CrossdockError, MemoryError, OSError)
"""What has a meaning of its own wherever it is raised, and is passed on."""

KNOWN: dict[tuple[str, str, int], str] = {}
"""Ids by kind, file and line."""


def unforeseen(stage: str, error: Exception) -> MessageError:
    """The end of the message. To be called while the error is handled."""
    kind = type(error).__name__
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = (kind, *((frame[0].filename, frame[0].lineno or 0) if frame else ("", 0)))
    id = KNOWN.get(place)
    if id is None:
        id = KNOWN[place] = secrets.token_hex(4)
        import structlog  # not where projects are only checked

        log = structlog.get_logger("crossdock")
        log.error(f"an error of our own at {stage}; its message is dead", action="internal_error", error_id=id,
                  exc_info=error)  # fmt: skip
    return MessageError(stage, INTERNAL, f"an error that was not foreseen ({kind}); the log has it as error {id}")
