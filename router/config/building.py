"""Routes and their targets, compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from router.config.body_types import content_type, type_of_source
from router.config.compiling import Compiler
from router.config.findings import Findings, Place
from router.config.nearest import one_of
from router.config.parting import parted
from router.config.problems import errors
from router.config.references import Unset, spoken
from router.config.schema.mistakes import NOT_YET, NOT_YET_HINT
from router.config.schema.shapes import Chosen
from router.config.sections import Item, Sections
from router.config.walk import targets
from router.message import Message
from router.ports import Codec, Expression
from router.registry import Registry
from router.route import (
    AnyStep,
    Gather,
    Otherwise,
    RetryPolicy,
    Route,
    Send,
    Source,
    Target,
    of_body,
    own_connection,
)

CANNOT_SPLIT, CANNOT_COLLECT, CANNOT_PREPARE, KEY_OF_ALL = "0610", "0611", "0406", "0616"


class RouteBuilder:
    """Makes routes of what is valid; what does not compile is said."""

    def __init__(self, found: Sections, compiler: Compiler, registry: Registry, version: int) -> None:
        self.compiler, self.registry, self.version = compiler, registry, version
        self.findings: Findings = compiler.findings
        self.retry: Mapping[str, Any] = found.defaults.get("retry") or {}
        self.made: dict[str, Codec] = {}
        self.when_dead: str = found.defaults.get("when_dead") or "skip"

    def route(self, item: Item) -> Route:
        value, place = item.value, item.place
        codec = self.compiler.codec(place.at("format"), value.get("format"))
        with self.compiler.within(codec):
            return self.with_codec(item, codec)

    def with_codec(self, item: Item, codec: Codec | None) -> Route:
        value, place = item.value, item.place
        steps = self.steps(place, value)
        self.can_split(place, value, codec)
        order_by = self.compiler.expression(place.at("order_by"), value.get("order_by"))
        choose = self.choose_codec()
        source_type = type_of_source(codec, choose)
        keys = self.texts(place.at("keys"), value.get("keys"), self.compiler.expression)
        to = [replace(self.target(item, at, one, steps, order_by), source_type=source_type) for at, one in targets(item)]
        made = Route(
            id=item.id,
            source=self.source(place.at("from"), value.get("from_")),
            targets=tuple(to),
            version=self.version,
            about=value.get("about") or "",
            owner=value.get("owner") or "",
            enabled=value.get("enabled") is not False,
            codec=codec,
            choose_codec=None if value.get("format") else choose,
            keys=keys,
            steps=steps,
            order_by=order_by,
            match=value.get("match") or "all",
            otherwise=otherwise(value.get("to") or []),
        )
        self.keys_of_all(place.at("keys"), made)
        return made

    def steps(self, place: Place, value: Mapping[str, Any]) -> tuple[AnyStep, ...]:
        written = enumerate(value.get("steps") or [])
        made = [self.compiler.step(place.at("steps", n), step) for n, step in written if isinstance(step, Chosen)]
        return tuple(step for step in made if step is not None)

    def texts(self, place: Place, texts: Mapping[str, str] | None, make: Callable[[Place, str], Any]) -> dict[str, Any]:
        made = {name: make(place.at(name), text) for name, text in (texts or {}).items()}
        return {name: one for name, one in made.items() if one is not None}

    def keys_of_all(self, place: Place, route: Route) -> None:
        """A body that a split cuts as it streams is decoded as a whole for a key that looks at it."""
        for name in [name for name, key in route.keys.items() if of_body(key)] if route.streams else ():
            message = "this key looks at the body of the whole message, which is read into memory for it before it is split"
            hint = f"write 'split: {{by: records, keys: {{{name}: …}}}}' for a key of each record"
            self.findings.warning(place.at(name), KEY_OF_ALL, message, hint)

    def choose_codec(self) -> Callable[[str | None, str | None], Codec]:
        """Where a route names no format; its codecs are the ones without options."""
        registry, content = self.registry, self.compiler.content
        made: dict[str, Codec] = {}

        def choose(content_type: str | None, file_name: str | None) -> Codec:
            name = registry.codec_for(content_type, file_name)
            if name not in made:
                made[name] = registry.codecs[name]({}, content)
            return made[name]

        return choose

    def by_body(self, body: Any) -> Codec:
        """For targets without a format."""
        name = self.registry.codec_of_body(body)
        if name not in self.made:
            self.made[name] = self.registry.codecs[name]({}, self.compiler.content)
        return self.made[name]

    def can_split(self, place: Place, value: Mapping[str, Any], codec: Codec | None) -> None:
        """`split: records` needs a format that has records."""
        for n, step in enumerate(value.get("steps") or []):
            if not isinstance(step, Chosen) or step.kind != "split" or codec is None or hasattr(codec, "cut"):
                continue
            by = step.value.get("by") if isinstance(step.value, Mapping) else step.value
            if by == "records":
                message = f"the format '{codec.name}' has no records to split by"
                hint = "write {by: body}, or another expression that gives a list"
                self.findings.error(place.at("steps", n, "split"), CANNOT_SPLIT, message, hint)

    def source(self, place: Place, chosen: Chosen | None) -> Source:
        if chosen is None or chosen.value is None:
            return Source("", {})
        if chosen.kind not in self.registry.sources:
            self.findings.error(place.at(chosen.kind), NOT_YET, f"unknown source '{chosen.kind}'", NOT_YET_HINT, "key")
        options = dict(chosen.value)
        if chosen.kind == "folder":
            options["ready"] = self.ready(place.at("ready"), options.get("ready"))
            if options.get("done") != "delete":
                options["done"] = self.compiler.template(place.at("done"), options.get("done"))
        return Source(chosen.kind, options)

    def ready(self, place: Place, chosen: Chosen | None) -> Any:
        """`at_once`, `{"unchanged_for": seconds}` or `{"marker": template}`."""
        if chosen is None or chosen.kind == "at_once":
            return "at_once"
        if chosen.kind == "marker":
            return {"marker": self.compiler.template(place.at("marker"), chosen.value)}
        return {chosen.kind: chosen.value}

    def target(
        self,
        route: Item,
        place: Place,
        value: Mapping[str, Any],
        before: Sequence[AnyStep],
        order_by: Expression | None,
    ) -> Target:
        codec = self.compiler.codec(place.at("format"), value.get("format"))
        steps = self.steps(place, value)
        own_order = self.compiler.expression(place.at("order_by"), value.get("order_by"))
        self.can_collect(place, value, codec)
        type_ = codec.content_type if codec is not None else content_type((*before, *steps))
        return Target(
            id=str(value.get("id")),
            route=route.id,
            send=self.send(place.at("send"), value.get("send"), type_, str(value.get("id")), self.failed(place, value)),
            when=self.compiler.expression(place.at("when"), value.get("when")),
            steps=steps,
            codec=codec,
            order_by=own_order or order_by,
            collect="message" if value.get("collect") == "message" else None,
            gather=self.gather(value.get("collect")),
            retry=self.policy(value.get("retry")),
            when_dead=value.get("when_dead") or self.when_dead,
            fallback=self.fallback(place.at("fallback", "send"), value, type_),
            content_type=type_,
            limit=value.get("limit"),
            by_body=self.by_body,
        )

    def policy(self, own: Mapping[str, Any] | None) -> RetryPolicy:
        named = {name: one for name, one in {**self.retry, **(own or {})}.items() if one is not None}
        if "errors" in named:
            named["errors"] = tuple(str(one) for one in named["errors"] if one)
        return RetryPolicy(**named)

    def can_collect(self, place: Place, value: Mapping[str, Any], codec: Codec | None) -> None:
        send = value.get("send")
        if not value.get("collect") or not isinstance(send, Chosen):
            return
        kind = self.registry.targets.get(send.kind)
        able = [name for name, one in self.registry.targets.items() if not one.rows]
        if kind is not None and kind.rows and value["collect"] == "message":
            message = f"a target of the kind '{send.kind}' cannot collect"
            self.findings.error(place.at("collect"), CANNOT_COLLECT, message, one_of(able) if able else "")
        elif codec is not None and not hasattr(codec, "join"):
            message = f"the format '{codec.name}' cannot hold many records in one output"
            self.findings.error(place.at("collect"), CANNOT_COLLECT, message, "for example 'format: ndjson'")

    def gather(self, collect: Any) -> Gather | None:
        if not isinstance(collect, Mapping) or collect.get("records") is None:
            return None
        return Gather(collect["records"], collect.get("within") or 1.0)

    def failed(self, place: Place, value: Mapping[str, Any]) -> dict[str, Any]:
        """`collect.failed` as an option of the send whose answer it reads."""
        collect = value.get("collect")
        text = collect.get("failed") if isinstance(collect, Mapping) else None
        send = value.get("send")
        if text is not None and isinstance(send, Chosen) and send.kind != "http":
            message = f"'failed' reads the answer of an http target; a target of the kind '{send.kind}' has none"
            self.findings.error(place.at("collect", "failed"), CANNOT_COLLECT, message, "remove it", "key")
            return {}
        return {"failed": self.compiler.expression(place.at("collect", "failed"), text)} if text is not None else {}

    def fallback(self, place: Place, value: Mapping[str, Any], content_type: str) -> Send | None:
        chosen = (value.get("fallback") or {}).get("send")
        return self.send(place, chosen, content_type, str(value.get("id")), {}) if chosen is not None else None

    def send(
        self, place: Place, chosen: Chosen | None, content_type: str, target: str, more: Mapping[str, Any]
    ) -> Send:
        if chosen is None or chosen.value is None:
            return Send("", "", {}, _nowhere)
        before = self.errors
        options = {**self.send_options(place, dict(chosen.value)), **more}
        kind = self.registry.targets.get(chosen.kind)
        prepare: Callable[[Message], Any] = _nowhere
        if kind is None:
            hint = NOT_YET_HINT
            self.findings.error(place.at(chosen.kind), NOT_YET, f"unknown target adapter '{chosen.kind}'", hint, "key")
        elif not (self.errors > before or self.findings.wrong_below(place) or self.lacks(chosen, options)):
            try:
                prepare = at_target(kind.prepare(options, content_type, target), target)
            except KeyError:  # a field that is missing, or could not be read, was reported where it stands
                return Send("", "", {}, _nowhere)
            except Exception as error:  # an adapter may have rules of its own
                said, hint = parted(str(error) or type(error).__name__)
                at = place.at(*said.partition(": ")[0].split("."))
                self.findings.error(at if at.raw is not None else place, CANNOT_PREPARE, said, hint or "remove it, or mend it")
        goal = str(options.get(chosen.kind) or "")
        connection = own_connection(goal) if chosen.kind == "route" else goal
        return Send(chosen.kind, connection, options, prepare, kind is not None and kind.rows)

    @property
    def errors(self) -> int:
        """How many there are so far; what only warns of a text leaves it as it stands."""
        return len(errors(self.findings.problems))

    def lacks(self, chosen: Chosen, options: Mapping[str, Any]) -> bool:
        """Whether a text of it was left out, or cannot be read yet, since it refers to something that is not set."""
        names = [name for name in ("path", "name", "routing_key") if chosen.value.get(name) is not None]
        sql = [chosen.value.get(name) for name in ("table", "statement", "id_column", "conflict", "columns", "params")]
        return any(options.get(name) is None for name in names) or any(map(self.compiler.unknown, sql))

    def send_options(self, place: Place, options: dict[str, Any]) -> dict[str, Any]:
        """Templates and expressions compiled."""
        for name in ("path", "name", "routing_key"):
            if options.get(name) is not None:
                options[name] = self.compiler.template(place.at(name), options[name], path=name == "path")
        for name in ("query", "headers"):
            if name in options:
                options[name] = self.texts(place.at(name), options[name], self.compiler.template)
        for name in ("columns", "params"):
            if options.get(name) is not None:
                options[name] = self.texts(place.at(name), options[name], self.compiler.expression)
        if isinstance(options.get("statement"), Unset):
            options["statement"] = spoken(options["statement"])
        if "ok_when" in options:
            options["ok_when"] = self.compiler.expression(place.at("ok_when"), options["ok_when"])
        return options


def at_target(prepare: Callable[[Message], Any], id: str) -> Callable[[Message], Any]:
    """What makes an address, told for whom."""
    return lambda message: prepare(message.at(id))


def otherwise(items: Sequence[Any]) -> Otherwise | None:
    """`dead` and `ignore` with their reason; `target` with the id of the target, which is the last of the route's."""
    last = items[-1] if items else None
    if not isinstance(last, Chosen) or last.kind != "otherwise" or not isinstance(last.value, Chosen):
        return None
    end = last.value
    why = (end.value or {}).get("id") if end.kind == "target" else end.value
    return Otherwise(end.kind, str(why))


def _nowhere(message: Message) -> Any:
    raise AssertionError("a project with mistakes does not run")
