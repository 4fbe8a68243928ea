"""Messages that came before, computed by two versions: what becomes of them differs, grouped and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from router.ledger import Stored
from router.planning.aligning import changes
from router.planning.fates import DEAD, FILTERED, SENT, Fate, UnitFate, shared_fates, unit_fates
from router.planning.groups import (
    ADDRESS,
    BODY,
    DROPPED,
    FAILED,
    FAILS,
    FEWER,
    GOES,
    KEPT,
    MORE,
    RECOVERS,
    STAYS,
    Comparison,
    plain,
)  # fmt: skip
from router.processing.records import RecordReader
from router.route import Route
from router.testing.compare import show

SHOWN_PATHS = 4
MOST_RECORDS = 1000
"""Of one message: a day file is looked at by its first ones."""

Paths = Callable[[bytes, bytes], list[tuple[str, str, str]]]
"""Where two bodies differ: path, before, after."""


def compared(before: Route, after: Route, messages: Iterable[Stored], readers: tuple[RecordReader, RecordReader], paths: Paths,
             most: int = MOST_RECORDS, same: int = -1) -> Comparison:  # fmt: skip
    """`messages` of the route, in any order; `same`: how many of the first steps are, -1 where not even the format is."""
    found = Comparison(after.id)
    if same < 0 or any(step.verb == "split" for step in before.steps[same:]):
        computed = apart(before, after, readers, most)
    else:
        computed = together(before, after, same, readers[0], most)
    for stored in messages:
        if stored.envelope.size and stored.envelope.raw == b"":
            found.gone += 1
            continue
        try:
            one(found, stored, *computed(stored), paths, most)
        except OSError:
            found.gone += 1
    return found


Fates = dict[int, UnitFate]


def apart(
    before: Route, after: Route, readers: tuple[RecordReader, RecordReader], most: int
) -> Callable[[Stored], tuple[Fates, Fates]]:  # fmt: skip
    return lambda stored: (
        dict(unit_fates(before, stored, readers[0], most)), dict(unit_fates(after, stored, readers[1], most))
    )  # fmt: skip


def together(
    before: Route, after: Route, same: int, reader: RecordReader, most: int
) -> Callable[[Stored], tuple[Fates, Fates]]:  # fmt: skip
    def computed(stored: Stored) -> tuple[Fates, Fates]:
        old: Fates = {}
        new: Fates = {}
        for record, was, is_ in shared_fates(before, after, same, stored, reader, most):
            old[record], new[record] = was, is_
        return old, new

    return computed


def one(found: Comparison, stored: Stored, old: Fates, new: Fates, paths: Paths, most: int) -> None:
    found.messages += 1
    found.looked += max(len(old), len(new))
    found.cut += max(len(old), len(new)) >= most
    id = stored.envelope.id
    for record in old.keys() & new.keys():
        differing = list(differs(old[record], new[record], paths))
        found.changed += bool(differing)
        for word, target, detail, told in differing:
            found.add(word, target, detail, f"{id}:{record}" if record else id, told)
    only_old, only_new = old.keys() - new.keys(), new.keys() - old.keys()
    whole = {0} & (only_old | only_new)
    if whole:  # the message as a whole is dead by one of them
        uneven(found, old, new, id)
    elif only_old or only_new:
        found.changed += 1
        found.add(MORE if only_new else FEWER, "", "", id, f"{len(old)} → {len(new)}")


def uneven(found: Comparison, old: Fates, new: Fates, id: str) -> None:
    """Dead before it is split, by one version; by the other it has records."""
    found.changed += 1
    dead, word = (new[0], FAILS) if 0 in new else (old[0], RECOVERS)
    if dead.whole is not None:
        found.add(word, "", where(dead.whole), id, dead.whole.why)


def differs(old: UnitFate, new: UnitFate, paths: Paths) -> Iterator[tuple[str, str, str, str]]:
    """(word, target, detail, told)."""
    if old == new:
        return
    if old.whole is not None or new.whole is not None:
        yield from ended(old.whole or lost(old), new.whole or lost(new), "")  # where it goes, or went, follows from that
        return
    for target in [*old.targets, *(t for t in new.targets if t not in old.targets)]:
        was, is_ = old.targets.get(target), new.targets.get(target)
        if was == is_:
            continue
        if was is None or is_ is None:
            yield from chosen(target, was, is_)
        elif was.end == is_.end == SENT:
            yield from rewritten(target, was, is_, paths)
        else:
            yield from ended(was, is_, target)


def lost(fate: UnitFate) -> Fate | None:
    """How a unit ended that went to no target in the end."""
    ends = list(fate.targets.values())
    return ends[0] if ends and all(one.end == DEAD for one in ends) else None


def chosen(target: str, was: Fate | None, is_: Fate | None) -> Iterator[tuple[str, str, str, str]]:
    if is_ is None:
        yield STAYS, target, "", ""
    elif is_.end == DEAD:
        yield FAILS, target, where(is_), is_.why
    elif is_.end == SENT:
        yield GOES, target, "", ""


def ended(was: Fate | None, is_: Fate | None, target: str) -> Iterator[tuple[str, str, str, str]]:
    """One of the two at least did not go out."""
    if is_ is not None and is_.end == DEAD and (was is None or was.at != is_.at or plain(was.why) != plain(is_.why)):
        yield FAILED if was is not None and was.end == DEAD else FAILS, target, where(is_), is_.why
        return
    if was is not None and was.end == DEAD and (is_ is None or is_.end != DEAD):
        yield RECOVERS, target, where(was), was.why
    if is_ is not None and is_.end == FILTERED and (was is None or was.end != FILTERED):
        yield DROPPED, target, is_.why, ""
    elif was is not None and was.end == FILTERED and (is_ is None or is_.end != FILTERED):
        yield KEPT, target, was.why, ""


def rewritten(target: str, was: Fate, is_: Fate, paths: Paths) -> Iterator[tuple[str, str, str, str]]:
    if was.body != is_.body:
        found = paths(was.body, is_.body)
        names = list(dict.fromkeys(re.sub(r"\[\d+\]", "[]", path) for path, _, _ in found))
        more = f" and {len(names) - SHOWN_PATHS} more" if len(names) > SHOWN_PATHS else ""
        told = f"{found[0][0]}: {found[0][1]} → {found[0][2]}" if found else ""
        yield BODY, target, ", ".join(names[:SHOWN_PATHS]) + more, told
    if was.address != is_.address:
        yield ADDRESS, target, "", ""


def where(fate: Fate) -> str:
    """The stage, the error, and the reason."""
    return f"{fate.at}: {fate.why}"


def fields(structure: Callable[[bytes], Any]) -> Paths:
    """Bodies field by field, as `structure` reads them; by their lengths where they differ only in how they are laid out."""

    def paths(before: bytes, after: bytes) -> list[tuple[str, str, str]]:
        found = [(one.path, show(one.expected), show(one.got)) for one in changes(structure(before), structure(after))]
        return found or [("body", f"{len(before)} bytes", f"{len(after)} bytes")]

    return paths
