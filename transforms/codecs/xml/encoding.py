"""In which encoding a document is written (XML 1.0, 4.3.3 and appendix F): its mark, its first bytes, its declaration."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO

from router.errors import DecodeError
from transforms.codecs.charset import MARKS, Charset, charset, ebcdic
from transforms.codecs.places import excerpt

HEAD = 1024
SHAPES = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
"""How a document without a mark begins where a character takes several bytes; the longest first."""
EBCDIC_START = "<?xm".encode("cp037")
DECLARED = re.compile(r"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")


@dataclass(frozen=True, slots=True)
class Encoded:
    """`start` is the first byte behind the mark. `bytewise`: each byte below 128 is the character of ASCII."""

    charset: Charset
    encoding: str
    start: int
    bytewise: bool = field(init=False)

    def __post_init__(self) -> None:
        plain = not self.encoding.startswith(("utf-16", "utf-32")) and not ebcdic(self.encoding)
        object.__setattr__(self, "bytewise", plain)


    def view(self, raw: bytes) -> str:
        """Text in which markup can be found: a character a byte where markup is ASCII, else what it says."""
        return raw.decode("latin-1") if self.bytewise else self.charset.keep(raw, self.encoding)

    def raw(self, view: str) -> bytes:
        return view.encode("latin-1") if self.bytewise else view.encode(self.encoding, self.charset.lossless)

    def size(self, view: str) -> int:
        return len(view) if self.bytewise else len(self.raw(view))

    def text(self, view: str) -> str:
        """What a view says. Raises UnicodeDecodeError."""
        return self.raw(view).decode(self.encoding)


def encoding_of(stream: BinaryIO) -> Encoded:
    """Raises DecodeError where the document says an encoding that is not known, or not its own."""
    stream.seek(0)
    head = stream.read(HEAD)
    for name, mark in MARKS:
        if head.startswith(mark):
            return Encoded(charset(name), name, len(mark))
    for shape, name in SHAPES:
        if head.startswith(shape):
            return Encoded(charset(name), name, 0)
    found = DECLARED.match(head.decode("cp037" if head.startswith(EBCDIC_START) else "latin-1"))
    return declared(found[1], head) if found else Encoded(charset("utf-8"), "utf-8", 0)


def declared(name: str, head: bytes) -> Encoded:
    try:
        found = charset(name)
    except ValueError:
        raise DecodeError(f"line 1: the declared encoding {excerpt(name)} is not known") from None
    one = Encoded(found, found.name, 0)
    if not one.bytewise and not (ebcdic(found.name) and head.startswith(EBCDIC_START)):
        raise DecodeError(f"line 1: the document declares the encoding {excerpt(name)}, but is not written in it; correct the"
                          " declaration, or leave it out where it is UTF-8")  # fmt: skip
    return one
