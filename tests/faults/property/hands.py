"""What a worker does under a claim, as `router/deliver` and `router/process` do it: it looks, sends or chooses, and keeps
in hand what it will say to the ledger, and what that will change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from router import ranges
from router.lanes import lane_of_batch, lane_of_key
from router.ledger import Attempt, Choice, Claim, Fate, NewWork, Park, Parked, Progress, Settlement, Unpark, Work
from router.ports import Cut
from tests.faults.property.bench import WholeLedger
from tests.faults.property.books import ORDERED, TARGETS, At, Books, Place, Unit

MARGIN = 2.0
"""Seconds of lease without which nothing is sent."""
CHUNK = 2
DELAY = {"retry": 2000, "later": 10_000}

Say = Callable[[], object]


@dataclass
class Pending:
    """What is to be said, and what becomes true in the books when it is heard. `touched` are units whose keys are looked
    at anew then."""

    settlement: Settlement | None = None
    choice: Choice | None = None
    changes: list[Say] = field(default_factory=list)
    touched: list[Unit] = field(default_factory=list)
    when_heard: int = 0

    @property
    def empty(self) -> bool:
        """There was nothing to do."""
        return self.choice is None and not self.touched

    def say(self, ledger: WholeLedger, claim: Claim) -> Claim | None:
        if self.choice is not None:
            return ledger.choose(claim, self.choice)
        assert self.settlement is not None
        return ledger.settle(claim, self.settlement)


class Delivering:
    """One look at a target's lane, and the sends that follow from it, one after the other."""

    def __init__(self, ledger: WholeLedger, books: Books, claim: Claim, outcomes: list[str]) -> None:
        self.ledger, self.books, self.claim = ledger, books, claim
        self.outcomes = iter(outcomes)
        self.limit = len(outcomes)
        self.now = ledger.now()
        self.blocked = ledger.blocked(claim) if claim.target in ORDERED else set()
        self.progress: dict[int, list[int]] = defaultdict(list)
        self.failed: dict[int, int] = defaultdict(int)
        self.park: list[Park] = []
        self.unpark: list[Unpark] = []
        self.deaths: list[Park] = []
        self.attempts: list[Attempt] = []
        self.fates: list[tuple[int, Fate]] = []
        self.over: set[At] = set()
        """Units that ended here: what is said of them is not heard yet."""
        self.pending = Pending()

    def pend(self) -> Pending:
        if self.ledger.left(self.claim) > MARGIN and not self.claim.paused:
            for parked in self.ledger.due_parked(self.claim, self.limit):
                self._unit((parked.seq, parked.record), parked, 0)
            for work in self.ledger.open_work(self.claim, self.limit):
                self._work(work)
        progress = [Progress(work, tuple(numbers), self.failed[work]) for work, numbers in self.progress.items()]
        self.pending.settlement = Settlement(
            progress, self.park, self.unpark, self.deaths, self.attempts, fates=self.fates
        )
        return self.pending

    def _work(self, work: Work) -> None:
        gone = self.ledger.ended(work.target, work.batch, work.id)
        for number in ranges.decode(work.rest):
            place = ((work.batch << 16) | number, 0) if work.seq is None else (work.seq, number)
            if place in gone:
                self._leave(work.id, number, True)
            else:
                self._unit(place, None, work.id)

    def _leave(self, work: int, number: int, failed: bool) -> None:
        if work:
            self.progress[work].append(number)
            self.failed[work] += failed

    def _unit(self, place: Place, parked: Parked | None, work: int) -> None:
        """One unit's try; none where there is nothing more to be tried."""
        outcome = next(self.outcomes, None)
        if outcome is None:
            return
        unit = self.books.units[(*place, self.claim.target)]
        message = self.books.messages[unit.seq]
        key = message.keys.get(unit.record) if unit.target in ORDERED else None
        if unit.record in message.bad:
            outcome = "bad"
        elif parked is None and key in self.blocked:
            outcome = "blocked"
        elif outcome != "filtered":
            self.books.arrives(unit, self.over)
        self._leave(work, unit.record or unit.seq & 0xFFFF, outcome != "delivered")
        self.pending.touched.append(unit)
        if outcome in ("bad", "delivered", "filtered", "dead"):
            self.over.add(unit.at)
        getattr(self, f"_{outcome}")(unit, parked, key)

    def _delivered(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._unparked(unit, parked, key)
        self.attempts.append(Attempt(unit.seq, unit.record, 1, self.now, 0.01, True, "http://erp", 201))
        self._becomes(unit, "delivered")

    def _unparked(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        if parked is not None:
            self.unpark.append(Unpark(unit.seq, unit.record, key))

    def _filtered(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._unparked(unit, parked, key)
        number = unit.record or unit.seq & 0xFFFF
        fate = Fate(str(number), "filtered", "rule", unit.seq if unit.record else None, None, unit.target)
        self.fates.append((unit.seq >> 16, fate))
        self._becomes(unit, "filtered")

    def _bad(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._unparked(unit, parked, key)
        self.deaths.append(Park(unit.seq, unit.record, "dead", "validate", "invalid", "it is bad", attempt=1))

        def die() -> None:
            self.books.die(unit, self.pending.when_heard)
            self.books.release_identity(unit.seq)

        self.pending.changes.append(die)

    def _retry(self, unit: Unit, parked: Parked | None, key: str | None, kind: str = "retry") -> None:
        self._parks(unit, key, "retry", next_at=self.now + DELAY[kind])

    def _later(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._retry(unit, parked, key, "later")

    def _blocked(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._parks(unit, key, "blocked")

    def _dead(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._parks(unit, key, "dead")

    def _hold(self, unit: Unit, parked: Parked | None, key: str | None) -> None:
        self._parks(unit, key, "hold" if key is not None else "dead")

    def _parks(self, unit: Unit, key: str | None, state: str, next_at: int = 0) -> None:
        told, hold = ("dead", True) if state == "hold" else (state, False)
        self.park.append(
            Park(unit.seq, unit.record, told, "send", "503", "HTTP 503", 503, key, 1, next_at, hold=hold)
        )
        if key is not None and state != "dead":
            self.blocked.add(key)
        self._becomes(unit, state, next_at, key)

    def _becomes(self, unit: Unit, state: str, next_at: int = 0, key: str | None = None) -> None:
        def change() -> None:
            unit.state, unit.next_at, unit.died_at = state, next_at, self.pending.when_heard
            unit.key = unit.key or key

        self.pending.changes.append(change)


class Processing:
    """One transaction over a route's lane: the oldest work, cut or chosen for."""

    def __init__(self, ledger: WholeLedger, books: Books, claim: Claim, choices: list[str]) -> None:
        self.ledger, self.books, self.claim = ledger, books, claim
        self.choices = iter(choices * 8)
        self.pending = Pending()

    def pend(self) -> Pending:
        works = self.ledger.open_work(self.claim, 1)
        if works and self.ledger.left(self.claim) > 0:
            self._work(works[0])
        else:
            self.pending.settlement = Settlement()
        return self.pending

    def _work(self, work: Work) -> None:
        gone = self.ledger.ended(work.target, work.batch, work.id)
        numbers = ranges.decode(work.rest)
        base = work.batch << 16
        places = {n: (base | n, 0) if work.seq is None else (work.seq, n) for n in numbers}
        lost = [n for n in numbers if places[n] in gone]
        first = next((n for n in numbers if n not in lost), None)
        if work.seq is None and first is not None and self.books.messages[base | first].records:
            self.pending.choice = self._cut(work, base | first)
            return
        live = [n for n in numbers if n not in lost]
        if work.seq is None:
            live = [n for n in live if not self.books.messages[base | n].records]
        self.pending.choice = self._slice(work, lost, [(n, places[n]) for n in live])

    def _cut(self, work: Work, seq: int) -> Choice:
        """The next chunk of a message that is split; with the last one its processing goes over to its records."""
        last, _ = self.ledger.chunks(seq)
        n, first = (last.n + 1, last.first_record + last.records) if last else (0, 1)
        total = self.books.messages[seq].records
        units = list(range(first, min(first + CHUNK, total + 1)))
        over = units[-1] == total
        cut = Cut(n, n * 10, 10, first, len(units), first)
        new = NewWork(work.target, 0, ranges.encode(units), seq, n)
        self.pending.changes += [self._adding(seq, record, work.target, 0) for record in units]
        if over:
            self.pending.changes.append(self._setting(self.books.units[seq, 0, work.target], "chosen"))
        progress = [Progress(work.id, (seq & 0xFFFF,))] if over else []
        done = [(seq, n + 1, total)] if over else []
        return Choice(work.batch, progress, [new], [(seq, cut)], done)

    def _slice(self, work: Work, lost: list[int], live: list[tuple[int, Place]]) -> Choice:
        lanes: dict[tuple[str, int], list[int]] = defaultdict(list)
        dead: list[Park] = []
        filtered: list[int] = []
        for number, place in live:
            unit = self.books.units[(*place, work.target)]
            message = self.books.messages[unit.seq]
            choice = next(self.choices)
            if unit.record in message.bad or choice == "bad":
                dead.append(Park(*place, "dead", "validate", "invalid", "it is bad", attempt=1))
                self.pending.changes.append(self._dying(unit))
            elif choice == "filtered":
                filtered.append(number)
                self.pending.changes.append(self._setting(unit, "filtered"))
            else:
                self._place(unit, number, work, choice, lanes)
        progress = [Progress(work.id, (*lost, *(n for n, _ in live)), len(lost) + len(dead))]
        new = [NewWork(t, lane, ranges.encode(n), work.seq, work.chunk) for (t, lane), n in lanes.items()]
        fates = [Fate(ranges.encode(filtered), "filtered", "rule", work.seq, work.chunk, work.target)] if filtered else []
        return Choice(work.batch, progress, new, fates=fates, dead=dead)

    def _place(self, unit: Unit, number: int, work: Work, choice: str, lanes: dict[tuple[str, int], list[int]]) -> None:
        again = unit.again
        for target in chosen(work.target, choice):
            key = self.books.messages[unit.seq].keys.get(unit.record) if target in ORDERED else None
            lane = lane_of_key(key) if key is not None else lane_of_batch(work.batch, work.chunk or 0)
            lanes[target, lane].append(number)
            self.pending.changes.append(self._adding(*unit.place, target, lane, again))
        self.pending.changes.append(self._setting(unit, "chosen"))

    def _adding(self, seq: int, record: int, target: str, lane: int, again: bool = False) -> Say:
        return lambda: self.books.add(seq, record, target, lane, again)

    def _setting(self, unit: Unit, state: str) -> Say:
        return lambda: setattr(unit, "state", state)

    def _dying(self, unit: Unit) -> Say:
        def die() -> None:
            self.books.die(unit, self.pending.when_heard)
            if not unit.record:
                self.books.release_identity(unit.seq)

        return die


def chosen(route: str, choice: str) -> Iterator[str]:
    """`both`, or the first or second target of a route."""
    names = [target for target in TARGETS if target.startswith(f"{route}.")]
    yield from names if choice == "both" else [names[choice == "second"]]
