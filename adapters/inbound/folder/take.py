"""Taking a file: copied and hashed once, then told to the ledger as one message."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import ParamSpec, TypeVar

from adapters.bodies import SMALL
from adapters.disk import shown
from adapters.inbound.folder.ports import FileLedger, Receiver
from adapters.inbound.folder.scan import Seen, seen
from adapters.inbound.folder.words import received_at
from router.errors import MessageError
from router.ledger import Arrival, BlobWriter, End, FileIn, Once
from router.message import Envelope, File, new_id
from router.ports import RecordCodec
from router.route import Route

PIECE = 1_048_576
FEW = 4_096
"""A file of at most this size may be a header and nothing else."""

Copied = tuple[Envelope, bytes, BlobWriter | None]
"""The envelope, the SHA-256 of its body, and the blob where it has one."""


P = ParamSpec("P")
T = TypeVar("T")


class NotKept(OSError):
    """The disk of the ledger did not take a file's body."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A copied file. Its blob stays locked until the ledger has committed."""

    seen: Seen
    arrival: Arrival
    blob: BlobWriter | None

    def close(self) -> None:
        if self.blob is not None:
            self.blob.close()

    def discard(self) -> None:
        if self.blob is not None:
            self.blob.discard()


class Taker:
    """Copies files of one route. `within` is how long the same content is a duplicate, in seconds."""

    def __init__(self, route: Route, folder: Path, receiver: Receiver, ledger: FileLedger, within: float) -> None:
        self._route = route
        self._folder = folder
        self._receiver = receiver
        self._ledger = ledger
        self._within = within
        self._shared = ledger.shared

    def file_in(self, file: Seen) -> FileIn:
        """The file as the ledger knows it. Hosts that share one have numbers of their own for the same device."""
        path = shown(os.fspath(self._folder / file.name))
        return FileIn(path, 0 if self._shared else signed(file.device), signed(file.inode), file.size, signed(file.mtime_ns))

    def take(self, file: Seen) -> Taken | None:
        """Copies a file that is ready; None where it is not what was seen, or changes meanwhile. Raises OSError,
        LedgerError."""
        copied = self._copy(self._folder / file.name, file)
        if copied is None:
            return None
        envelope, digest, blob = copied
        arrival = self._receiver.admit(self._route, envelope, digest)
        once = arrival.once + identity_of(self._route, envelope, digest, self._within)
        return Taken(file, replace(arrival, once=once, file=self.file_in(file)), blob)

    def changed(self, path: Path, name: str) -> Taken | None:
        """The dead letter of a file that changed after it was taken: the whole file as it is now at `path`."""
        copied = self._copy(path, None, name)
        if copied is None:
            return None
        envelope, digest, blob = copied
        end = End("dead", "decode", "changed", "changed after it was taken")
        stat = seen(name, os.stat(path, follow_symlinks=False))
        return Taken(stat, Arrival(envelope, self._route.version, (), digest, end=end), blob)

    def _copy(self, path: Path, expected: Seen | None, name: str = "") -> Copied | None:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            before = os.fstat(fd)
            name = name or path.name
            if not S_ISREG(before.st_mode):
                raise OSError(errno.EINVAL, "Not a regular file", str(path))
            if expected is not None and seen(name, before) != expected:
                return None
            id = new_id()
            if before.st_size <= SMALL:
                return self._small(fd, id, name, before)
            return self._large(fd, id, name, before)
        finally:
            os.close(fd)

    def _small(self, fd: int, id: str, name: str, before: os.stat_result) -> Copied | None:
        raw = _read_all(fd, before.st_size + 1)
        if _same(before, os.fstat(fd)) and len(raw) == before.st_size:
            return self._envelope(id, name, len(raw), raw, None), sha256(raw).digest(), None
        return None

    def _large(self, fd: int, id: str, name: str, before: os.stat_result) -> Copied | None:
        blob = kept(self._ledger.blob, id)
        try:
            while data := os.read(fd, PIECE):
                kept(blob.write, data)
            if not _same(before, os.fstat(fd)):
                blob.discard()
                return None
            size, digest = kept(blob.finish)
        except BaseException:
            blob.discard()
            raise
        return self._envelope(id, name, size, None, blob.path), digest, blob

    def _envelope(self, id: str, name: str, size: int, raw: bytes | None, blob: Path | None) -> Envelope:
        source = str(self._route.source.connection)
        headers: Mapping[str, str] = {}
        file = File(shown(name), size)
        return Envelope(id, self._route.id, source, received_at(id), raw, blob, size, None, headers, file=file)


def identity_of(route: Route, envelope: Envelope, digest: bytes, within: float) -> tuple[Once, ...]:
    """What a file of a route is known by: its content, where the same again is a duplicate."""
    if route.source.options.get("duplicates", "skip") != "skip" or not _holds_records(route, envelope):
        return ()
    return (Once(f"file:{route.id}", digest.hex(), within, changed="duplicate"),)


def _holds_records(route: Route, envelope: Envelope) -> bool:
    """Whether there is anything in a file: one that is empty, or a header alone, comes every day and is no duplicate."""
    if envelope.size == 0:
        return False
    codec = route.codec
    if codec is None and route.choose_codec is not None and envelope.file is not None:
        codec = route.choose_codec(None, envelope.file.name)
    if envelope.raw is None or envelope.size > FEW or not isinstance(codec, RecordCodec):
        return True
    try:
        return any(cut.records for cut in codec.cut(BytesIO(envelope.raw)))
    except MessageError:
        return True


def kept(write: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """What the ledger's disk is asked for; its trouble is another one than that of the sender's folder."""
    try:
        return write(*args, **options)
    except OSError as error:
        raise NotKept(error.errno, f"the ledger's disk does not take its body: {error.strerror}") from error


def signed(number: int) -> int:
    """A number of 64 bits as the ledger can hold it. Some file systems have inodes beyond 2^63, and a clock that is wrong
    makes times beyond the year 2262; they only have to be told apart."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def _read_all(fd: int, size: int) -> bytes:
    data = os.read(fd, size)
    while 0 < len(data) < size:
        more = os.read(fd, size - len(data))
        if not more:
            break
        data += more
    return data


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    """Whether nobody wrote to it, and nobody took it back, while it was copied."""
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return unchanged and after.st_nlink > 0
