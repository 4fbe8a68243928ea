"""The lane protocol of DESIGN 4, small enough to be looked at whole: one lane of a target with `order_by`, two workers,
some messages of two keys.

Each step is one transaction, one send, or one look at a clock; whatever can happen between two of them may happen: a worker
stands still for as long as it likes, dies, its lease ends, the broker forgets its doorbell, an answer is lost. `Rules`
leaves single rules out, to show that each is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

WORKERS = (0, 1)
FREE = -1
NOW, THEN, NEVER = 0, 1, 2
"""`next_due`: it is due; when the next retry is; not at all."""


@dataclass(frozen=True)
class Rules:
    """True: the rule is kept."""

    fence: bool = True
    """An outcome is written by the lane's owner alone."""
    wake_inside: bool = True
    """Who inserts work sets `next_due` in that transaction."""
    look_inside: bool = True
    """Release looks for work in the transaction in which it sets `next_due`."""
    stay_due: bool = True
    """A claim leaves `next_due` as it is, so that the lane of a dead owner is due."""
    block: bool = True
    """What is behind a failed one of its key waits."""


class Worker(NamedTuple):
    """`step` is `idle`, `read`, `work`, `sent` (it has looked at its lease and sends) or `written` (its release has
    looked). `mine`: nobody else has claimed the lane since; `todo` are units in order, and whether each was parked when it
    read; `said` are units with what became of them."""

    step: str = "idle"
    mine: bool = False
    todo: tuple[tuple[int, bool], ...] = ()
    said: tuple[tuple[int, str], ...] = ()
    waits: frozenset[str] = frozenset()
    """Keys of which nothing more may be sent."""
    due: int = NOW


class State(NamedTuple):
    """`units`: `none open retry ripe blocked delivered` by message; a `ripe` one is to be tried now. `fault` says which
    promise was broken."""

    units: tuple[str, ...]
    arrived: frozenset[int] = frozenset()
    owner: int = FREE
    leased: bool = False
    due: int = NEVER
    bell: bool = False
    unwoken: bool = False
    """Work was inserted, and its lane not woken yet (a broken rule)."""
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    failures: int = 0
    deaths: int = 0
    fault: str = ""


