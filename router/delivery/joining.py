"""Many bodies in one output (`collect`): in which format, and how one that was begun goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from router.errors import EncodeError
from router.ports import HeadedCodec, JoinCodec, Joiner
from router.route import Target

LONGEST_HEAD = 1 << 20
"""Bytes that the beginning of an output is looked for in."""


class AsTheyAre:
    """Texts that a template made as JSON, each an item of an array as it is."""

    content_type = "application/json"

    def begin(self, first: Any) -> bytes:
        return b"["

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        return (b"" if first or not bodies else b",") + b",".join(map(item, bodies))

    def end(self) -> bytes:
        return b"]"


def item(body: Any) -> bytes:
    if not isinstance(body, str):
        raise EncodeError("the body is not the text that a template made")
    return body.strip().encode()


def codec_of(target: Target) -> Joiner:
    """The target's own; without one the texts of a template as they are, all else as JSON. Raises EncodeError where it cannot
    hold many."""
    return AsTheyAre() if makes_json(target) else codec_for(target, "" if target.content_type else [])


def makes_json(target: Target) -> bool:
    """Whether its bodies are texts that a template made as JSON."""
    return target.codec is None and target.content_type.startswith("application/json")


def codec_for(target: Target, sample: Any) -> JoinCodec:
    """The target's own, else the one for a body like that. Raises EncodeError where it cannot hold many."""
    codec = target.codec or (target.by_body(sample) if target.by_body is not None else None)
    if not isinstance(codec, JoinCodec):
        name = codec.name if codec is not None else "none"
        raise EncodeError(f"'collect' needs a format that can be joined: json, ndjson, csv or text, not {name}")
    return codec


def content_type(target: Target) -> str:
    """Of an output: what a template says that it makes, else what the format is."""
    return target.content_type if target.codec is None and target.content_type else codec_of(target).content_type


class Joining:
    """One output in the making. `head` is how one begins that an earlier owner has written to."""

    def __init__(self, codec: Joiner, head: bytes = b"") -> None:
        self.codec = going_on(codec, head) if head else codec
        self.begun = bool(head)

    def add(self, bodies: Sequence[Any]) -> bytes:
        """The bodies behind those before. Raises EncodeError where one cannot be written, and is then as it was."""
        if not bodies:
            return b""
        head = b"" if self.begun else self.codec.begin(bodies[0])
        codec = self.codec if self.begun else going_on(self.codec, head)
        data = head + codec.join(bodies, not self.begun)
        self.codec, self.begun = codec, True
        return data

    def end(self) -> bytes:
        """What stands behind the last of them; nothing where there was none."""
        return self.codec.end() if self.begun else b""


def going_on(codec: Joiner, head: bytes) -> Joiner:
    return codec.going_on(head) if isinstance(codec, HeadedCodec) else codec
