"""Names in an outgoing folder: of files, of their numbered siblings, and the hidden ones while they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath

from adapters.disk import OWN
from router.errors import MessageError

LONGEST = 200
"""Bytes of a rendered name: room for `-12` and `.requeue-3` below the 255 of file systems."""

_OWNED = re.compile(re.escape(OWN) + r"[0-9a-f]{24}(-\d+)?\.(part|copy|sent)\Z")


def checked_name(name: str) -> str:
    """The name itself. Raises MessageError (stage `send`, error `name`) where it is not one safe segment."""
    why = _objection(name)
    if why:
        raise MessageError("send", "name", f"the file name {name[:80]!r} {why}")
    return name


def _objection(name: str) -> str:
    if not name:
        return "is empty: let `name` render a text"
    if "/" in name or "\0" in name:
        return "holds a separator or NUL: a name is one segment, use `replace` in its template"
    if name.startswith("."):
        return "begins with a dot: hidden files are not picked up"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "cannot be written in UTF-8"
    return f"has {size} bytes in UTF-8, at most {LONGEST} are possible" if size > LONGEST else ""


def numbered(name: str, first: int = 0) -> Iterator[str]:
    """`a.csv`, `a-1.csv`, `a-2.csv` …, from number `first` on."""
    pure = PurePosixPath(name)
    for n in count(first):
        yield f"{pure.stem}-{n}{pure.suffix}" if n else name


def requeue_name(name: str, n: int) -> str:
    """`a.requeue-1.csv`: the n-th file of records that came again after theirs was closed."""
    pure = PurePosixPath(name)
    return f"{pure.stem}.requeue-{n}{pure.suffix}"


def owner(delivery_id: str) -> str:
    """What stands for a delivery in hidden names: the same on every attempt."""
    return sha256(delivery_id.encode()).hexdigest()[:24]


def temp_name(delivery_id: str, epoch: int) -> str:
    """While it is written, by this owner of the lane."""
    return f"{OWN}{owner(delivery_id)}-{epoch}.part"


def epoch_of(name: str, delivery_id: str) -> int | None:
    """The owner's epoch in the name of a temp of this delivery."""
    start = f"{OWN}{owner(delivery_id)}-"
    number = name[len(start) : -len(".part")]
    return int(number) if name.startswith(start) and name.endswith(".part") and number.isdigit() else None


def copy_name(delivery_id: str, epoch: int) -> str:
    """While an earlier owner's temp is copied."""
    return f"{OWN}{owner(delivery_id)}-{epoch}.copy"


def whole_name(delivery_id: str) -> str:
    """Written whole and synced, without its final name yet."""
    return f"{OWN}{owner(delivery_id)}.part"


def sent_name(delivery_id: str) -> str:
    """It has got its final name, which the ledger may not know yet; goes when the outcome is committed."""
    return f"{OWN}{owner(delivery_id)}.sent"


def is_own(name: str) -> bool:
    """Whether it is one of these hidden names."""
    return _OWNED.match(name) is not None
