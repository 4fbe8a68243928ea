"""Bodies in tests: `@samples/FILE`, texts and structures, to bytes that come in and to what is expected."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from router.config.nearest import did_you_mean
from router.errors import CrossdockError
from router.ports import Codec, Content, JoinCodec
from router.route import Route
from router.testing.case import Body

SAMPLES = "transforms/samples/"
ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
TYPES = {".json": "application/json", ".xml": "application/xml", ".csv": "text/csv", ".ndjson": "application/x-ndjson"}


class Unreadable(Exception):
    """A body cannot be made."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True, slots=True)
class Bodies:
    """Those of the tests of one route."""

    content: Content
    route: Route

    def coming_in(self, value: Any) -> tuple[bytes, str, str]:
        """(bytes, content type, name of the sample). A structure is written in the format of the route."""
        codec = self.route.codec
        if isinstance(value, (dict, list)) and codec is not None and codec.name != "json":
            return self.encoded(codec, plain(value)), codec.content_type, ""
        return self.written(value)

    def written(self, value: Any) -> tuple[bytes, str, str]:
        """The same where a structure is JSON."""
        if isinstance(value, str) and value.startswith("@@"):
            return value[1:].encode(), "text/plain", ""
        if isinstance(value, str) and value.startswith("@"):
            name = value[1:]
            return self.sample(name), type_of(name), name
        if isinstance(value, str):
            return value.encode(), ("text/plain" if value else ""), ""
        return ENCODER.encode(plain(value)), "application/json", ""

    def encoded(self, codec: Codec, value: Any) -> bytes:
        try:
            if isinstance(value, list) and isinstance(codec, JoinCodec) and value:
                return codec.begin(value[0]) + codec.join(value, True) + codec.end()
            return codec.encode(value)
        except CrossdockError as error:
            message = f"it cannot be written as {codec.name}: {error.reason}"
            raise Unreadable(message, "write it as text, or as a sample") from None

    def sample(self, name: str) -> bytes:
        """Its path begins under transforms/."""
        try:
            return self.content.bytes(f"transforms/{name}")
        except KeyError:
            known = [path.removeprefix("transforms/") for path in self.samples()]
            hint = did_you_mean(name, known, otherwise=False) or f"put it under {SAMPLES}, and write @samples/NAME"
            raise Unreadable(f"there is no file transforms/{name}", hint) from None

    def samples(self) -> Iterable[str]:
        return [path for path in self.content.paths() if path.startswith(SAMPLES)]

    def expected(self, value: Any) -> Body:
        if isinstance(value, dict) and set(value) == {"includes"}:
            return Body(plain(value["includes"]), part=True)
        if isinstance(value, str) and value.startswith("@") and not value.startswith("@@"):
            return Body(self.sample(value[1:]), value[1:])
        return Body(value[1:] if isinstance(value, str) and value.startswith("@@") else plain(value))


def plain(value: Any) -> Any:
    """Without the marks of where it stands."""
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def type_of(name: str) -> str:
    suffix = name[name.rfind(".") :] if "." in name else ""
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or ""
