"""Character encodings: declared, checked against the byte order mark, never guessed."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache

from router.errors import DecodeError
from transforms.codecs.places import excerpt, line_column

MARKS = (
    ("utf-32-le", codecs.BOM_UTF32_LE),
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-8", codecs.BOM_UTF8),
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
)
"""Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE."""

LONGEST_MARK = 4
WITHOUT_ORDER = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
STATEFUL = ("iso2022", "hz", "utf-7", "idna", "punycode", "unicode_escape", "unicode-escape", "raw", "undefined")


@dataclass(frozen=True, slots=True)
class Charset:
    """One encoding. `name` is how the bytes are read where no mark says the byte order, `written` how they are made."""

    name: str
    written: str
    mark: bytes = b""
    """What a written text begins with."""

    @property
    def unicode(self) -> bool:
        return self.name.startswith("utf-")

    @property
    def lossless(self) -> str:
        """The error handler that keeps what cannot be decoded as lone surrogates, byte for byte."""
        return "surrogatepass" if self.name.startswith(("utf-16", "utf-32")) else "surrogateescape"

    def keep(self, raw: bytes, encoding: str) -> str:
        """The text of bytes some of which cannot be decoded: these are lone surrogates in it, and `size` still holds."""
        if not self.name.startswith(("utf-16", "utf-32")):
            return raw.decode(encoding, self.lossless)
        unit, found = (2 if self.name.startswith("utf-16") else 4), ""
        while True:
            try:
                return found + raw.decode(encoding, self.lossless)
            except UnicodeDecodeError as wrong:  # half a unit at the end, or a number that is no character
                found += raw[: wrong.start].decode(encoding, self.lossless) + "\udc80"
                raw = raw[wrong.start + unit :]

    def told(self, lone: str) -> str:
        """What is said of a lone surrogate that `keep` made."""
        byte = bytes([ord(lone) & 0xFF])
        if self.lossless == "surrogatepass":
            byte = b"" if lone == "\udc80" else lone.encode(self.name, self.lossless)
        return undecodable(byte, self.written)

    def size(self, text: str, encoding: str) -> int:
        """The bytes that a text of `keep` took."""
        return len(text.encode(encoding, self.lossless))

    def detect(self, head: bytes) -> tuple[str, int]:
        """The encoding of a stream that begins with `head`, and the length of its mark. Raises DecodeError where the
        mark contradicts what was declared."""
        for marked, mark in MARKS:
            if head.startswith(mark):
                if self.accepts(marked):
                    return marked, len(mark)
                if marked == "utf-8" or self.name == "utf-8":
                    raise DecodeError(f"byte 0: begins with the byte order mark of {marked}, but the format declares "
                                      f"{self.written}; set `encoding: {marked}`")
        return self.name, 0

    def accepts(self, marked: str) -> bool:
        return marked == self.name or (self.written in WITHOUT_ORDER and marked.startswith(self.written))

    def decode(self, raw: bytes) -> str:
        """The text without its mark. Raises DecodeError with the byte."""
        encoding, skipped = self.detect(raw[:LONGEST_MARK])
        try:
            return raw[skipped:].decode(encoding)
        except UnicodeDecodeError as wrong:
            at = skipped + wrong.start
            line = raw[:at].decode(encoding, "replace").count("\n") + 1
            raise DecodeError(f"line {line} (byte {at}): {undecodable(raw[at:at + 1], self.written)}") from None


def decoded(raw: bytes, encoding: str, errors: str = "strict") -> str:
    """`raw.decode`, but quicker for the encodings of one byte a character that are not Latin-1 and agree with it in
    most bytes: Python looks each character up in their tables, and copies Latin-1 as it is."""
    odd = unlike_latin_1(encoding)
    if odd is not None and len(raw.translate(None, odd)) == len(raw):
        return raw.decode("latin-1")
    return raw.decode(encoding, errors)


@cache
def unlike_latin_1(encoding: str) -> bytes | None:
    """The bytes that are another character than in Latin-1, or none; None where the encoding does not extend ASCII or
    has characters of several bytes."""
    if encoding in ("utf-8", "iso8859-1", "ascii"):
        return None  # quick by themselves
    if not getattr(codecs.lookup(encoding), "_is_text_encoding", True) or encoding.startswith(("utf-", *STATEFUL)):
        return None
    odd = bytes(n for n in range(256) if bytes([n]).decode(encoding, "replace") != chr(n))
    table = len(bytes(range(256)).decode(encoding, "replace")) == 256
    return odd if table and min(odd, default=128) >= 128 else None


def ebcdic(encoding: str) -> bool:
    """Whether an encoding is one of IBM's for mainframes, in which digits are F0 to F9."""
    try:
        return "0\n".encode(encoding) == b"\xf0\x25"
    except (UnicodeEncodeError, LookupError):
        return False


def undecodable(byte: bytes, name: str) -> str:
    return f"{byte.hex(' ') or 'the end'} is not {name}; set `encoding` to what the sender writes"


def unencodable(text: str, wrong: UnicodeEncodeError, name: str) -> str:
    """What is wrong with a text that an encoding cannot write."""
    line, column = line_column(text, wrong.start)
    return f"line {line}, column {column}: {excerpt(text[wrong.start])} cannot be written in {name}"


def charset(name: str) -> Charset:
    """Raises ValueError with a sentence where Crossdock cannot use an encoding of that name."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(f"{excerpt(name)} is not an encoding; usual ones are utf-8, cp1252, iso-8859-15") from None
    plain = found.name.replace("_", "-")
    if not getattr(found, "_is_text_encoding", True) or found.name.startswith(STATEFUL):
        raise ValueError(f"{excerpt(name)} cannot be used for messages; usual ones are utf-8, cp1252, iso-8859-15")
    if plain == "utf-8-sig":
        return Charset("utf-8", "utf-8", codecs.BOM_UTF8)
    if plain in WITHOUT_ORDER:
        read = WITHOUT_ORDER[plain]
        return Charset(read, plain, dict(MARKS)[read])
    return Charset(plain, plain)
