"""Follows the body through each route: every expression and template is looked at with what it will see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from router.config.agreeing import Agreement
from router.config.compiling import Compiler
from router.config.findings import Findings, Place, here
from router.config.problems import LETTERS, Problem, dotted
from router.config.schema.shapes import Chosen
from router.config.sections import Item
from router.config.spots import KEY
from router.config.types import Passed, Remark, Scope, Seen, Types, Use
from router.config.walk import targets
from router.ports import Codec

UNREACHED = "0608"
TEMPLATES = ("path", "name", "routing_key")
MANY_TEMPLATES = ("query", "headers")


def check_bodies(routes: Iterable[Item], compiler: Compiler, types: Types) -> Agreement:
    """Says what is wrong; what is only wrong where other routes agree is handed back."""
    follower = Follower(compiler, types)
    for item in routes:
        if isinstance(item.value, Mapping):
            follower.route(item)
    return follower.agreement


class Follower:
    """One walk over all routes."""

    def __init__(self, compiler: Compiler, types: Types) -> None:
        self.compiler, self.types = compiler, types
        self.findings: Findings = compiler.findings
        self.agreement = Agreement()

    # --- a route ---
    def route(self, item: Item) -> None:
        codec = self.codec(item)
        with self.compiler.within(codec):
            self.with_codec(item, codec)

    def with_codec(self, item: Item, codec: Codec | None) -> None:
        value, place = item.value, item.place
        kind, options = chosen_of(value.get("from_"))
        received = self.types.received(kind, options)
        self.source(place.at("from"), kind, options, received)
        scope = self.let_in(self.types.decoded(received, codec), place.at("steps"), value.get("steps"))
        self.expressions(scope, place.at("keys"), value.get("keys"), "key")
        scope = self.steps(scope, place.at("steps"), value.get("steps"), codec)
        self.expression(scope, place.at("order_by"), value.get("order_by"), "key")
        always = {at.path[-1]: self.target(scope, at, one) for at, one in targets(item)}
        self.unreached(place.at("to"), value.get("match") or "all", {n: one for n, one in always.items() if isinstance(n, int)})

    def codec(self, item: Item) -> Codec | None:
        """The route's; where it names none, what the names of its files say."""
        chosen = item.value.get("format")
        if chosen is not None:
            return self.compiler.codec(item.place.at("format"), chosen)
        kind, options = chosen_of(item.value.get("from_"))
        suffix = PurePosixPath(str(options.get("files") or "")).suffix
        if kind != "folder" or not suffix[1:].isalnum():
            return None
        name = self.compiler.registry.codec_for(None, f"x{suffix}")
        return self.compiler.codec(item.place, Chosen(name, {}))

    def source(self, place: Place, kind: str, options: Mapping[str, Any], scope: Scope) -> None:
        if kind != "folder":
            return
        if options.get("done") != "delete":
            self.template(self.types.unread(scope, True), place.at("done"), options.get("done"))
        ready = options.get("ready")
        if isinstance(ready, Chosen) and ready.kind == "marker":
            self.template(self.types.unread(scope, False), place.at("ready", "marker"), ready.value)

    def steps(self, scope: Scope, place: Place, written: Any, codec: Codec | None = None) -> Scope:
        split = False
        before_split = codec is not None and hasattr(codec, "cut") and splits_records(written)
        for n, step in enumerate(written or []):
            if not isinstance(step, Chosen):
                scope = self.types.hidden(scope)
            elif step.kind == "split" and split:
                scope = self.types.hidden(scope)  # a second one is a mistake of its own
            elif step.kind == "split":
                split = True
                scope = self.passed(place.at(n, "split"), self.types.split(scope, self.known(step.value), codec))
                before_split = False
            else:
                seen = self.types.hidden(scope) if before_split else scope
                scope = self.step(seen, place.at(n), step)
        return scope

    def let_in(self, scope: Scope, place: Place, written: Any) -> Scope:
        """What a `validate` refuses that is first to look at the body is dead, whatever its keys are."""
        for n, step in enumerate(written or []):
            if not isinstance(step, Chosen) or step.kind not in ("dedupe", "validate"):
                break
            if step.kind == "validate":
                made = self.compiler.step(place.at(n), step)
                return scope if made is None else self.types.let_in(scope, made)
        return scope

    def known(self, value: Any) -> Any:
        return {"by": "body", "group": None} if self.compiler.unknown(value) else value

    def step(self, scope: Scope, place: Place, step: Chosen) -> Scope:
        made = self.compiler.step(place, step)
        if made is None:
            return self.types.hidden(scope)
        return self.passed(place.at(step.kind), self.types.passed(scope, made, step.value))

    def passed(self, place: Place, found: Passed) -> Scope:
        self.agreement.read.update(found.read)
        self.say(place, found.remarks)
        return found.scope

    # --- a target ---
    def target(self, scope: Scope, place: Place, value: Mapping[str, Any]) -> bool | None:
        """Whether its `when` is always true, or always false. Its address sees what its own steps were given."""
        scope = self.types.at_target(scope)
        always = self.expression(scope, place.at("when"), value.get("when"), "condition")
        self.expression(scope, place.at("order_by"), value.get("order_by"), "key")
        behind = self.steps(scope, place.at("steps"), value.get("steps"))
        format_ = value.get("format")
        if isinstance(format_, Chosen):
            self.written(behind, place.at("format"), format_)
        elif format_ is None and chosen_of(value.get("send"))[0] != "sql":
            self.say(place, self.types.writable(behind, "json" if value.get("collect") else None).remarks)
        self.send(scope, behind, place.at("send"), value.get("send"))
        if value.get("fallback"):
            self.send(scope, behind, place.at("fallback", "send"), value["fallback"].get("send"))
        collect = value.get("collect")
        if isinstance(collect, Mapping):
            self.expression(self.types.with_reply(scope), place.at("collect", "failed"), collect.get("failed"), "list")
        return always

    def written(self, scope: Scope, place: Place, format_: Chosen) -> None:
        self.say(place, self.types.writable(scope, format_.kind).remarks)
        columns = (format_.value or {}).get("columns") if format_.kind == "csv" else None
        if columns and not self.compiler.unknown(columns):
            self.columns(scope, place.at("csv", "columns"), list(columns), isinstance(columns, Mapping))

    def columns(self, scope: Scope, place: Place, names: Sequence[str], keyed: bool) -> None:
        for one in self.types.columns(scope, names).remarks:
            (n,) = one.path
            at = place.at(names[int(n)] if keyed else n)
            self.add(at, one, KEY if keyed else "value")

    def send(self, scope: Scope, behind: Scope, place: Place, send: Any) -> None:
        """`behind`: what the target's own steps left."""
        self.row(behind, place, send)
        _, options = chosen_of(send)
        for name in options:
            if name in TEMPLATES:
                self.template(scope, place.at(name), options[name])
            elif name in MANY_TEMPLATES:
                for key, text in named(options[name]):
                    self.template(scope, place.at(name, key), text)
            elif name in ("columns", "params"):
                self.expressions(scope, place.at(name), options[name], "value")
            elif name == "ok_when":
                self.expression(self.types.with_reply(scope), place.at(name), options[name], "condition")

    def row(self, scope: Scope, place: Place, send: Any) -> None:
        """Without `columns` the fields of the body are what is written: those that make two rows the same are among them."""
        kind, options = chosen_of(send)
        conflict = options.get("conflict")
        if kind == "sql" and isinstance(conflict, list) and options.get("columns") is None:
            self.columns(scope, place.at("conflict"), conflict, False)

    def unreached(self, place: Place, match: str, always: Mapping[int, bool | None]) -> None:
        """What stands behind a condition that is always true, or that stands above already."""
        raw = place.raw if isinstance(place.raw, list) else []
        whens = [one.get("when") if isinstance(one, dict) else None for one in raw]
        first = next((n for n, one in always.items() if one is True), len(raw))
        for n in range(1, len(raw)):
            last = isinstance(raw[n], dict) and "otherwise" in raw[n]
            if n > first and (match == "first" or last):
                message, by = "nothing gets here: a 'when' above is always true", first
                note = here(place.at(by, "when"), "this is always true")
            elif match == "first" and isinstance(whens[n], str) and whens[n] in whens[:n]:
                message, by = "nothing gets here: the same 'when' stands above", whens.index(whens[n])
                note = here(place.at(by, "when"), "what it holds for goes here")
            else:
                continue
            self.findings.warning(place.at(n), UNREACHED, message, "mend one of the conditions, or remove this", also=[note])
            return

    # --- expressions and templates ---
    def expressions(self, scope: Scope, place: Place, texts: Any, use: Use) -> None:
        for name, text in named(texts):
            self.expression(scope, place.at(name), text, use)

    def expression(self, scope: Scope, place: Place, text: Any, use: Use) -> bool | None:
        if text is None or self.compiler.expression(place, text) is None:
            return None
        return self.seen(place, self.types.expression(scope, str(text), use))

    def template(self, scope: Scope, place: Place, text: Any) -> None:
        if isinstance(text, str) and not self.compiler.unknown(text):
            self.seen(place, self.types.template(scope, text))

    def seen(self, place: Place, found: Seen) -> bool | None:
        self.say(place, found.remarks)
        return found.always

    # --- what is said ---
    def say(self, place: Place, found: Sequence[Remark]) -> None:
        for one in found:
            if one.file and one.by_all:
                self.agreement.hold(in_content(place, one))
            else:
                self.add(place.at(*one.path), one)

    def add(self, place: Place, one: Remark, at: str = "value") -> None:
        if one.file:
            self.findings.problems.append(in_content(place, one))
        elif one.level == "error":
            self.findings.error(place, one.number, one.message, one.hint, at)
        else:
            self.findings.warning(place, one.number, one.message, one.hint, at)


def in_content(place: Place, one: Remark) -> Problem:
    """What is wrong with a content file, used at `place`."""
    spot = (one.file, max(one.line, 1), max(one.column, 1))
    user = here(place, "it is used here")
    return Problem(one.level, LETTERS[one.level] + one.number, *spot, dotted(place.path), one.message, one.hint,
                   related=(user,))  # fmt: skip


def chosen_of(value: Any) -> tuple[str, Mapping[str, Any]]:
    return (value.kind, value.value or {}) if isinstance(value, Chosen) else ("", {})


def named(texts: Any) -> Iterator[tuple[str, Any]]:
    yield from texts.items() if isinstance(texts, Mapping) else ()


def splits_records(written: Any) -> bool:
    """Whether the format cuts the records, so that nobody sees the whole body before."""
    for step in written or []:
        if isinstance(step, Chosen) and step.kind == "split":
            by = step.value.get("by") if isinstance(step.value, Mapping) else step.value
            return by in (None, "records")
    return False
