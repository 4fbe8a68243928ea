"""What a ledger must hold, kept in plain Python: units and where they stand, lanes and who owns them, identities."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from router.browse import STATES
from router.ledger import Claim

WAITING = ("retry", "blocked", "hold")
ORDERED = ("sales.till", "days.till")
TARGETS = {"orders.erp": 4, "orders.lake": 4, "sales.till": 16, "sales.lake": 4, "days.till": 16, "days.lake": 4}
ROUTES = {"orders": 4, "sales": 1, "days": 1}
"""`orders` is static: its work goes to its targets at once. `sales` are processed first, `days` are split as well."""
TOLD = {"hold": "dead", "blocked": "retry"}
SILENT = ("chosen", "requeued")
"""States of a route's own units that say nothing of their message."""

Place = tuple[int, int]
At = tuple[int, int, str]


@dataclass
class Unit:
    """A message (record 0) or a record at one target, or at its route's processing. States as in DESIGN 2, and `hold`: a
    dead one whose key waits."""

    seq: int
    record: int
    target: str
    lane: int
    key: str | None = None
    state: str = "open"
    next_at: int = 0
    died_at: int = 0
    again: bool = False
    """It came a second time through its route: what came later may have gone before it."""
    redirected: bool = False

    @property
    def place(self) -> Place:
        return self.seq, self.record

    @property
    def at(self) -> At:
        return self.seq, self.record, self.target

    @property
    def ended(self) -> bool:
        return self.state not in ("open", "dead", *WAITING)


@dataclass
class Message:
    """`keys` by record; `bad` are records (0: the message) that die in the steps of their route."""

    id: str
    route: str
    sha256: bytes
    keys: dict[int, str]
    bad: set[int] = field(default_factory=set)
    once: str = ""
    records: int = 0


@dataclass(frozen=True)
class Holder:
    """Who has an identity until when."""

    seq: int
    sha256: bytes
    until: int


@dataclass
class Books:
    """`owners` has each lane's last claim that was neither given back nor taken away."""

    messages: dict[int, Message] = field(default_factory=dict)
    units: dict[At, Unit] = field(default_factory=dict)
    owners: dict[tuple[str, int], Claim] = field(default_factory=dict)
    seen: dict[str, Holder] = field(default_factory=dict)
    paused: set[str] = field(default_factory=set)
    arrived: Counter[At] = field(default_factory=Counter)

    # --- units ---
    def add(self, seq: int, record: int, target: str, lane: int, again: bool = False) -> None:
        key = self.messages[seq].keys.get(record) if target in ORDERED else None
        there = self.units.get((seq, record, target))
        assert there is None or there.state in SILENT, f"{there} comes twice"
        self.units[seq, record, target] = Unit(seq, record, target, lane, key, again=again)

    def of(self, target: str, lane: int, *states: str) -> list[Unit]:
        found = [u for u in self.units.values() if (u.target, u.lane) == (target, lane) and u.state in states]
        return sorted(found, key=lambda u: u.place)

    def dead(self) -> list[Unit]:
        return sorted((u for u in self.units.values() if u.state in ("dead", "hold")), key=lambda u: u.at)

    def order(self, unit: Unit, now: int) -> None:
        """The first of a key that waits is to be tried or holds the others, and they are blocked."""
        if unit.key is None:
            return
        line = [u for u in self.of(unit.target, unit.lane, *WAITING) if u.key == unit.key]
        for n, one in enumerate(line):
            if n == 0 and one.state == "blocked":
                one.state, one.next_at = "retry", now
            elif n and one.state == "retry":
                one.state = "blocked"

    def arrives(self, unit: Unit, over: Collection[At]) -> None:
        """A send. Raises where an earlier one of its key has not ended, in the ledger or in the sender's hands (`over`)."""
        self.arrived[unit.at] += 1
        if unit.key is None:
            return
        for other in self.of(unit.target, unit.lane, "open", *WAITING):
            ahead = other.key == unit.key and other.place < unit.place and other.at not in over
            if ahead and not (other.state == "open" and other.again):
                raise AssertionError(f"order of {unit.key}: {unit} goes before {other}")

    def die(self, unit: Unit, now: int) -> None:
        """Dead for all its targets: one unit of the route's own."""
        route = unit.target.partition(".")[0]
        for at in [at for at, u in self.units.items() if u.place == unit.place and u.target != route]:
            del self.units[at]
        self.units[unit.seq, unit.record, route] = Unit(unit.seq, unit.record, route, 0, state="dead", died_at=now)

    def forget(self, seq: int) -> None:
        for at in [at for at in self.units if at[0] == seq]:
            del self.units[at]
        del self.messages[seq]

    def release_identity(self, seq: int) -> None:
        self.seen = {name: held for name, held in self.seen.items() if held.seq != seq}

    # --- lanes ---
    def due(self, now: int) -> Iterator[tuple[str, int]]:
        """Lanes that have something to do, whoever owns them."""
        lanes = {(u.target, u.lane) for u in self.units.values() if u.state in ("open", "retry")}
        for target, lane in sorted(lanes):
            ready = self.of(target, lane, "open") or [u for u in self.of(target, lane, "retry") if u.next_at <= now]
            if ready and target not in self.paused:
                yield target, lane

    def set_back(self, by: int, now: int) -> None:
        """What waits waits no longer than before."""
        for unit in self.units.values():
            if unit.state == "retry" and unit.next_at > now:
                unit.next_at = max(now, unit.next_at - by)

    # --- counts ---
    def shown(self, unit: Unit) -> str:
        state = TOLD.get(unit.state, unit.state)
        return "held" if unit.target in self.paused and state in ("open", "retry") else state

    def targets(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for unit in self.units.values():
            if "." in unit.target:
                found[unit.target][self.shown(unit)] += 1
        return dict(found)

    def states(self) -> dict[int, str]:
        """By message: the worst state of its units."""
        found: dict[int, set[str]] = defaultdict(set)
        for unit in self.units.values():
            if unit.state not in SILENT:
                found[unit.seq].add(self.shown(unit))
        return {seq: next(s for s in STATES if s in states) for seq, states in found.items()}
