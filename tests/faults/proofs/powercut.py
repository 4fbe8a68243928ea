"""Promise 1, by the power that goes at any moment: a shop is recorded while it takes requests, events and day files, and what
it wrote and synced is played up to moments chosen by chance, on a disk that forgets what was not synced
(tests/faults/power/disk.py says what it may forget). After each cut all that somebody was told is in the ledger: every 202,
every acknowledged event, every file that left its sender's folder. On a disk that does not heed the syncs of the log, of the
blobs or of the target's folder a loss must be seen: else nothing would be proved by seeing none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.faults.power.judge import Tally, choose, judge, whole_recording
from tests.faults.power.shop import Load, Recording, record, strace
from tests.faults.proof import Proof, Report, Terms

SHORT = Load(requests=80, events=80, files=4, rows=1500)
LONG = Load(requests=1500, events=1500, files=40, rows=20_000)
WITHOUT: dict[str, Callable[[str], bool]] = {
    "the log": lambda path: path.endswith("-wal"),
    "the blobs": lambda path: "/blobs/" in path,
    "the target's folder": lambda path: path.endswith("/out"),
}


async def play(terms: Terms) -> Report:
    bus = terms.engines.bus
    assert bus is not None
    if strace() is None:
        return Report("nothing", wrong=["strace is not installed: make servers brings it"])
    common = await asyncio.to_thread(terms.engines.options)
    taken = await record(terms.folder / "shop", LONG if terms.long else SHORT, bus, common)
    return await asyncio.to_thread(judged, terms, taken)


def judged(terms: Terms, taken: Recording) -> Report:
    moments = choose(taken, terms.of(24, 300), terms.seed)
    tally = judge(taken, moments, terms.seed, terms.folder)
    accepted = len(taken.bodies) + len(taken.events) + len(taken.files)
    rows = sum(file.count(b"\n") - 1 for file in taken.files.values())
    report = Report(f"{tally.cuts} power cuts", accepted, accepted, rows, lost=len(tally.lost))
    report.notes.append(looked_for(tally))
    report.wrong += [*whole_recording(taken, terms.folder), *tally.lost[:3]]
    counts = {"202": tally.accepted, "ack": tally.acked, "moved file": tally.moved, "delivery": tally.delivered}
    report.wrong += [f"no {what} was ever looked for" for what, count in counts.items() if not count]
    for name, forgotten in WITHOUT.items():
        found = judge(taken, moments, terms.seed, terms.folder, lambda path, forgotten=forgotten: not forgotten(path))
        report.notes.append(f"without the syncs of {name} a loss is seen at cut {found.cuts}")
        report.wrong += [] if found.lost else [f"without the syncs of {name} no loss is seen: nothing was proved"]
    return report


def looked_for(tally: Tally) -> str:
    return (
        f"looked for {tally.accepted} times 202, {tally.acked} acks and {tally.moved} files that were moved,"
        f" {tally.delivered} deliveries"
    )


PROOF = Proof(
    "powercut", 8, "the power cut at any moment, what was not synced forgotten", play, ("sqlite",),
    elsewhere="the server's own durability counts there, which its fsync keeps",
)  # fmt: skip
