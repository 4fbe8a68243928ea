"""What requeue and discard have in common: the plan in words, the job run to its end, the wait for its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from adapters.commands.exits import DONE, FAILED, NOTHING, PARTLY, REFUSED, exit_code
from adapters.commands.output import iso, say, stop
from adapters.commands.progress import Bar, progress
from adapters.commands.project import known_names, replay
from router.browse import Browser, Selection
from router.errors import LedgerBusy, LedgerError
from router.jobs import ExpectationFailed, Job, JobOrder, JobOutcome

if TYPE_CHECKING:
    from adapters.wiring import App

T = TypeVar("T")

FIRST_LOOK, LAST_LOOK = 0.05, 1.0
ABSENCE = 5.0
"""Seconds without any process of Crossdock after which nothing more is waited for."""


def missing(ledger: Browser, selection: Selection) -> int:
    """Says which of the ids are not dead; how many."""
    lost = 0
    for id in selection.ids:
        state = ledger.parked_state(id)
        if state != "dead":
            say(f"{id} is not dead, it is in state {state}" if state else f"there is no dead letter {id}")
            lost += 1
    return lost


def plan(ledger: Browser, selection: Selection, verb: str, expect: int | None) -> int:
    """Says what the selection is; how many. Ends the command where there is none, or not as many as were expected."""
    groups = ledger.dead_groups(selection)
    total = sum(group.count for group in groups)
    if not total:
        stop(NOTHING, "no dead letter matches")
    if expect is not None and total != expect:
        stop(REFUSED, f"{total} match, {expect} were expected; nothing was done")
    places: dict[str, int] = {}
    for group in groups:
        place = group.target or f"{group.route} (before any target)"
        places[place] = places.get(place, 0) + group.count
    where = ", ".join(f"{place} {n}" for place, n in sorted(places.items()))
    first, last = min(g.first_at for g in groups), max(g.last_at for g in groups)
    say(f"{verb} {total}: {where}; {iso(first)} to {iso(last)}")
    return total


def make_job(app: App, selection: Selection, order: JobOrder) -> Job:
    try:
        with known_by("crossdock jobs list says whether a job has begun"):
            job = app.ledger.create_job(selection, order)
    except ExpectationFailed as error:
        stop(REFUSED, str(error))
    if job is None:
        stop(NOTHING, "no dead letter matches any more")
    return job


@contextmanager
def known_by(where: str) -> Iterator[None]:
    """Where the ledger fails within, the command says what is known of its job: who only repeats it does all of it twice."""
    try:
        yield
    except LedgerError as error:
        stop(exit_code(error), f"{error.reason}; {where}")


def named(job: Job) -> AbstractContextManager[None]:
    """For all that is done once a job has begun."""
    return known_by(f"job {job.id} has begun and goes on while Crossdock runs: do not repeat it, crossdock jobs show {job.id}")


def insisted(ask: Callable[[], T]) -> T:
    """Asks the ledger again for as long as it is away or busy, and says once that it waits."""
    said = False
    while True:
        try:
            answer = ask()
        except LedgerBusy as error:
            if not said:
                say(f"{error.reason}: waiting until it answers")
            said = True
            time.sleep(LAST_LOOK)
            continue
        if said:
            say("the ledger answers again")
        return answer


def finish(app: App, job: Job, patient: bool = False) -> Job:
    """Goes on until the job is done, at its rate; another process may do steps of it meanwhile. `patient` outlasts an outage
    of the ledger."""
    runner = replay(app)
    with progress(f"job {job.id}", job.total) as bar:
        while job.state == "running":
            bar.reach(job.done)
            wait = (job.next_at - app.ledger.now()) / 1000
            if wait > 0:
                time.sleep(min(wait, LAST_LOOK))
            step = partial(app.ledger.job, job.id) if wait > 0 else partial(runner.step, job)
            job = (insisted(step) if patient else step()) or job
    return job


def run_to_end(app: App, selection: Selection, order: JobOrder) -> Job:
    job = make_job(app, selection, order)
    with named(job):
        return finish(app, job)


def ended(app: App, job: Job) -> int:
    """Waits until what was requeued has ended; the exit code."""
    with progress("waiting for the ends", job.total) as bar:
        outcome = waited(app, job, bar)
    again = "" if job.skipped else " again"  # what was skipped may be dead as it was
    say(f"{outcome.ended} have ended, {outcome.dead} are dead{again}")
    if outcome.dead > job.skipped and "version" not in job.options:
        say("each ran as its route was when it came in; --logic current runs the route as it is now")
    return PARTLY if outcome.dead else DONE


def waited(app: App, job: Job, bar: Bar) -> JobOutcome:
    """Ends the command where waiting leads to nothing."""
    pause, absent = FIRST_LOOK, 0.0
    while (outcome := insisted(partial(app.ledger.job_outcome, job.id))).waiting:
        bar.reach(outcome.ended + outcome.dead)
        stuck, attended = insisted(partial(looked, app, outcome.waiting))
        if stuck:
            stop(PARTLY, f"{sum(outcome.waiting.values())} are held: {', '.join(sorted(stuck))} is paused or gone")
        absent = 0.0 if attended else absent + pause
        if absent > ABSENCE:
            stop(PARTLY, f"{sum(outcome.waiting.values())} wait, and nothing works here: start `crossdock up`, they go on then")
        time.sleep(pause)
        pause = min(pause * 1.5, LAST_LOOK)
    return outcome


def looked(app: App, waiting: Mapping[str, int]) -> tuple[set[str], bool]:
    """Where all that waits is held, and whether anybody works here."""
    return held(app, waiting), app.ledger.attended()


def held(app: App, waiting: Mapping[str, int]) -> set[str]:
    """The targets where all that waits is held; none where some goes on."""
    known, paused = known_names(app), app.ledger.paused_targets()
    stuck = {target for target in waiting if target in paused or (known is not None and target not in known)}
    return stuck if len(stuck) == len(waiting) else set()


def untried(job: Job) -> bool:
    """Whether all that was done of it was to leave things alone."""
    return bool(job.done) and job.skipped == job.done


def verdict(job: Job, lost: int) -> int:
    """The exit code of a job that is done."""
    if job.total and job.skipped == job.total:
        return FAILED
    return PARTLY if lost or job.skipped else DONE
