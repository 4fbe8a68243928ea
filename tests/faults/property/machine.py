"""The rules: everything that may happen to a ledger, in any order; after each step it must stand as the books say."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from router.ledger import Claim, Progress, Settlement
from tests.faults.property.bench import Bench
from tests.faults.property.books import ROUTES, TARGETS, Books
from tests.faults.property.hands import Delivering, Pending, Processing
from tests.faults.property.intake import KEYS, Intake
from tests.faults.property.office import Office
from tests.faults.property.proof import prove, stand

LEASE = 30.0
OUTCOMES = ("delivered", "delivered", "delivered", "retry", "retry", "later", "dead", "hold", "filtered")
CHOICES = ("both", "both", "both", "first", "second", "bad", "filtered")
KINDS = ("plain", "keyed", "keyed", "split")
MOVES = {
    "accept": 8, "accept_once": 3, "turn": 8, "turns": 8, "forget": 1, "say_again": 2, "renew": 2, "give_back": 3, "die": 2,
    "free_the_dead": 2, "crash": 2, "give_nothing_away": 1, "check_due": 1, "jump": 1, "prune": 1, "advance": 6, "order": 3,
    "run_job": 4, "operate": 3, "all_adds_up": 2,
}  # fmt: skip
"""By move: how often it comes, against the others."""
MOST = 9


@dataclass
class Worker:
    """A process that owns at most one lane. `pending` is what it has done and not said."""

    name: str
    claim: Claim | None = None
    pending: Pending | None = None
    said: Settlement | None = None


class LedgerMachine(RuleBasedStateMachine):
    """Subclassed with a `made` that gives a fresh ledger in a folder."""

    made: Callable[[Path], Bench]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="crossdock-rules-"))
        self.bench = type(self).made(self.folder)
        self.ledger = self.bench.ledger
        self.ledger.ensure({**TARGETS, **ROUTES})
        self.books = Books()
        self.intake = Intake(self.ledger, self.books)
        self.office = Office(self.ledger, self.books)
        self.workers = [Worker(f"a/{n}/1") for n in range(3)]
        self.gone: set[str] = set()

    def teardown(self) -> None:
        try:
            prove(self.ledger, self.books)
        finally:
            self.bench.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @rule(seed=st.integers(0, 2**32 - 1))
    def move(self, seed: int) -> None:
        """One rule for all moves, dealt by a seed: Hypothesis' own choice leaves out half of them in every game."""
        chance = random.Random(seed)
        (name,) = chance.choices(tuple(MOVES), tuple(MOVES.values()))
        note(f"{name}:")
        getattr(self, name)(chance)

    @invariant()
    def all_stands(self) -> None:
        stand(self.ledger, self.books)

    def all_adds_up(self, chance: random.Random) -> None:
        prove(self.ledger, self.books)

    # --- coming in ---
    def accept(self, chance: random.Random) -> None:
        self.intake.again()
        kind, keys = chance.choice(KINDS), chance.choices(KEYS, k=chance.randint(1, 4))
        getattr(self.intake, kind)(keys, chance.random() < 0.2)

    def accept_once(self, chance: random.Random) -> None:
        self.intake.once(chance.choice("xy"), chance.choice((b"1", b"2")), chance.random() < 0.2)

    # --- workers ---
    def _claim(self, worker: Worker, pick: int) -> bool:
        """A lane that shows as due; mostly one that has something to do."""
        shown = [(target, lane) for target, lane, _ in self.ledger.due()]
        busy = set(self.books.due(self.ledger.now()))
        found = [at for at in shown if at in busy or pick == MOST]
        if not found:
            return False
        target, lane = found[pick % len(found)]
        claim = self.ledger.claim(target, lane, worker.name, LEASE)
        assert claim is not None, "a lane that shows as due cannot be taken"
        before = self.books.owners.get((target, lane))
        assert before is None or self.ledger.left(before) <= 0, f"{before} and {claim} own one lane"
        self.books.owners[target, lane] = claim
        worker.claim, worker.pending, worker.said = claim, None, None
        return True

    def _worker(self, chance: random.Random) -> Worker:
        return chance.choice(self.workers)

    def forget(self, chance: random.Random) -> None:
        """A worker that forgets what it had, as after a long sleep, and begins elsewhere."""
        self._claim(self._worker(chance), MOST)

    def turn(self, chance: random.Random) -> None:
        self._turn(self._worker(chance), chance)

    def turns(self, chance: random.Random) -> None:
        """One worker goes through what waits."""
        worker = self._worker(chance)
        self._release(worker)
        for _ in range(chance.randint(4, 16)):
            self._turn(worker, chance)
        self._release(worker)

    def _turn(self, worker: Worker, chance: random.Random) -> None:
        """It says what it had in hand, and does more; where there is nothing it goes elsewhere."""
        self._say(worker)
        if worker.claim is None and not self._claim(worker, chance.randint(0, MOST)):
            return
        assert worker.claim is not None
        count = chance.randint(1, 4)
        if "." in worker.claim.target:
            outcomes = chance.choices(OUTCOMES, k=count)
            worker.pending = Delivering(self.ledger, self.books, worker.claim, outcomes).pend()
        elif self._mine(worker.claim):
            worker.pending = Processing(self.ledger, self.books, worker.claim, chance.choices(CHOICES, k=count)).pend()
        if worker.pending is None or worker.pending.empty:
            self._release(worker)

    def _say(self, worker: Worker) -> None:
        pending, worker.pending = worker.pending, None
        if worker.claim is not None and pending is not None:
            worker.said = pending.settlement
            self._heard(worker, pending.say(self.ledger, worker.claim), pending)

    def say_again(self, chance: random.Random) -> None:
        """That units have ended, said twice by one owner, counts once."""
        worker = self._worker(chance)
        self._say(worker)
        if worker.claim is not None and worker.said is not None:
            ended = [Progress(p.work, p.ended) for p in worker.said.progress]
            self._heard(worker, self.ledger.settle(worker.claim, Settlement(ended)), Pending())

    def renew(self, chance: random.Random) -> None:
        worker = self._worker(chance)
        if worker.claim is not None:
            self._heard(worker, self.ledger.renew(worker.claim), Pending())

    def give_back(self, chance: random.Random) -> None:
        self._release(self._worker(chance))

    def _release(self, worker: Worker) -> None:
        self._say(worker)
        if worker.claim is None:
            return
        assert self.ledger.release(worker.claim) == self._mine(worker.claim)
        if self._mine(worker.claim):
            del self.books.owners[worker.claim.target, worker.claim.lane]
        worker.claim = worker.pending = None

    def die(self, chance: random.Random) -> None:
        """Its process is gone, with what it had in hand; another one takes its place."""
        n = chance.randrange(len(self.workers))
        worker = self.workers[n]
        self.gone.add(worker.name)
        _, number, incarnation = worker.name.split("/")
        self.workers[n] = Worker(f"a/{number}/{int(incarnation) + 1}")

    def _mine(self, claim: Claim) -> bool:
        owner = self.books.owners.get((claim.target, claim.lane))
        return owner is not None and (owner.owner, owner.epoch) == (claim.owner, claim.epoch)

    def _heard(self, worker: Worker, renewed: Claim | None, pending: Pending) -> None:
        """By the fence: who does not own the lane any more changes nothing."""
        assert worker.claim is not None
        assert (renewed is not None) == self._mine(worker.claim), f"{worker.claim}: the fence let {renewed} through"
        if renewed is None:
            worker.claim = None
            return
        worker.claim = self.books.owners[renewed.target, renewed.lane] = renewed
        pending.when_heard = self.ledger.now()
        for change in pending.changes:
            change()
        for unit in pending.touched:
            self.books.order(unit, pending.when_heard)

    # --- what befalls a ledger ---
    def free_the_dead(self, chance: random.Random) -> None:
        claims = self.books.owners.items()
        held = {claim.owner for _, claim in claims if claim.owner in self.gone and self.ledger.left(claim) > 0}
        freed = [at for at, claim in claims if claim.owner in held]
        assert self.ledger.release_dead(lambda owner: owner not in self.gone) == len(freed)
        for at in freed:
            del self.books.owners[at]

    def crash(self, chance: random.Random) -> None:
        """A child died while it computed something: counted and perhaps halved, and then its lane is taken away."""
        units = [u for u in self.books.units.values() if u.state in ("open", "retry")]
        if not units:
            return
        unit = chance.choice(units)
        look = Claim(unit.target, unit.lane, "", 0, 0, 0)
        works = self.ledger.open_work(look, 1000)
        if works:
            self.ledger.crashed(works[0].id, "SIGSEGV", chance.random() < 0.3)
        if len(self.ledger.open_work(look, 1000)) > len(works):
            self.books.owners.pop((unit.target, unit.lane), None)
        for parked in self.ledger.due_parked(look, 1):
            self.ledger.crashed(-parked.id, "SIGSEGV")

    def give_nothing_away(self, chance: random.Random) -> None:
        for (target, lane), claim in self.books.owners.items():
            if self.ledger.left(claim) > 0:
                assert self.ledger.claim(target, lane, "a/9/1", LEASE) is None

    def check_due(self, chance: random.Random) -> None:
        assert self.ledger.check_due() == 0, "next_due was too late"

    def prune(self, chance: random.Random) -> None:
        self.office.prune()

    def advance(self, chance: random.Random) -> None:
        self.bench.advance(chance.choice((0.5, 3.0, 11.0, 31.0)))

    def jump(self, chance: random.Random) -> None:
        """The wall clock is set; leases go by another. Set back, it leaves what is due at an hour to come: the ticker finds
        that out."""
        self.bench.advance(3)
        assert self.ledger.take_ticker("a/0/1")
        by = chance.choice((-3600, 3600))
        self.bench.jump(by)
        assert self.ledger.take_ticker("a/0/1")
        if by < 0:
            self.books.set_back(-by * 1000, self.ledger.now())

    # --- operators ---
    def order(self, chance: random.Random) -> None:
        target = chance.choice((None, *TARGETS))
        self.office.order(chance.choice(("requeue", "requeue", "discard")), target, chance.random() < 0.3)
        self.office.look(chance.randint(1, 3))

    def run_job(self, chance: random.Random) -> None:
        self.office.step(chance.random() < 0.2)
        self.office.look(chance.randint(0, 3))

    def operate(self, chance: random.Random) -> None:
        target = chance.choice((*sorted(self.books.paused), *TARGETS))
        getattr(self.office, chance.choice(("pause", "resume", "reset")))(target)
