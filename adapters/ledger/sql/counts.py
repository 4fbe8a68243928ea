"""Counting how messages stand: fast whatever was delivered, only what is not plainly delivered is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from adapters.ledger.sql.database import Database
from adapters.ledger.sql.ends import WAITING, Ends
from router import ranges
from router.browse import COUNTED, STATES, Known, TargetCounts

RANK = {state: n for n, state in enumerate(STATES)}


class Counts:
    """The counting half of the SQLite ledger."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def status_counts(self, known: Known = None) -> dict[str, int]:
        return Counting(self.db).status(known)

    def target_counts(self) -> dict[str, TargetCounts]:
        return Counting(self.db).targets()


class Counting:
    """One count."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def status(self, known: Known) -> dict[str, int]:
        """Messages by their state. What is delivered is what is left over of all."""
        counts = dict.fromkeys(COUNTED, 0)
        counts["accepted"] = int(self.db.read("SELECT coalesce(sum(n), 0) FROM batch")[0][0])
        for state, n in self._ended_whole().items():
            counts[state] += n
        for state in self._unsettled(known).values():
            counts[state] += 1
        counts["delivered"] = counts["accepted"] - sum(n for state, n in counts.items() if state != "accepted")
        return counts

    def _ended_whole(self) -> dict[str, int]:
        """Messages that ended for all their targets without a delivery."""
        rows = self.db.read(
            "SELECT state, sum(n) FROM fate WHERE seq IS NULL AND target NOT LIKE '%.%' GROUP BY state"
        )
        return {str(state): int(n) for state, n in rows}

    def _unsettled(self, known: Known) -> dict[int, str]:
        """The state of every message that is not plainly delivered, nor ended whole."""
        ends = Ends(self.db, known)
        states: dict[int, str] = {}

        def note(seq: int, state: str) -> None:
            if seq not in states or RANK[state] < RANK[states[seq]]:
                states[seq] = state

        parked = self.db.read("SELECT seq, record, target, state, until_work FROM parked")
        unclear = {int(seq) for seq, _, _, state, _ in parked if state == "discarded"}
        until = {(seq, record): int(w) for seq, record, target, _, w in parked if "." not in target}
        for seq, _, target, state, _ in parked:
            if state in ("retry", "blocked"):
                note(seq, "held" if ends.held(target) else WAITING[state])
            elif state == "dead":
                note(seq, "dead")
        works = self.db.read("SELECT id, target, batch, seq, rest FROM work WHERE state=0")
        for work, target, batch, seq, rest in works:
            state = "held" if ends.held(target) else "open"
            for place in open_messages(batch, seq, rest, until, work):
                note(place, state)
        unclear |= self._filtered_at_targets()
        for seq, found in ends.of(unclear - states.keys()).items():
            if found.state is not None and found.state != "delivered":
                states[seq] = found.state
        return states

    def _filtered_at_targets(self) -> set[int]:
        """Messages that may have ended as filtered at every target, or with every record."""
        found: set[int] = set()
        at_targets = self.db.read("SELECT DISTINCT batch, seq, units FROM fate WHERE target LIKE '%.%'")
        for batch, seq, units in at_targets:
            found.update([seq] if seq is not None else [(batch << 16) | n for n in ranges.decode(units)])
        every_record = self.db.read(
            "SELECT f.seq FROM (SELECT seq, sum(n) AS n FROM fate WHERE seq IS NOT NULL AND target NOT LIKE '%.%'"
            " GROUP BY seq) f JOIN split s ON s.seq = f.seq WHERE f.n >= s.records"
        )
        found.update(seq for (seq,) in every_record)
        return found

    def targets(self) -> dict[str, TargetCounts]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        oldest: dict[str, int] = {}
        paused = {str(t) for (t,) in self.db.read("SELECT target FROM pause")}
        parked = self.db.read(
            "SELECT target, state, count(*), min(first_at) FROM parked WHERE state IN ('retry', 'blocked', 'dead')"
            " AND target LIKE '%.%' GROUP BY target, state"
        )
        for target, state, n, first_at in parked:
            counts[target][WAITING.get(state, state)] += n
            if state != "dead":
                oldest[target] = min(first_at, oldest.get(target, first_at))
        until = self._until()
        for work, target, batch, seq, rest, at in self.db.read(
            "SELECT id, target, batch, seq, rest, created_at FROM work WHERE state=0 AND target LIKE '%.%'"
        ):
            counts[target]["open"] += ranges.size(rest) - ended_units(batch, seq, rest, until, work)
            oldest[target] = min(at, oldest.get(target, at))
        return {
            t: TargetCounts(t, counts[t]["open"], counts[t]["retry"], counts[t]["dead"], oldest.get(t), t in paused)
            for t in sorted({*counts, *paused})
        }

    def _until(self) -> dict[tuple[int, int], int]:
        rows = self.db.read("SELECT seq, record, until_work FROM parked WHERE target NOT LIKE '%.%'")
        return {(seq, record): int(w) for seq, record, w in rows}


def open_messages(
    batch: int, seq: int | None, rest: str, until: dict[tuple[int, int], int], work: int
) -> Iterable[int]:
    """The messages that have open units in a work row."""
    if seq is not None:
        gone = ended_units(batch, seq, rest, until, work) if until else 0
        return (seq,) if ranges.size(rest) > gone else ()
    places = ((batch << 16) | n for n in ranges.decode(rest))
    return (p for p in places if not until or until.get((p, 0), 0) < work)


def ended_units(batch: int, seq: int | None, rest: str, until: dict[tuple[int, int], int], work: int) -> int:
    """How many units of a row's rest have ended elsewhere."""
    if not until:
        return 0
    numbers = ranges.decode(rest)
    places = (((batch << 16) | n, 0) if seq is None else (seq, n) for n in numbers)
    return sum(1 for place in places if until.get(place, 0) >= work)
