"""What requeue and discard have in common: the plan in words, the job run to its end, the wait for its outcome."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from adapters.commands.exits import DONE, FAILED, NOTHING, PARTLY, REFUSED
from adapters.commands.output import iso, say, stop
from adapters.commands.progress import Bar, progress
from adapters.commands.project import known_names, replay
from router.browse import Browser, Selection
from router.jobs import ExpectationFailed, Job, JobOrder, JobOutcome

if TYPE_CHECKING:
    from adapters.wiring import App

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
        job = app.ledger.create_job(selection, order)
    except ExpectationFailed as error:
        stop(REFUSED, str(error))
    if job is None:
        stop(NOTHING, "no dead letter matches any more")
    return job


def finish(app: App, job: Job) -> Job:
    """Goes on until the job is done, at its rate; another process may do steps of it meanwhile."""
    runner = replay(app)
    with progress(f"job {job.id}", job.total) as bar:
        while job.state == "running":
            bar.reach(job.done)
            wait = (job.next_at - app.ledger.now()) / 1000
            if wait > 0:
                time.sleep(min(wait, LAST_LOOK))
                job = app.ledger.job(job.id) or job
            else:
                job = runner.step(job)
    return job


def run_to_end(app: App, selection: Selection, order: JobOrder) -> Job:
    return finish(app, make_job(app, selection, order))


def ended(app: App, job: Job) -> int:
    """Waits until what was requeued has ended; the exit code."""
    with progress("waiting for the ends", job.total) as bar:
        outcome = waited(app, job, bar)
    say(f"{outcome.ended} have ended, {outcome.dead} are dead again")
    if outcome.dead and "version" not in job.options:
        say("each ran as its route was when it came in; --logic current runs the route as it is now")
    return PARTLY if outcome.dead else DONE


def waited(app: App, job: Job, bar: Bar) -> JobOutcome:
    """Ends the command where waiting leads to nothing."""
    pause, attended = FIRST_LOOK, time.monotonic()
    while (outcome := app.ledger.job_outcome(job.id)).waiting:
        bar.reach(outcome.ended + outcome.dead)
        stuck = held(app, outcome.waiting)
        if stuck:
            stop(PARTLY, f"{sum(outcome.waiting.values())} are held: {', '.join(sorted(stuck))} is paused or gone")
        if app.ledger.attended():
            attended = time.monotonic()
        elif time.monotonic() - attended > ABSENCE:
            stop(PARTLY, f"{sum(outcome.waiting.values())} wait, and nothing works here: start `crossdock up`, they go on then")
        time.sleep(pause)
        pause = min(pause * 1.5, LAST_LOOK)
    return outcome


def held(app: App, waiting: Any) -> set[str]:
    """The targets where all that waits is held; none where some goes on."""
    known, paused = known_names(app), app.ledger.paused_targets()
    stuck = {target for target in waiting if target in paused or (known is not None and target not in known)}
    return stuck if len(stuck) == len(waiting) else set()


def verdict(job: Job, lost: int) -> int:
    """The exit code of a job that is done."""
    if job.total and job.skipped == job.total:
        return FAILED
    return PARTLY if lost or job.skipped else DONE
