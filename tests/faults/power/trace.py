"""What processes said to the kernel: the lines that strace wrote (`-f -yy -xx`), as calls in the order of their returns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CALLS = (
    "openat", "creat", "write", "pwrite64", "writev", "pwritev", "pwritev2", "fsync", "fdatasync", "rename", "renameat",
    "renameat2", "link", "linkat", "unlink", "unlinkat", "ftruncate", "truncate", "mkdir", "mkdirat", "rmdir", "fallocate",
    "copy_file_range", "sendfile", "splice", "sendto", "sendmsg", "lseek",
)  # fmt: skip
"""All that changes files, makes changes durable, or tells somebody that they are."""

LINE = re.compile(r"(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed>)(.*)")
RETURNED = re.compile(r"(.*)\) += (-?\d+|\?)(.*)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
FILE = re.compile(r"<((?:\\x[0-9a-f]{2})+)>(?!\(deleted\))")
SOCKET = re.compile(r"<(TCP:\[[^\]]*)\]>")
UNFINISHED = " <unfinished ...>"


@dataclass(frozen=True, slots=True)
class Call:
    """`entered` and `left` count the lines: what left before another was entered came before it. `words` are its strings,
    `files` the paths of its descriptors, in order; `tail` the numbers and flags behind its last string."""

    name: str
    entered: int
    left: int
    words: tuple[bytes, ...]
    files: tuple[str, ...]
    socket: str
    tail: str
    result: int


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Those that succeeded. Raises ValueError where a string was cut off: the recording is of no use then."""
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(lines):
        found = LINE.match(line)
        if found is None:
            continue
        pid, name, text = found.groups()
        if name not in CALLS:
            continue
        if text.endswith(UNFINISHED):
            begun[pid] = number, text.removesuffix(UNFINISHED)
            continue
        entered, before = begun.pop(pid, (number, ""))
        returned = RETURNED.fullmatch(before + text)
        if returned is not None and returned[2] not in ("?", "-1"):
            yield _call(name, entered, number, returned[1], int(returned[2]), returned[3])


def _call(name: str, entered: int, left: int, arguments: str, result: int, behind: str) -> Call:
    texts = TEXT.findall(arguments)
    if any(cut for _, cut in texts):
        raise ValueError(f"line {left + 1}: strace cut a string off; record with a larger -s")
    files = tuple(_bytes(path).decode() for path in FILE.findall(arguments + behind))
    socket = SOCKET.search(arguments)
    tail = arguments.rpartition('"')[2] if texts else FILE.sub("", arguments)
    words = tuple(_bytes(text) for text, _ in texts)
    return Call(name, entered, left, words, files, socket[1] if socket else "", tail, result)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
