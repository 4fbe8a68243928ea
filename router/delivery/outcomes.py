"""Outcomes on their way into the ledger: what has ended since the last commit, and what it says of the connection."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from router.delivery.tries import Try, number_of
from router.delivery.units import Unit
from router.errors import MessageError
from router.ledger import ArrayEnd, Attempt, Fate, FileOut, Park, Progress, Pulse, Settlement, Unpark
from router.ports import Outcome
from router.ports import Target as OpenTarget
from router.processing.sorting import details_of
from router.route import Connection

BREAKS = frozenset({"connect", "timeout", "reset", "io", "502", "503", "504"})
"""What counts against a connection's breaker, but for what one place of a system that works has answered."""
RESPONSE_KEPT = 16_384
REQUEST_KEPT = 16_384


@dataclass
class Ended:
    """Collects; `settlement` hands over and starts anew."""

    connection: Connection
    progress: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    failed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    park: list[Park] = field(default_factory=list)
    unpark: list[Unpark] = field(default_factory=list)
    dead_messages: list[Park] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    fates: list[tuple[int, Fate]] = field(default_factory=list)
    files: list[FileOut] = field(default_factory=list)
    arrays: list[ArrayEnd] = field(default_factory=list)
    undo: list[tuple[OpenTarget, Outcome]] = field(default_factory=list)
    """What adapters are to be told after the commit."""
    failures: int = 0
    trouble: str = ""
    """What the last one of them was."""
    reset: bool = False
    probe: bool | None = None
    count: int = 0
    arrived: int = 0

    def lost(self, work: int, numbers: tuple[int, ...]) -> None:
        """Units of a work row that ended elsewhere."""
        self.progress[work].extend(numbers)
        self.failed[work] += len(numbers)

    def _leave(self, unit: Unit, failed: bool) -> None:
        self.count += 1
        if unit.work:
            self.progress[unit.work].append(unit.number)
            self.failed[unit.work] += failed

    def delivered(self, unit: Unit, outcome: Outcome, number: int, at: int, keep_whole: bool) -> None:
        self._leave(unit, False)
        self.arrived += 1
        if unit.parked is not None or unit.stored.deadline is not None:
            self.unpark.append(Unpark(unit.seq, unit.record, unit.key))
        response = outcome.response if keep_whole else outcome.response[:RESPONSE_KEPT]
        self.attempts.append(
            Attempt(unit.seq, unit.record, number, at, outcome.duration, True, outcome.sent_to, outcome.status, "",
                    outcome.reason, outcome.response_type, response)
        )  # fmt: skip

    def failed_try(self, unit: Unit, request: bytes, tried: Try, keep_whole: bool, array: str = "") -> None:
        self._leave(unit, True)
        outcome = tried.outcome
        self.park.append(
            Park(unit.seq, unit.record, "dead" if tried.dead else "retry", "send", outcome.error or "", outcome.reason,
                 outcome.status, unit.key, tried.number, tried.verdict.next_at or 0, tried.first_at, tried.stood,
                 tried.probe, hold=tried.dead and tried.hold and unit.key is not None,
                 array="" if tried.dead else array, fallback=tried.fallback and not tried.dead)
        )  # fmt: skip
        response = outcome.response if keep_whole else outcome.response[:RESPONSE_KEPT]
        self.attempts.append(
            Attempt(unit.seq, unit.record, tried.number, tried.at, outcome.duration, False, outcome.sent_to, outcome.status,
                    outcome.error or "", outcome.reason, outcome.response_type, response, request[:REQUEST_KEPT])
        )  # fmt: skip

    def given_up(self, units: list[Unit], before: Outcome, now: int, array: str) -> None:
        """Dead at their own target, and not sent to the fallback yet: that is what is tried next."""
        for unit in units:
            self._leave(unit, True)
            self.park.append(
                Park(unit.seq, unit.record, "retry", "send", before.error or "", before.reason, before.status, unit.key,
                     number_of(unit), now, now, fallback=True)
            )  # fmt: skip
        if array:
            self.arrays.append(ArrayEnd(array))

    def blocked(self, unit: Unit) -> None:
        """A later one of a key waits behind it, without a try."""
        self._leave(unit, True)
        self.park.append(Park(unit.seq, unit.record, "blocked", key=unit.key, reason="waits behind its key"))

    def late(self, unit: Unit) -> None:
        """Not tried, or not again: its caller was told so."""
        self._leave(unit, True)
        reason = "the caller was told 504; late: cancel"
        self.park.append(
            Park(unit.seq, unit.record, "dead", "send", "late", reason, key=unit.key, attempt=number_of(unit) - 1)
        )

    def dead(self, unit: Unit, error: MessageError, hold: bool = False) -> None:
        """Dead at this target: its own steps, its format, its address."""
        self._leave(unit, True)
        self.park.append(
            Park(unit.seq, unit.record, "dead", error.stage, error.error, error.reason, key=unit.key, attempt=1,
                 details=details_of(error), hold=hold and unit.key is not None)
        )  # fmt: skip

    def dead_for_all(self, unit: Unit, error: MessageError) -> None:
        """Dead before any target: one row of the message, whoever sees it first. What was changed for this target alone is
        dead here alone: others may have sent it as it was."""
        if unit.own:
            return self.dead(unit, error, unit.target.when_dead == "hold")
        self._leave(unit, True)
        if unit.parked is not None:
            self.unpark.append(Unpark(unit.seq, unit.record, unit.key))
        self.dead_messages.append(
            Park(unit.seq, unit.record, "dead", error.stage, error.error, error.reason, attempt=1,
                 details=details_of(error))
        )  # fmt: skip

    def filtered(self, unit: Unit, rule: str) -> None:
        self._leave(unit, True)
        if unit.parked is not None:
            self.unpark.append(Unpark(unit.seq, unit.record, unit.key))
        seq = unit.seq if unit.record else None
        self.fates.append((unit.batch, Fate(str(unit.number), "filtered", rule, seq, None, unit.target.name)))

    def beat(self, outcome: Outcome, probe: bool) -> None:
        """What a send says about the connection; any answer at all is a good sign."""
        if (outcome.error or "") in BREAKS and not outcome.answered:
            self.failures += 1
            self.trouble = f"{outcome.error}: {outcome.reason}"
            if probe:
                self.probe = False
        else:
            self.failures, self.reset = 0, True
            if probe:
                self.probe = True

    def __bool__(self) -> bool:
        return bool(self.count or self.progress or self.files or self.unpark or self.arrays)

    def settlement(self) -> Settlement:
        pulse = None
        if self.failures or self.probe is not None or self.reset:
            breaker = self.connection.breaker
            pulse = Pulse(
                self.connection.id, self.failures, self.reset, self.probe, breaker.open_after, breaker.cool_down
            )
        return Settlement(
            [Progress(work, tuple(n), self.failed[work]) for work, n in self.progress.items()], self.park, self.unpark,
            self.dead_messages, self.attempts, pulse, self.files, self.arrived, self.arrays, self.fates,
        )  # fmt: skip