class Lane:
    """All that can happen next in a state. At most so many sends fail, and so many processes die."""

    def __init__(self, keys: str, rules: Rules, failures: int, deaths: int) -> None:
        """`keys`: by message, a letter."""
        self.keys, self.rules, self.failures, self.deaths = keys, rules, failures, deaths

    def first(self) -> State:
        return State(("none",) * len(self.keys))

    def next(self, state: State) -> Iterator[tuple[str, State]]:
        yield from self._accepts(state)
        yield from self._world(state)
        for n in WORKERS:
            yield from self._works(state, n)

    def done(self, state: State) -> bool:
        return set(state.units) == {"delivered"} and not state.unwoken

    # --- coming in, and the world ---
    def _accepts(self, state: State) -> Iterator[tuple[str, State]]:
        if state.unwoken:
            yield "wake", state._replace(unwoken=False, due=NOW, bell=True)
            if state.deaths < self.deaths:
                yield "web dies", state._replace(unwoken=False, deaths=state.deaths + 1)
        elif "none" in state.units:
            n = state.units.index("none")
            units = changed(state.units, n, "open")
            if self.rules.wake_inside:
                yield f"accept {n}", state._replace(units=units, due=NOW, bell=True)
            else:
                yield f"accept {n}", state._replace(units=units, unwoken=True)

    def _world(self, state: State) -> Iterator[tuple[str, State]]:
        if state.bell:
            yield "the broker forgets", state._replace(bell=False)
        if state.due == NOW and not state.leased and not state.bell:
            yield "the ticker rings", state._replace(bell=True)
        if state.leased:
            yield "the lease ends", state._replace(leased=False)
        if "retry" in state.units:
            units = tuple("ripe" if unit == "retry" else unit for unit in state.units)
            yield "time passes", state._replace(units=units, due=NOW if state.due == THEN else state.due)

    # --- a worker ---
    def _works(self, state: State, n: int) -> Iterator[tuple[str, State]]:
        worker = state.workers[n]
        if worker.step == "idle":
            yield from self._claims(state, n)
            return
        if state.deaths < self.deaths:
            yield f"{n} dies", self._with(state, n, Worker())._replace(deaths=state.deaths + 1)
            if worker.mine and state.owner == n:
                freed = self._with(state, n, Worker())
                yield f"{n} dies, seen", freed._replace(
                    deaths=state.deaths + 1, owner=FREE, leased=False, due=NOW, bell=True
                )
        yield from getattr(self, f"_{worker.step}")(state, n, worker)

    def _with(self, state: State, n: int, worker: Worker) -> State:
        return state._replace(workers=(worker, state.workers[1]) if n == 0 else (state.workers[0], worker))

    def _claims(self, state: State, n: int) -> Iterator[tuple[str, State]]:
        """By a doorbell, which is used up; nothing where the lane is not due, or leased."""
        if not state.bell:
            return
        state = state._replace(bell=False)
        if state.due != NOW or state.leased:
            yield f"{n} finds nothing", state
            return
        other = state.workers[1 - n]._replace(mine=False)
        due = state.due if self.rules.stay_due else NEVER
        state = self._with(state._replace(owner=n, leased=True, due=due), 1 - n, other)
        yield f"{n} claims", self._with(state, n, Worker("read", True))

    def _read(self, state: State, n: int, worker: Worker) -> Iterator[tuple[str, State]]:
        """First what is to be tried again, then open work in order; what waits behind one of its key is not sent."""
        ripe = tuple((u, True) for u, s in enumerate(state.units) if s == "ripe")
        new = tuple((u, False) for u, s in enumerate(state.units) if s == "open")
        waits = frozenset(self.keys[u] for u, s in enumerate(state.units) if s in ("retry", "ripe", "blocked"))
        if ripe or new:
            yield f"{n} reads", self._with(state, n, worker._replace(step="work", todo=ripe + new, waits=waits))
        elif self.rules.look_inside:
            yield f"{n} releases", self._released(state, n, worker, due_next(state.units))
        else:
            yield f"{n} looks", self._with(state, n, worker._replace(step="written", due=due_next(state.units)))

    def _written(self, state: State, n: int, worker: Worker) -> Iterator[tuple[str, State]]:
        yield f"{n} releases", self._released(state, n, worker, worker.due)

    def _released(self, state: State, n: int, worker: Worker, due: int) -> State:
        idle = self._with(state, n, Worker())
        if not self._fenced(worker):
            return idle
        return idle._replace(owner=FREE, leased=False, due=due)

    def _fenced(self, worker: Worker) -> bool:
        return worker.mine or not self.rules.fence

    def _work(self, state: State, n: int, worker: Worker) -> Iterator[tuple[str, State]]:
        if worker.said:
            yield f"{n} settles", self._settled(state, n, worker)
        if not worker.todo:
            return
        unit, parked = worker.todo[0]
        if self.rules.block and self.keys[unit] in worker.waits and not (parked and self._head(worker, unit)):
            said = (*worker.said, (unit, "blocked"))
            yield f"{n} blocks {unit}", self._with(state, n, worker._replace(todo=worker.todo[1:], said=said))
        elif worker.mine and state.leased:
            yield f"{n} begins to send {unit}", self._with(state, n, worker._replace(step="sent"))
        else:
            yield f"{n} sees its lease over", self._with(state, n, Worker())

    def _head(self, worker: Worker, unit: int) -> bool:
        """Whether no other of its key failed before it in this turn."""
        return all(self.keys[other] != self.keys[unit] or what == "delivered" for other, what in worker.said)

    def _sent(self, state: State, n: int, worker: Worker) -> Iterator[tuple[str, State]]:
        """It arrives; it arrives, and the answer is lost; it does not arrive."""
        (unit, _), todo = worker.todo[0], worker.todo[1:]
        there = self._arrives(state, unit)
        told = worker._replace(step="work", todo=todo, said=(*worker.said, (unit, "delivered")))
        yield f"{unit} arrives", self._with(there, n, told)
        if state.failures == self.failures:
            return
        failed = told._replace(said=(*worker.said, (unit, "retry")), waits=worker.waits | {self.keys[unit]})
        for name, after in ((f"{unit} fails", state), (f"{unit} arrives, the answer is lost", there)):
            yield name, self._with(after._replace(failures=state.failures + 1), n, failed)

    def _arrives(self, state: State, unit: int) -> State:
        """Order is judged by the first arrival."""
        ahead = [u for u in range(unit) if self.keys[u] == self.keys[unit] and u not in state.arrived]
        fault = f"{unit} arrived before {ahead[0]}" if ahead and unit not in state.arrived else state.fault
        return state._replace(arrived=state.arrived | {unit}, fault=fault)

    # --- an outcome transaction ---
    def _settled(self, state: State, n: int, worker: Worker) -> State:
        if not self._fenced(worker):
            return self._with(state, n, Worker())
        units, fault = state.units, state.fault
        for unit, what in worker.said:
            if units[unit] == "delivered" or (what == "delivered" and unit not in state.arrived):
                fault = fault or f"a second outcome of {unit}"
            units = changed(units, unit, what)
        promoted = self._promote(units, {self.keys[unit] for unit, _ in worker.said})
        due = NOW if promoted != units else state.due
        step = "work" if worker.todo else "read"
        after = self._with(state, n, worker._replace(step=step, said=()))
        return after._replace(units=promoted, due=due, leased=after.leased or worker.mine, fault=fault)

    def _promote(self, units: tuple[str, ...], keys: set[str]) -> tuple[str, ...]:
        """The first of a key that waits is to be tried now."""
        for key in sorted(keys):
            waiting = [u for u, s in enumerate(units) if self.keys[u] == key and s in ("retry", "ripe", "blocked")]
            if waiting and units[waiting[0]] == "blocked":
                units = changed(units, waiting[0], "ripe")
        return units


def changed(units: tuple[str, ...], n: int, state: str) -> tuple[str, ...]:
    return (*units[:n], state, *units[n + 1 :])


def due_next(units: tuple[str, ...]) -> int:
    if "open" in units or "ripe" in units:
        return NOW
    return THEN if "retry" in units else NEVER


def overdue(state: State) -> bool:
    """Something is to be done, nobody has it, and `next_due` says otherwise."""
    return state.owner == FREE and not state.unwoken and due_next(state.units) == NOW and state.due != NOW
