"""Bodies on their way into the ledger: small ones stand in their message, others lie in a file of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from router.ledger import BlobWriter
from router.message import Envelope

SMALL = 64 * 1024
"""Up to this size, in bytes, a body stands in the message."""


def landed(
    envelope: Envelope, blob: Callable[[str], BlobWriter]
) -> tuple[Envelope, bytes | None, BlobWriter | None]:
    """The envelope as it is to be stored, the body's SHA-256 where it is known by now, and the writer that holds the
    blob's lock until it is closed. Raises OSError and LedgerError; nothing is left behind then."""
    if envelope.raw is None or envelope.size <= SMALL:
        return envelope, None, None
    writer = blob(envelope.id)
    try:
        writer.write(envelope.raw)
        _, sha256 = writer.finish()
    except BaseException:
        writer.discard()
        raise
    return replace(envelope, raw=None, blob=writer.path), sha256, writer
