"""A message of the ledger as a test of its route: what came in, what the outside answered, what became of it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import msgspec

from adapters.commands.exits import FAILED, NOTHING
from adapters.commands.output import stop
from adapters.commands.project import reader
from adapters.wiring import App
from router.browse import Event, MessageView, Selection, TargetView
from router.config.problems import ConfigError
from router.delivery.units import BeforeTarget
from router.errors import MessageError
from router.message import Envelope
from router.pipeline import Filtered
from router.processing.recompute import recompute
from router.route import Route, Target
from router.testing.case import BROKEN

FOLDER = "samples/recorded"
ENDED = ("delivered", "dead", "filtered", "refused")
BEHIND_CHOICE = ("encode", "send")
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*[A-Za-z0-9_]")
SUFFIXES = {"application/json": ".json", "application/xml": ".xml", "text/xml": ".xml", "text/csv": ".csv",
            "application/x-ndjson": ".ndjson", "text/plain": ".txt"}  # fmt: skip
NOT_KEPT = re.compile("authorization|cookie|token|secret|signature|hmac|api-?key|^host$|^user-agent$|^accept|^content-length$"
                      "|^connection$|^traceparent$|^x-forwarded|^forwarded$|^idempotency-key$")  # fmt: skip
"""Headers that are of the call and not of the message, or that hold credentials."""


@dataclass
class Recording:
    """`lines` stand under `tests:`, not indented; `samples` are files under transforms/."""

    lines: list[str] = field(default_factory=list)
    samples: dict[str, bytes] = field(default_factory=dict)


def recorded(app: App, view: MessageView, route: Route, name: str) -> Recording:
    """Ends the command where the message cannot be a test."""
    if view.state not in ENDED:
        stop(FAILED, f"the message is {view.state}: only what has ended can be recorded ({', '.join(ENDED)})")
    stored = app.ledger.message(view.seq)
    if stored is None or not app.ledger.body_kept(view.seq):
        stop(NOTHING, "the body is not kept any more (keep.bodies)")
    return Recorder(app, view, route, stored.envelope).recording(name)


class Recorder:
    def __init__(self, app: App, view: MessageView, route: Route, envelope: Envelope) -> None:
        self.app, self.view, self.route, self.envelope = app, view, route, envelope
        self.made = Recording()
        self.targets = {target.id: target for target in view.targets}
        dead = app.ledger.dead_letters(Selection(route=view.route, since=view.received_at)) if view.state == "dead" else ()
        self.letters = [letter for letter in dead if letter.seq == view.seq]
        self.events = [event for event in app.ledger.life(view.seq) if event.what in ("failed", "delivered")]

    def recording(self, name: str) -> Recording:
        self.refuse_odd_ends()
        replies = {t.id: said for t in self.route.targets if (said := self.replies(t)) is not None}
        expected = {target.id: self.expected(target) for target in self.route.targets}
        lines = [f"{flow(name)}:", f"  route: {self.route.id}", f"  at: {self.envelope.received_at:%Y-%m-%dT%H:%M:%SZ}"]
        lines.append(f"  given: {flow(self.given())}")
        if replies:
            lines += ["  replies:", *(f"    {id}: {flow(said)}" for id, said in replies.items())]
        lines += ["  expect:", "    targets:", *(f"      {id}: {flow(one)}" for id, one in expected.items())]
        lines.append(f"    state: {self.view.state}")
        if self.view.state == "dead":
            lines.append(f"    dead: {len(self.letters)}")
        if reason := self.reason():
            lines.append(f"    reason: {flow(reason)}")
        self.made.lines = lines
        return self.made

    def refuse_odd_ends(self) -> None:
        for letter in self.letters:
            if letter.record and letter.stage in BEHIND_CHOICE:
                stop(FAILED, f"record {letter.record} is dead at stage {letter.stage}: what the outside answered to single"
                             " records cannot be recorded")  # fmt: skip

    # --- what came in ---
    def given(self) -> dict[str, Any]:
        file = self.envelope.file
        kept = {n: v for n, v in self.envelope.headers.items() if not NOT_KEPT.search(n)}
        suffix = PurePosixPath(file.name).suffix if file else suffix_of(self.envelope.content_type or "")
        sample = self.sample(f"{self.view.id[:13]}{suffix}", self.envelope.read())
        if self.route.source.kind == "folder":
            return {"file": sample, "name": file.name if file else PurePosixPath(sample).name}
        found = {"body": f"@{sample}", "headers": kept, "params": dict(self.envelope.params), "client": self.client()}
        return {name: value for name, value in found.items() if value}

    def client(self) -> str | None:
        """None where the route does not name it, as with what a command put in."""
        named = self.route.source.options.get("clients")
        return self.envelope.client if isinstance(named, (list, tuple)) and self.envelope.client in named else None

    def sample(self, name: str, content: bytes) -> str:
        path = f"{FOLDER}/{name}"
        self.made.samples[path] = content
        return path

    # --- what the outside answered ---
    def tries(self, target: Target) -> list[Event]:
        return [e for e in self.events if e.data["target"] == target.name and not e.data["record"]]

    def replies(self, target: Target) -> list[Any] | None:
        """The ledger keeps the first and the last failed try: those between were like the first. None where all was well."""
        told = self.tries(target)
        if not told or target.send.kind == "route" or all(event.what == "delivered" for event in told):
            return None
        last = max(told, key=lambda event: int(event.data["number"]))
        first = min(told, key=lambda event: int(event.data["number"]))
        return [reply(first)] * (int(last.data["number"]) - 1) + [reply(last)]

    # --- what became of it ---
    def expected(self, target: Target) -> dict[str, Any]:
        view = self.targets.get(target.name)
        if view is None:
            return {"calls": 0}
        if self.view.records:
            return {"calls": 1} if target.collect else {}
        told = self.tries(target)
        calls = max((int(event.data["number"]) for event in told), default=0)
        return {"calls": calls, **(self.body(target, view) if calls else {})}

    def body(self, target: Target, view: TargetView) -> dict[str, Any]:
        """As it was sent, by the version of then. Rows of databases are not kept as they were."""
        if target.send.kind == "sql":
            return {}
        try:
            parcel = recompute(self.app.ledger, self.app.table, reader(), (self.view.seq, 0), view.id)
        except (BeforeTarget, MessageError, ConfigError, KeyError, AssertionError):
            return {}
        if parcel is None or isinstance(parcel, Filtered):
            return {}
        name = f"{self.view.id[:13]}.{target.id}{suffix_of(parcel.content_type)}"
        return {"body": f"@{self.sample(name, parcel.body)}"}

    def reason(self) -> str:
        """Not what an outside said: the simulated one has words of its own."""
        if any(letter.stage == "send" for letter in self.letters):
            return ""
        return self.letters[0].reason if self.letters else self.view.reason if self.view.state != "delivered" else ""


def reply(event: Event) -> Any:
    """Where an outside refused in a way that it has no word for, such as a name that is taken, it refused."""
    if event.what == "delivered":
        return "ok"
    error, status = str(event.data["error"] or ""), event.data["status"]
    if status and error == "refused":
        return {"status": status, "body": str(event.data["response"] or "")}
    return error if error in BROKEN else status or "refused"


def suffix_of(content_type: str) -> str:
    plain = content_type.partition(";")[0].strip().lower()
    return SUFFIXES.get(plain) or mimetypes.guess_extension(plain) or ".bin"


def flow(value: Any) -> str:
    """As YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(name))}: {flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in ("true", "false", "null", "yes", "no"):
        return value
    return msgspec.json.encode(value).decode()


# --- into the file ---
def with_test(text: str, lines: list[str]) -> str | None:
    """The text of a file of routes with one more test, behind the others; None where `tests` is not a block."""
    end = "\r\n" if "\r\n" in text else "\n"
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    at = next((n for n, row in enumerate(rows) if re.match(r"tests\s*:", row)), None)
    if at is None:
        return end.join([*rows, "", "tests:", *(f"  {line}" for line in lines), ""])
    if not re.fullmatch(r"tests\s*:\s*(#.*)?", rows[at]):
        return None
    close = next((n for n in range(at + 1, len(rows)) if re.match(r"[^\s#]", rows[n])), len(rows))
    while not rows[close - 1].strip() or rows[close - 1].startswith("#"):
        close -= 1
    indent = next(indents(rows[at + 1 : close]), "  ")
    return end.join([*rows[:close], *(f"{indent}{line}" for line in lines), *rows[close:], ""])


def indents(rows: list[str]) -> Iterator[str]:
    for row in rows:
        if row.strip() and not row.lstrip().startswith("#"):
            yield row[: len(row) - len(row.lstrip())]
