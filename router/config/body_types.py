"""The content type of a body, as far as the route says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from router.message import Envelope
from router.ports import Codec
from router.route import AnyStep

NEW_BODY = ("map", "xslt", "split")
"""After these the content type of an earlier template says nothing any more."""


def type_of_source(
    codec: Codec | None, choose: Callable[[str | None, str | None], Codec]
) -> Callable[[Envelope], str]:
    """What a body is that no step changed: by the format, else as the route itself would guess."""

    def found(envelope: Envelope) -> str:
        if codec is not None:
            return codec.content_type
        return choose(envelope.content_type, envelope.file.name if envelope.file else None).content_type

    return found


def content_type(steps: Sequence[AnyStep]) -> str:
    """What the last template says it makes; `''` where the body decides at each send."""
    for step in reversed(steps):
        found = getattr(step, "content_type", None)
        if found or step.verb in NEW_BODY:
            return str(found or "")
    return ""
