"""Power cuts in a recording, and what must be there after each: every 202, every acknowledged event and every moved file is
in the ledger with all its bytes, what the ledger calls delivered is at its target, and the ledger's own sums are right."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from adapters.ledger.memory import FakeClock
from adapters.ledger.sqlite.ledger import SqliteLedger
from tests.faults.power.disk import Disk
from tests.faults.power.hearing import Ear, Told
from tests.faults.power.replay import Replay, contents
from tests.faults.power.shop import Recording, expected


@dataclass
class Tally:
    """What was looked for, in all cuts together; `lost` says what was missing, cut by cut."""

    cuts: int = 0
    accepted: int = 0
    acked: int = 0
    moved: int = 0
    delivered: int = 0
    lost: list[str] = field(default_factory=list)


def judge(
    taken: Recording, moments: set[int], seed: int, room: Path, heeded: Callable[[str], bool] = lambda path: True
) -> Tally:
    """Cuts the power at these moments, up to the first loss. `heeded`: whether syncing a path does anything."""
    chance = random.Random(seed)
    disk, ear, tally = before(taken, room), listener(taken), Tally()
    replay = Replay(disk, taken.watched, heeded)
    for call in taken.calls():
        replay.play(call)
        ear.hears(call)
        if call.left in moments:
            after = room / f"cut-{call.left}"
            disk.cut(chance, after)
            examine(taken, ear.told, after, tally, f"cut at line {call.left + 1}")
            shutil.rmtree(after)
            if tally.lost:
                break
    return tally


def listener(taken: Recording) -> Ear:
    return Ear(str(taken.folder / "in"), taken.bus)


def before(taken: Recording, room: Path) -> Disk:
    """The disk as it was before the first start; the day files lie there already."""
    root = room / "before"
    for name in ("in", "out"):
        (root / name).mkdir(parents=True, exist_ok=True)
    made = Disk(root, taken.folder)
    for name, content in taken.files.items():
        made.put(str(taken.folder / "in" / name), content)
    return made


def whole_recording(taken: Recording, room: Path) -> list[str]:
    """Played to its end it gives the files that are there, byte for byte, and all was told that callers heard; else the
    replay would prove nothing."""
    disk, ear = before(taken, room), listener(taken)
    replay = Replay(disk, taken.watched)
    for call in taken.calls():
        replay.play(call)
        ear.hears(call)
    there = {str(p.relative_to(taken.folder)): p.read_bytes() for p in taken.folder.rglob("*") if is_kept(taken, p)}
    played = dict(contents(disk.top))
    found = [f"{name} is another one after the replay" for name in there.keys() | played if there.get(name) != played.get(name)]
    found += [] if ear.told.accepted == set(taken.bodies) else ["not every 202 was heard in the recording"]
    found += [] if ear.told.acked == len(taken.events) else [f"{ear.told.acked} of {len(taken.events)} acks were heard"]
    return found + ([] if ear.told.moved == set(taken.files) else ["not every move of a file was heard"])


def is_kept(taken: Recording, path: Path) -> bool:
    return path.is_file() and taken.watched(str(path)) and path.name != "routes.yaml"


def choose(taken: Recording, cuts: int, seed: int) -> set[int]:
    """So many moments, half of them right after somebody was told something; the last of those is always among them, since
    on some machines the files leave their sender's folder when all else is told."""
    chance = random.Random(seed)
    ear = listener(taken)
    told: list[int] = []
    others: list[int] = []
    for call in taken.calls():
        if ear.hears(call):
            told.append(call.left)
        elif any(taken.watched(path) for path in call.files) and call.name not in ("openat", "lseek"):
            others.append(call.left)
    half = min(cuts // 2, len(told))
    return {*chance.sample(told[:-1], half - 1), told[-1], *chance.sample(others, min(cuts - half, len(others)))}


def examine(taken: Recording, told: Told, after: Path, tally: Tally, moment: str) -> None:
    tally.cuts += 1
    tally.accepted += len(told.accepted)
    tally.acked += told.acked
    tally.moved += len(told.moved)
    ledger = SqliteLedger(after / "var" / "ledger.db", after / "var" / "blobs", FakeClock())
    try:
        faults = [*accepted(taken, told, ledger), *acked(taken, told, ledger), *moved(taken, told, ledger)]
        faults += delivered(taken, ledger, after, tally)
        faults += [f"{fault.scope}: {fault.what}" for fault in ledger.verify().faults]
    finally:
        ledger.close()
    tally.lost += [f"{moment}: {fault}" for fault in faults]


def accepted(taken: Recording, told: Told, ledger: SqliteLedger) -> list[str]:
    return [f"{id}, answered 202" for id in sorted(told.accepted) if not whole(ledger, id, taken.bodies[id])]


def acked(taken: Recording, told: Told, ledger: SqliteLedger) -> list[str]:
    stored = dict(events(ledger)).values()
    return [f"event {n + 1}, acknowledged" for n, body in enumerate(taken.events[: told.acked]) if body not in stored]


def events(ledger: SqliteLedger) -> Iterator[tuple[int, bytes]]:
    """By the place in the ledger."""
    for seq, id in ledger.db.read("SELECT seq, id FROM message WHERE route='stock'"):
        envelope = ledger.kept(id)
        if envelope is not None:
            yield seq, envelope.raw


def moved(taken: Recording, told: Told, ledger: SqliteLedger) -> list[str]:
    ids = dict(ledger.db.read("SELECT file, id FROM message WHERE file IS NOT NULL"))
    return [
        f"{name}, moved away" for name in sorted(told.moved)
        if name not in ids or not whole(ledger, ids[name], taken.files[name])
    ]  # fmt: skip


def whole(ledger: SqliteLedger, id: str, body: bytes) -> bool:
    envelope = ledger.kept(id)
    if envelope is None:
        return False
    try:
        return body == (envelope.raw if envelope.blob is None else envelope.blob.read_bytes())
    except OSError:
        return False


def delivered(taken: Recording, ledger: SqliteLedger, after: Path, tally: Tally) -> list[str]:
    """What the ledger says has arrived and has not."""
    found: dict[str, bytes] = {}
    for seq, id in ledger.db.read("SELECT seq, id FROM message WHERE route='pairs'"):
        if ledger.outcome(seq, "pairs.files") == "delivered":
            body = taken.bodies[id]
            found[f"pair-{json.loads(body)['n']}.json"] = body
    for seq, body in events(ledger):
        if ledger.outcome(seq, "stock.files") == "delivered":
            found[f"stock-{json.loads(body)['n']}.json"] = body
    for name, seq in ledger.db.read("SELECT file, seq FROM message WHERE file IS NOT NULL"):
        file = ledger.file_out(seq, "sales.lake")
        if file is not None and file.state == "done":
            found[name.replace(".csv", ".ndjson")] = expected(taken.files[name])
    tally.delivered += len(found)
    return [f"{name}, delivered" for name, body in found.items() if read(after / "out" / name) != body]


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
