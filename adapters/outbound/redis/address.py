"""Where an entry goes to: the stream of `send: {redis: …}`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """`maxlen`: the server keeps about so many entries, never fewer."""

    stream: str
    maxlen: int | None = None
