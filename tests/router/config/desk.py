"""A registry of fakes, and projects written from texts."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from router.config.check import build, check
from router.config.problems import Problem
from router.config.project import read_project
from router.errors import ExpressionSyntaxError
from router.registry import CodecFactory, ContentError, Registry
from router.route import Table


@dataclass
class FakeExpression:
    source: str

    def __call__(self, message: Any, **names: Any) -> Any:
        return self.source


def expression(text: str) -> FakeExpression:
    if text.rstrip().endswith("=="):
        raise ExpressionSyntaxError("something is missing after '=='", text.index("==") + 1)
    return FakeExpression(text)


def template(text: str) -> FakeExpression:
    if text.count("{{") != text.count("}}"):
        raise ExpressionSyntaxError("a '}}' is missing", text.index("{{") + 1)
    return FakeExpression(text)


class FakeCodec:
    suffixes: tuple[str, ...] = ()

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name, self.options, self.content_type = name, options, f"application/{name}"
        self.namespaces = dict(options.get("namespaces", {}))
        if name in ("csv", "ndjson", "json", "text"):
            self.join = lambda bodies, first: b""
        if name in ("csv", "ndjson"):
            self.cut = lambda stream: iter(())

    def decode(self, raw: bytes, envelope: Any) -> Any: ...
    def encode(self, body: Any) -> bytes:
        return b""


def codec(name: str) -> CodecFactory:
    return cast(CodecFactory, lambda options, content: FakeCodec(name, options))


class FakeStep:
    by_codec = False
    def __init__(self, verb: str, value: Any, content_type: str | None = None) -> None:
        self.verb, self.value, self.rule, self.content_type = verb, value, f"{verb}: {value}", content_type


def step(verb: str) -> Callable[[Any, Any], FakeStep]:
    folders = {"template": "templates", "map": "maps"}

    def make(value: Any, content: Any) -> FakeStep:
        if verb in folders and isinstance(value, str):
            path = f"transforms/{folders[verb]}/{value}" + (".yaml" if verb == "map" else "")
            try:
                text = content.text(path)
            except KeyError:
                raise ContentError(f"there is no file {path}", path) from None
            if "BROKEN" in text:
                line = text[: text.index("BROKEN")].count("\n") + 1
                raise ContentError("BROKEN is no word here", path, line, 3)
        for text in value.values() if verb == "set" else [value] if verb == "filter" else []:
            expression(text)
        return FakeStep(verb, value, "application/xml" if verb == "template" else None)

    return make


@dataclass
class FakeKind:
    name: str
    collects: bool
    rows: bool = False
    prepared: list[Any] = field(default_factory=list)

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Any], Any]:
        self.prepared.append((dict(send), content_type, target))
        return lambda message: (self.name, target)

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Any: ...


KINDS = ("http", "folder", "amqp", "redis", "sql", "route")


def fake_registry() -> Registry:
    verbs = ("validate", "dedupe", "map", "template", "xslt", "set", "filter", "split", "python")
    return Registry(
        codecs={name: codec(name) for name in ("json", "ndjson", "csv", "xml", "fixed", "text", "bytes")},
        steps={verb: step(verb) for verb in verbs},  # type: ignore[misc]
        targets={name: FakeKind(name, name == "folder", name == "sql") for name in KINDS},
        sources=("http", "folder", "amqp", "redis", "route"),
        expression=expression,
        template=template,
        path_template=lambda text: FakeExpression(f"encoded {template(text).source}"),
        codec_for=lambda content_type, name: "json" if content_type == "application/json" else "bytes",
    )


HEAD = """\
version: 1
connections:
  pos: {type: folder, path: inbox/pos}
  out: {type: folder, path: outbox}
  erp: {type: http, url: "http://erp.test"}
clients:
  web-shop: {token: "${env:SHOP_TOKEN}"}
routes:
  used:
    from: {http: /used, clients: [web-shop]}
    to: [{id: out, send: {folder: out, name: a.json}}, {id: erp, send: {http: erp, path: /a}}]
  used-pos:
    from: {folder: pos, files: "*.used"}
    to: [{id: out, send: {folder: out, name: b.json}}]
"""
"""A sound beginning of 14 lines, in which everything is used; more routes are written below it."""


class Desk:
    """Writes projects and has them checked."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self.folder, self.registry = folder, registry
        self.environ = {"SHOP_TOKEN": "t0ken"}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(textwrap.dedent(text).encode())
        return path

    def check(self, text: str | None = None) -> list[Problem]:
        if text is not None:
            self.write("routes.yaml", text)
        return check(read_project(self.folder / "routes.yaml", self.environ), self.registry, self.environ)

    def route(self, text: str) -> list[Problem]:
        """The problems of one more route, `r`; its text begins in line 16, column 5."""
        body = textwrap.indent(textwrap.dedent(text), "    ")
        return self.check(HEAD + "  r:\n" + body)

    def head(self, change: str, to: str) -> list[Problem]:
        """The problems of the beginning after an edit."""
        assert change in HEAD
        return self.check(HEAD.replace(change, to))

    def build(self, text: str, version: int = 3) -> Table:
        self.write("routes.yaml", text)
        project = read_project(self.folder / "routes.yaml", self.environ)
        return build(project.files(), "routes.yaml", version, self.registry, self.environ, self.folder)

    def build_route(self, text: str) -> Table:
        return self.build(HEAD + "  r:\n" + textwrap.indent(textwrap.dedent(text), "    "))


def brief(problems: list[Problem]) -> list[tuple[str, int, int, str]]:
    """Code, place and path of each."""
    return [(p.code, p.line, p.column, p.path) for p in problems]
