"""The life of a test's messages in lines, by the simulated clock: for whoever reads why a test failed."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.testing.outside import Call
from adapters.testing.playing import Played
from router.browse import MessageView
from router.message import parse_id
from router.operating.trial import Trial, try_route
from router.processing.records import RecordReader
from router.route import Table
from router.testing.case import RouteTest
from router.testing.compare import show
from transforms.codecs.plain import read_json
from transforms.structures import structure

MOST_LINES = 60
REASON = 300


def told(test: RouteTest, played: Played, table: Table) -> Iterator[str]:
    """Accepted, each step, each call, the end."""
    lines = [*life(test, played, table)]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES} more lines"


def life(test: RouteTest, played: Played, table: Table) -> Iterator[str]:
    given = len(played.arrivals)
    for n, (arrival, receipt, view) in enumerate(zip(played.arrivals, played.receipts, played.views, strict=False)):
        at = (view.received_at - test.start) / 1000
        which = f" message {n + 1}" if given > 1 else ""
        file = f" {arrival.envelope.file.name}" if arrival.envelope.file is not None else ""
        yield f"{time(at)} {receipt.state}{which}{file}, {len(arrival.envelope.read())} bytes"
        if receipt.state == "accepted":
            trial = try_route(table.routes[test.route], arrival.envelope, RecordReader(read_json))
            yield from steps(trial)
    for call in played.calls:
        yield called(call)
    for view in played.views:
        yield from ends(view)
    for letter in played.letters:
        yield f"dead letter {place(letter.id)} at stage {letter.stage} ({letter.error}): {letter.reason[:REASON]}"


def steps(trial: Trial) -> Iterator[str]:
    for step in trial.steps:
        note = f" ({step.note})" if step.note else ""
        body = "" if step.body is None else f" → {show(structure(step.body))}"
        rule = step.rule if step.rule.startswith(step.verb) else f"{step.verb}: {step.rule}"
        yield f"          {rule}{note}{body}"
    if trial.dead is not None:
        yield f"          dead at stage {trial.dead.stage}: {trial.dead.reason}"


def called(call: Call) -> str:
    end = "ok" if call.outcome.ok else f"{call.outcome.error}: {call.outcome.reason}"
    status = f" {call.outcome.status}" if call.outcome.ok and call.outcome.status is not None else ""
    took = f", {call.until - call.at:g} s" if call.until > call.at else ""
    parsed = parse_id(call.delivery)
    record = f" record {parsed[2]}" if parsed is not None and parsed[2] else ""
    return f"{time(call.at)} → {call.target}{record} {call.outcome.sent_to}: {end}{status}{took}".replace("  ", " ")


def ends(view: MessageView) -> Iterator[str]:
    reason = f": {view.reason[:REASON]}" if view.reason else ""
    yield f"message of route {view.route}: {view.state}{reason}"
    for target in view.targets:
        units = ", ".join(f"{count} {state}" for state, count in target.units.items()) or target.state
        yield f"  {target.id}: {units}"


def place(id: str) -> str:
    """Of a dead letter's id what is the same at every run."""
    parsed = parse_id(id)
    if parsed is None:
        return id
    return ":".join(str(part) for part in (parsed[1], parsed[2]) if part) or "of the message"


def time(seconds: float) -> str:
    """`+2.5s`, `+3h02m`."""
    if seconds < 600:
        return f"{f'+{seconds:.1f}s':>9}"
    minutes = int(seconds // 60)
    return f"{f'+{minutes // 60}h{minutes % 60:02}m':>9}"
