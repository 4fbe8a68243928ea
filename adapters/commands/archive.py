"""A tar of dead letters, to be edited elsewhere: `bodies/NAME`, a file each, and `manifest.jsonl`, a line each.

A line has the fields of `dlq list`, and: `kind` (`raw`, as it came in, or `record`, as JSON), `body` (the name of its
file, null where it could not be exported, then `why`), `sha256` of that file as it was exported, `edits` up to then.
Names, order and times depend on the dead letters alone. Nothing of a tar is ever unpacked onto the disk.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, BinaryIO

import msgspec

from adapters.commands.output import to_json
from router.browse import DeadLetter
from router.errors import CrossdockError

MANIFEST = "manifest.jsonl"
BODIES = "bodies/"
PIECE = 1 << 20
SPOOLED = 8 << 20
MOST_HEADER = 1 << 20
MOST_LINE = 1 << 20
MOST_MANIFEST = 1 << 30
MOST_MEMBERS = 1_000_000
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")
COMPRESSED = {b"\x1f\x8b": "gunzip", b"BZ": "bunzip2", b"\xfd7": "unxz", b"\x28\xb5": "unzstd", b"PK": "unzip"}
BROKEN = (tarfile.TarError, EOFError, ValueError, IndexError, OverflowError, RecursionError)
"""What tarfile raises for bytes that are no tar."""


class NoExport(CrossdockError):
    """This file is no export of dead letters."""


@dataclass(frozen=True, slots=True)
class Body:
    """A file of the tar: where its bytes stand."""

    offset: int
    size: int


class Listed(msgspec.Struct, frozen=True):
    """What a line of the manifest must say."""

    id: str
    body: str | None = None
    sha256: str | None = None
    edits: int = 0


def body_name(letter: DeadLetter, suffix: str) -> str:
    """Plain in every file system: the id's parts, joined by dots."""
    plain = suffix if SUFFIX.fullmatch(suffix) else ".txt"
    return f"{BODIES}{letter.id.replace(':', '.')}{plain}"


class ArchiveWriter:
    """Writes a tar to a stream that need not be seekable; the manifest is its last file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._lines = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
        self._newest = 0

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lines:
            if kind is None:
                size = self._lines.tell()
                self._lines.seek(0)
                self._tar.addfile(header(MANIFEST, size, self._newest), self._lines)
                self._tar.close()

    def body(self, name: str, size: int, at: int, stream: BinaryIO) -> str:
        """Writes one body, `at` its time in milliseconds; its sha256. Raises OSError where the stream ends early."""
        hashed = Hashed(stream)
        self._tar.addfile(header(name, size, at), hashed)
        return hashed.sha256.hexdigest()

    def line(self, fields: Mapping[str, Any], at: int) -> None:
        self._lines.write(to_json(fields).encode() + b"\n")
        self._newest = max(self._newest, at)


def header(name: str, size: int, at: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, at // 1000, 0o644
    return member


class Hashed:
    """A stream that is hashed while it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.sha256.update(piece)
        return piece


class Member(tarfile.TarInfo):
    """A header of bounded length: tarfile reads the long names of a header into memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in LONG and self.size > MOST_HEADER:
            raise tarfile.ReadError("a header is longer than a name can be")
        found: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]
        return found


LONG = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)


class ArchiveReader:
    """Reads a tar from a seekable file. Of files with one name the last holds, as tar has it. Raises NoExport."""

    def __init__(self, file: BinaryIO, shown: str) -> None:
        self._file = file
        self._shown = shown
        self._found: dict[str, Body] = {}
        self.strange: list[str] = []
        """Members that are no plain files, or lie elsewhere."""
        self._index()
        if MANIFEST not in self._found:
            raise NoExport(f"{shown} has no {MANIFEST}: it is no export of dead letters, or it was cut off")

    def body(self, name: str) -> Body | None:
        return self._found.get(name)

    def unlisted(self, listed: set[str]) -> list[str]:
        """Bodies that no line names."""
        return sorted(self._found.keys() - listed - {MANIFEST})

    def lines(self) -> Iterator[Listed]:
        place = self._found[MANIFEST]
        if place.size > MOST_MANIFEST:
            raise NoExport(f"{self._shown}: {MANIFEST} is longer than {MOST_MANIFEST >> 20} MiB")
        number, at, end = 0, place.offset, place.offset + place.size
        while at < end:
            self._file.seek(at)
            line = self._file.readline(min(MOST_LINE, end - at))
            number, at = number + 1, at + len(line)
            if line.strip():
                yield self._listed(line, number)

    def _listed(self, line: bytes, number: int) -> Listed:
        if len(line) >= MOST_LINE:
            raise NoExport(f"{self._shown}: line {number} of {MANIFEST} is longer than {MOST_LINE >> 10} KiB")
        try:
            return msgspec.json.decode(line, type=Listed)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NoExport(f"{self._shown}: line {number} of {MANIFEST} cannot be read: {error}") from None

    def pieces(self, body: Body) -> Iterator[bytes]:
        self._file.seek(body.offset)
        left = body.size
        while left:
            piece = self._file.read(min(PIECE, left))
            if not piece:
                raise NoExport(f"{self._shown} was cut off")
            left -= len(piece)
            yield piece

    def sha256(self, body: Body) -> str:
        found = hashlib.sha256()
        for piece in self.pieces(body):
            found.update(piece)
        return found.hexdigest()

    def _index(self) -> None:
        magic = self._file.read(2)
        self._file.seek(0)
        if magic in COMPRESSED:
            raise NoExport(f"{self._shown} is compressed: unpack it first ({COMPRESSED[magic]})")
        try:
            with tarfile.open(fileobj=self._file, mode="r:", tarinfo=Member) as tar:
                for number, member in enumerate(tar, 1):
                    self._note(member, number)
                    tar.members = []  # type: ignore[attr-defined]  # it keeps them all otherwise
        except BROKEN as error:
            raise NoExport(f"{self._shown} is no tar that can be read: {error}") from None

    def _note(self, member: tarfile.TarInfo, number: int) -> None:
        if number > MOST_MEMBERS:
            raise NoExport(f"{self._shown} has more than {MOST_MEMBERS} files")
        name = member.name.removeprefix("./")
        plain = member.isreg() and not member.issparse()
        below = name == MANIFEST or (name.startswith(BODIES) and "/" not in name[len(BODIES) :])
        if plain and below:
            self._found[name] = Body(member.offset_data, member.size)
        elif not (member.isdir() and name.rstrip("/") in ("", ".", BODIES.rstrip("/"))):
            self.strange.append(member.name)
