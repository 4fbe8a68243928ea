"""`from`: where messages come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, validates_schema

from router.config.nearest import did_you_mean
from router.config.references import Unset
from router.config.scalars import DURATION
from router.config.schema.fields import Entry, Flag, Literal, Text, Whole, Word
from router.config.schema.measures import Duration, Size
from router.config.schema.mistakes import RULE, Mistake, kind, wrong
from router.config.schema.plain import PlainName, refuse_template
from router.config.schema.shapes import Chosen, Listing, OneOf, Verb, Words
from router.config.schema.templates import FileNamePattern, InsideFolder, better_path, fixed

METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET")
LATER_SOURCES: tuple[str, ...] = ()
PLAIN_PATH = "write the path alone; a part of it that changes is a whole segment, as in /shops/{shop}"
A_ROUTE_EACH = "write a route for each"
ARCHIVE = "archive/{{ message.received_at | date }}"


class SourcePath(Text):
    """`/orders/{number}`: fixed segments and parameters."""

    form, examples = r"/[^\s?#%\\]*", ("/orders/v1", "/orders/{number}")

    def check(self, value: str) -> Any:
        if not value.startswith("/"):
            raise wrong(value, "a path begins with '/'", better_path(value))
        if re.search(r"[\s?#%\\\x00-\x1f]", value):
            raise wrong(value, "a path holds no spaces, '?', '#', '%' or '\\'", PLAIN_PATH)
        names = []
        for segment in value.split("/"):
            found = re.fullmatch(r"\{([A-Za-z_][A-Za-z0-9_]*)\}", segment)
            if found:
                names.append(found[1])
            elif "{" in segment or "}" in segment:
                raise wrong(value, f"'{segment}' is not a parameter: it is a whole segment", "write /{name}/")
        if len(set(names)) < len(names):
            raise wrong(value, "a parameter stands in it twice", "give each parameter a name of its own")
        return value


class Method(Word):
    def __init__(self, note: str) -> None:
        super().__init__(METHODS, note, load_default="POST")


class Clients(Entry):
    """Ids of clients, or `anyone`."""

    ids = Listing(Text(), least=1)

    def alternatives(self) -> Sequence[Entry | str]:
        return ("anyone", self.ids)

    def unset(self, value: Unset) -> Any:
        return "anyone"

    def read(self, value: Any) -> Any:
        if value == "anyone":
            return value
        if isinstance(value, str):
            close = did_you_mean(value, ("anyone",), otherwise=False)
            raise kind(value, "a list of clients, or anyone", close or f"write [{value}]")
        return self.ids.deserialize(value)


class HttpSource(Words):
    """Requests of clients."""

    elsewhere: Mapping[str, str] = {"rate": "it stands at each of 'clients'", "path": "the path stands behind 'http'"}

    examples = (
        {"http": "/orders/v1", "clients": ["web-shop"]},
        {"http": "/prices/{sku}", "method": "GET", "clients": "anyone", "reply": "result", "timeout": "3s"},
    )

    http = SourcePath("The path.", required=True)
    method = Method("The method.")
    clients = Clients("Who may call.", required=True)
    reply = Word(("accepted", "result"), "What the caller gets.", load_default="accepted")
    timeout = Duration("How long the caller waits for the result.", load_default=10.0)
    late = Word(("cancel", "deliver"), "What happens once the caller was told that it is late.", load_default="cancel")
    max_body = Size("The largest body.", load_default=16 << 20)
    refuse = Flag("What cannot be decoded or validated is refused.", load_default=True)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def waits_for_a_result(self, data: Any, original: Any, **kwargs: Any) -> None:
        if data.get("reply", "accepted") != "accepted" or isinstance(original.get("reply"), Unset):
            return
        hint = "add 'reply: result', or remove it"
        mistakes = {
            key: [Mistake(RULE, f"'{key}' is only possible with 'reply: result'", hint, "key", bare=True)]
            for key in ("timeout", "late")
            if key in original
        }
        if mistakes and "reply" in data:
            raise ValidationError(mistakes)


class Glob(Text):
    """A pattern of file names."""

    form, examples = r"[^/]+", ("SALES_*.csv",)

    def check(self, value: str) -> Any:
        refuse_template(value, "a plain pattern", "it is taken as it stands: '*' is for what changes, as in SALES_*.csv")
        if "/" in value:
            raise wrong(value, "a pattern of names is expected, without '/'", "the folder is the connection's 'path'")
        return super().check(value)


class Ready(Entry):
    """When a file is complete."""

    forms = Verb(
        {
            "unchanged_for": Duration("Its size and time stay the same for so long."),
            "marker": FileNamePattern("A second file of this name says so.", examples=("{{ file.name }}.ok",)),
        },
        (),
        "sign that a file is complete",
    )

    def alternatives(self) -> Sequence[Entry | str]:
        return ("at_once", self.forms)

    def unset(self, value: Unset) -> Any:
        return Chosen("unchanged_for", 2.0)

    def read(self, value: Any) -> Any:
        if value == "at_once":
            return Chosen("at_once", None)
        if isinstance(value, str):
            expected = 'one of {unchanged_for: 2s}, {marker: "{{ file.name }}.ok"}, at_once'
            meant = f"write {{unchanged_for: {value}}}" if re.fullmatch(DURATION, value) else ""
            raise wrong(value, expected, meant or did_you_mean(value, ("at_once",), otherwise=False))
        chosen = self.forms.deserialize(value)
        if chosen.kind == "marker" and fixed(chosen.value) == chosen.value:
            message = "the name of the marker is the same for every file"
            raise ValidationError({"marker": [Mistake(RULE, message, 'write "{{ file.name }}.ok"')]})
        return chosen


class Done(InsideFolder):
    """A folder, or `delete`."""


class PlainFolder(InsideFolder):
    def check(self, value: str) -> Any:
        refuse_template(value, "the name of a folder", "for example failed")
        return super().check(value)


class FolderSource(Words):
    """Files of a folder."""

    examples = (
        {"folder": "pos", "files": "SALES_*.csv"},
        {"folder": "pos", "files": "*.xml", "ready": {"marker": "{{ file.name }}.ok"}, "done": "delete"},
    )

    folder = Text("The connection.", required=True)
    files = Glob("Which files.", required=True)
    ready = Ready("When a file is complete.", load_default=Chosen("unchanged_for", 2.0))
    ignore = Listing(Glob(), "Which files never.", load_default=lambda: ["*.part", ".*"])
    order = Word(("name", "modified"), "Which first.", load_default="name")
    done = Done("Where files go that were taken, or delete.", load_default=ARCHIVE)
    failed = PlainFolder("Where files go that are dead as a whole.", load_default="failed")
    duplicates = Word(("skip", "take"), "What happens to the same content again.", load_default="skip")


class AmqpSource(Words):
    """Messages of a queue."""

    examples = ({"amqp": "bus", "queue": "stock"},)

    amqp = Text("The connection.", required=True)
    queue = PlainName("The queue, which must exist.", A_ROUTE_EACH, required=True)
    prefetch = Whole("So many messages at most are taken before the first is acknowledged.", least=1, most=65_535,
                     load_default=1000)  # fmt: skip


class RedisSource(Words):
    """Entries of a stream."""

    examples = ({"redis": "events", "stream": "stock"},)

    redis = Text("The connection.", required=True)
    stream = PlainName("The stream.", A_ROUTE_EACH, required=True)
    group = PlainName("The consumer group; a new one starts at the stream's first entry.", load_default="crossdock")


class Yes(Literal):
    only = True

    def check(self, value: Any, shown: Any) -> Any:
        if value is not self.only:
            raise wrong(shown, "'route: true' is expected", "write route: true; other routes send here with {route: ID}")
        return self.only


class RouteSource(Words):
    """Messages that other routes send."""

    examples = ({"route": True},)

    route = Yes("Other routes send here.", required=True)


SOURCES: dict[str, type[Words]] = {
    "http": HttpSource, "folder": FolderSource, "amqp": AmqpSource, "redis": RedisSource, "route": RouteSource,
}  # fmt: skip


class From(OneOf):
    def __init__(self, note: str = "", **options: Any) -> None:
        super().__init__(SOURCES, LATER_SOURCES, "source", note, **options)
