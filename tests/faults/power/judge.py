"""Power cuts in a recording, and what must be there after each: every 202 and every moved file is in the ledger with all
its bytes, what the ledger calls delivered is at its target, and the ledger's own sums are right."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from adapters.ledger.memory import FakeClock
from adapters.ledger.sqlite.ledger import SqliteLedger
from tests.faults.power.disk import Disk
from tests.faults.power.replay import Replay, Told
from tests.faults.power.shop import Recording, expected


@dataclass
class Tally:
    """`lost` says what was missing, cut by cut."""

    cuts: int = 0
    accepted: int = 0
    moved: int = 0
    delivered: int = 0
    lost: list[str] = field(default_factory=list)


def judge(
    taken: Recording, initial: Disk, moments: set[int], seed: int, room: Path,
    heeded: Callable[[str], bool] = lambda path: True,
) -> Tally:  # fmt: skip
    """Cuts the power at these moments, up to the first loss. `heeded`: whether syncing a path does anything."""
    chance = random.Random(seed)
    replay = Replay(initial, taken.watched, str(taken.folder / "in"), heeded)
    tally = Tally()
    for call in taken.calls():
        if replay.play(call) and call.left in moments:
            after = room / f"cut-{call.left}"
            initial.cut(chance, after)
            examine(taken, replay.told, after, tally, f"cut at line {call.left + 1}")
            shutil.rmtree(after)
            if tally.lost:
                break
    return tally


def choose(taken: Recording, cuts: int, seed: int) -> set[int]:
    """So many moments, half of them right after somebody may have been told something."""
    chance = random.Random(seed)
    told: list[int] = []
    others: list[int] = []
    for call in taken.calls():
        if call.socket or call.name.startswith("rename"):
            told.append(call.left)
        elif any(taken.watched(path) for path in call.files) and call.name not in ("openat", "lseek"):
            others.append(call.left)
    half = min(cuts // 2, len(told))
    return {*chance.sample(told, half), *chance.sample(others, min(cuts - half, len(others)))}


def examine(taken: Recording, told: Told, after: Path, tally: Tally, moment: str) -> None:
    tally.cuts += 1
    tally.accepted += len(told.accepted)
    tally.moved += len(told.moved)
    ledger = SqliteLedger(after / "var" / "ledger.db", after / "var" / "blobs", FakeClock())
    try:
        faults = [*accepted(taken, told, ledger), *moved(taken, told, ledger), *delivered(taken, ledger, after, tally)]
        faults += [f"{fault.scope}: {fault.what}" for fault in ledger.verify().faults]
    finally:
        ledger.close()
    tally.lost += [f"{moment}: {fault}" for fault in faults]


def accepted(taken: Recording, told: Told, ledger: SqliteLedger) -> list[str]:
    return [f"{id}, answered 202" for id in sorted(told.accepted) if not whole(ledger, id, taken.bodies[id])]


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
            found[f"pair-{body.partition(b':')[2].partition(b',')[0].decode()}.json"] = body
    for name, seq in ledger.db.read("SELECT file, seq FROM message WHERE file IS NOT NULL"):
        file = ledger.file_out(seq, "sales.lake")
        if file is not None and file.state == "done":
            found[name.replace(".csv", ".ndjson")] = expected(taken.files[name])
    tally.delivered += len(found)
    return [f"{name}, delivered" for name, body in found.items() if read(after / "out" / name) != body]


def read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
