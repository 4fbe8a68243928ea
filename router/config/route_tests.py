"""The tests of a project: each read into a case, with what it names looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from router.config.bodies_of_tests import Bodies, Unreadable
from router.config.findings import Findings, Place
from router.config.nearest import did_you_mean, one_of
from router.config.schema.shapes import Chosen
from router.config.sections import Item, Sections
from router.config.spots import KEY
from router.ports import Content
from router.route import Route, Send, Table
from router.testing.case import (
    FALLBACK,
    OF_HTTP,
    OF_OTHERS,
    Answer,
    Body,
    Expected,
    ExpectedTarget,
    Given,
    Reply,
    RouteTest,
    Script,
)  # fmt: skip

NO_ROUTE, NO_TARGET, NO_CLIENT, NO_SAMPLE, NO_REPLY = "0701", "0702", "0703", "0704", "0705"
NOT_TAKEN, NO_HEADERS, NO_ANSWER, UNREACHED = "0706", "0707", "0708", "0710"
START = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp() * 1000)
"""When the first message of a test comes in, where it does not say."""
UNREAD = "None"
"""The id of a target whose id could not be read."""


def route_tests(
    written: Iterable[Item], found: Sections, table: Table, content: Content, findings: Findings
) -> tuple[RouteTest, ...]:
    """Those that can be run; what they name and is not there is said where it stands."""
    made = [Reading(item, found, table, content, findings).test() for item in written]
    return tuple(test for test in made if test is not None)


def named_by(tests: Iterable[RouteTest]) -> set[str]:
    """The targets, as ROUTE.TARGET."""
    return {name.removesuffix(FALLBACK) for test in tests for name in (*test.expect.targets, *test.replies)}


@dataclass(slots=True)
class Reading:
    """One test on its way from what was written."""

    item: Item
    found: Sections
    table: Table
    content: Content
    findings: Findings

    def test(self) -> RouteTest | None:
        value = self.item.value
        route = self.route(value.get("route"))
        if route is None:
            return None
        bodies = Bodies(self.content, route)
        mark = self.item.place
        given = tuple(self.givens(route, bodies, value.get("given") or []))
        expect = self.expected(route, bodies, value.get("expect") or {})
        at = value.get("at")
        return RouteTest(
            self.item.id, route.id, given, expect, dict(self.scripts(route, bodies, value.get("replies") or {})),
            {name: str(text) for name, text in (value.get("env") or {}).items()},
            mark.located.file, line_of(mark), int(at.timestamp() * 1000) if at else START,
        )  # fmt: skip

    def error(self, place: Place, code: str, message: str, hint: str = "", key: bool = False) -> None:
        self.findings.error(place, code, message, hint, KEY if key else "value")

    def route(self, name: str | None) -> Route | None:
        place = self.item.place.at("route")
        if name is None:
            return None
        if name not in self.found.routes:
            if self.found.whole:
                hint = did_you_mean(name, self.found.routes) or one_of(list(self.found.routes)[:8])
                self.error(place, NO_ROUTE, f"there is no route '{name}'", hint)
            return None
        return self.table.routes.get(name)

    # --- what comes in ---
    def givens(self, route: Route, bodies: Bodies, listed: Sequence[Any]) -> Iterator[Given]:
        raw = self.item.place.at("given").raw
        for n, one in enumerate(listed):
            place = self.item.place.at("given", n) if isinstance(raw, list) else self.item.place.at("given")
            if one is not None:
                yield self.given(route, bodies, place, one)

    def given(self, route: Route, bodies: Bodies, place: Place, one: Mapping[str, Any]) -> Given:
        if "file" in one and "body" in one:
            self.error(place.at("body"), NO_SAMPLE, "'file' and 'body' cannot stand together", "remove one of them", True)
        headers = {name.lower(): str(text) for name, text in (one.get("headers") or {}).items()}
        file = one.get("file")
        body = f"@{file}" if file is not None else one.get("body", "")
        try:
            raw, type_, sample = bodies.coming_in(body)
        except Unreadable as error:
            self.error(place.at("file" if file is not None else "body"), NO_SAMPLE, error.message, error.hint)
            raw, type_, sample = b"", "", str(file or "")
        name = str(one.get("name") or PurePosixPath(sample).name)
        name = self.file_name(route, place, name, one)
        content_type = headers.get("content-type") or (type_ if route.source.kind == "http" else None) or None
        return Given(
            raw, name, content_type, headers, {k: str(v) for k, v in (one.get("params") or {}).items()},
            self.client(route, place, one.get("client")), float(one.get("after") or 0.0),
        )  # fmt: skip

    def file_name(self, route: Route, place: Place, name: str, one: Mapping[str, Any]) -> str:
        pattern = str(route.source.options.get("files", ""))
        if route.source.kind != "folder":
            return name
        if "file" not in one and "name" not in one:
            return name if fnmatchcase(name, pattern) else pattern.replace("*", "1").replace("?", "1")
        if not fnmatchcase(name, pattern):
            key = "name" if "name" in one else "file"
            message = f"the route takes files that are named like {pattern}, not {name}"
            self.error(place.at(key), NOT_TAKEN, message, "say 'name' for another name of that sample")
        return name

    def client(self, route: Route, place: Place, name: str | None) -> str | None:
        known, anyone = route.source.callers, route.source.options.get("clients") == "anyone"
        if name is None:
            return known[0] if known else None
        if name not in known and (known or route.source.kind not in ("", "http") or anyone):
            hint = did_you_mean(name, known) or (one_of(known) if known else "remove it")
            self.error(place.at("client"), NO_CLIENT, f"the client '{name}' may not call the route '{route.id}'", hint)
        return name

    # --- what the outside replies ---
    def outlet(self, route: Route, place: Place, name: str) -> tuple[str, Send] | None:
        """By the target's id, or as ROUTE.TARGET where another route of the project has it; `ID:fallback` is its fallback.
        The whole name, and what it sends."""
        id = name.removesuffix(FALLBACK)
        found = route.target(id) or (self.table.target(id) if "." in id else None)
        if found is None:
            own = [target.id for target in route.targets if target.id != UNREAD]
            others = [t.name for r in self.table.routes.values() for t in r.targets if r is not route]
            hint = did_you_mean(id, own, otherwise=False) or did_you_mean(id, others, otherwise=False) or one_of(own)
            self.error(place, NO_TARGET, f"the route '{route.id}' has no target '{id}'", hint, True)
            return None
        if id == name:
            return found.name, found.send
        if found.fallback is None:
            self.error(place, NO_TARGET, f"the target '{id}' has no fallback", "remove it, or give the target one", True)
            return None
        return found.name + FALLBACK, found.fallback

    def scripts(self, route: Route, bodies: Bodies, replies: Mapping[str, Any]) -> Iterator[tuple[str, Script]]:
        for name, chosen in replies.items():
            place = self.item.place.at("replies", name)
            found = self.outlet(route, place, name)
            if found is None or not isinstance(chosen, Chosen):
                continue
            whole, send = found
            if send.kind == "route":
                message = f"'{name}' is a route of this project, which runs too: nothing outside replies"
                hint = f"script its targets, as '{send.options.get('route')}.TARGET'"
                self.error(place, NO_REPLY, message, hint, True)
            elif chosen.kind == "always":
                yield whole, Script((), self.reply(send.kind, bodies, place, chosen.value))
            else:
                made = [self.reply(send.kind, bodies, place.at(n), one) for n, one in enumerate(chosen.value)]
                yield whole, Script(tuple(made))

    def reply(self, kind: str, bodies: Bodies, place: Place, chosen: Any) -> Reply:
        if not isinstance(chosen, Chosen) or not kind:  # what the send is cannot be read
            return Reply()
        possible = OF_HTTP if kind == "http" else OF_OTHERS
        words = ", ".join(("ok", *(("a status",) if kind == "http" else ()), *possible))
        if chosen.kind == "word" and chosen.value not in ("ok", *possible):
            message = f"a target of the kind '{kind}' does not reply '{chosen.value}'"
            self.error(place, NO_REPLY, message, f"it replies {words}")
        if chosen.kind == "word":
            return Reply(None if chosen.value == "ok" else chosen.value)
        if kind != "http":
            self.error(place, NO_REPLY, f"a target of the kind '{kind}' has no statuses", f"it replies {words}")
            return Reply()
        return self.answered(bodies, place, chosen.value or {})

    def answered(self, bodies: Bodies, place: Place, value: Mapping[str, Any]) -> Reply:
        headers = {name.lower(): str(text) for name, text in (value.get("headers") or {}).items()}
        try:
            raw, type_, _ = bodies.written(value.get("body", ""))
        except Unreadable as error:
            self.error(place.at("body"), NO_SAMPLE, error.message, error.hint)
            raw, type_ = b"", ""
        if type_:
            headers.setdefault("content-type", type_)
        return Reply(None, value.get("status", 200), headers, raw)

    # --- what is expected ---
    def expected(self, route: Route, bodies: Bodies, value: Mapping[str, Any]) -> Expected:
        place = self.item.place.at("expect")
        targets = {}
        for name, one in (value.get("targets") or {}).items():
            below = place.at("targets", name)
            found = self.outlet(route, below, name)
            if found is not None and one is not None:
                targets[found[0]] = self.expected_target(found[1], bodies, below, one)
        answer = value.get("answer")
        if answer is not None and route.source.kind != "http":
            message = f"nobody is answered by a source of the kind '{route.source.kind}'"
            self.error(place.at("answer"), NO_ANSWER, message, "remove it", True)
        return Expected(
            targets, tuple(state for state in value.get("state") or [] if state), value.get("dead"),
            (value.get("after") or {}).get("at_most"), str(value.get("reason") or ""),
            self.answer(bodies, place.at("answer"), answer) if answer else None,
        )  # fmt: skip

    def expected_target(self, send: Send, bodies: Bodies, place: Place, one: Mapping[str, Any]) -> ExpectedTarget:
        headers = {name: str(text) for name, text in (one.get("headers") or {}).items()}
        if headers and send.kind not in ("http", "amqp", "route"):
            message = f"a target of the kind '{send.kind}' sends no headers"
            self.error(place.at("headers"), NO_HEADERS, message, "remove it", True)
        listed = one.get("bodies")
        return ExpectedTarget(
            one.get("calls"),
            self.body(bodies, place.at("body"), one["body"]) if "body" in one else None,
            tuple(self.body(bodies, place.at("bodies", n), b) for n, b in enumerate(listed)) if listed is not None else None,
            headers,
        )  # fmt: skip

    def answer(self, bodies: Bodies, place: Place, value: Mapping[str, Any]) -> Answer:
        body = self.body(bodies, place.at("body"), value["body"]) if "body" in value else None
        return Answer(value.get("status"), body)

    def body(self, bodies: Bodies, place: Place, value: Any) -> Body:
        try:
            return bodies.expected(value)
        except Unreadable as error:
            self.error(place, NO_SAMPLE, error.message, error.hint)
            return Body(None)


def line_of(place: Place) -> int:
    """The line of the key of an entry."""
    parent: Any = place.located.data
    for part in place.path[:-1]:
        parent = parent[part]
    return int(parent.marks[place.path[-1]].key.line)


def advise(found: Sections, named: Collection[str], findings: Findings) -> None:
    """Targets that no test names; where the project has no tests at all, there is nothing to say."""
    for item in found.routes.values() if found.whole else ():
        for n, raw in enumerate(_listed(item.place.at("to").raw) if isinstance(item.value, Mapping) else ()):
            own = raw.get("otherwise", raw) if isinstance(raw, dict) else None
            id = own.get("id") if isinstance(own, dict) else None
            if id and f"{item.id}.{id}" not in named:
                place = item.place.at("to", n)
                message = f"no test expects anything of the target '{id}'"
                hint = "name it in a test of 'tests': crossdock routes test --coverage shows what is reached"
                findings.advice(place, UNREACHED, message, hint)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
