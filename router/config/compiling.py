"""Texts of routes.yaml to expressions, templates, steps and codecs; what does not compile becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, cast

from router.config.blocks import in_block
from router.config.findings import Findings, Place, here
from router.config.nearest import nearest, one_of
from router.config.parting import parted
from router.config.problems import ERROR, Problem, dotted
from router.config.references import Unset, spoken
from router.config.schema.mistakes import NOT_YET, NOT_YET_HINT
from router.config.schema.shapes import Chosen
from router.config.schema.templates import lone_word, value_of
from router.config.spots import VALUE, Spot, find
from router.errors import CrossdockError, ExpressionSyntaxError
from router.ports import Codec, Content, Expression
from router.registry import ContentError, Registry
from router.route import AnyStep

EXPRESSION, CONTENT, OPTIONS, LONE_WORD = "0401", "0402", "0403", "0404"
TEMPLATE = "a template is a text with {{ body.id }} for a value"
LIKE = {
    "expression": "an expression is written like body.qty > 0 and body.store == '0042'",
    "template": TEMPLATE,
}
ABOUT = {
    "transforms/schemas/": "a schema is a class of marshmallow: class Order(Schema)",
    "transforms/python/": "a function is written def NAME(message), and gives a message",
    "transforms/maps/": "a map is written fields: {name: body.x}",
    "transforms/templates/": TEMPLATE,
}
SHEETS = "a stylesheet is XSLT 1.0: each element that is opened is closed"
"""What helps where nothing better is known."""


class Compiler:
    """Makes each thing once: what many routes share is compiled for the first, and said to be wrong at each.

    What holds a reference to something that is not set is left out; `as_written`: it is made of the text as it stands,
    in templates as `$NAME`."""

    def __init__(self, registry: Registry, content: Content, findings: Findings, as_written: bool = False) -> None:
        self.registry, self.content, self.findings = registry, content, findings
        self.as_written = as_written
        self.made: dict[object, Any] = {}
        self.prefixes: Mapping[str, str] = {}

    @contextmanager
    def within(self, codec: Codec | None) -> Iterator[None]:
        """While it is open, `xpath` knows the prefixes of this format."""
        self.prefixes = dict(getattr(codec, "namespaces", {}))
        try:
            with self.registry.namespaces(self.prefixes):
                yield
        finally:
            self.prefixes = {}

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """The thing; raises what its maker raised. What is made may depend on the prefixes of the route."""
        key = (key, _frozen(self.prefixes))
        if key not in self.made:
            try:
                self.made[key] = make()
            except Exception as error:  # engineers' content is code and may raise anything
                self.made[key] = error
        if isinstance(self.made[key], Exception):
            raise self.made[key]
        return self.made[key]

    def unknown(self, value: Any) -> bool:
        return not self.as_written and _has_unset(value)

    def expression(self, place: Place, text: str | None) -> Expression | None:
        if text is None or self.unknown(text):
            return None
        return self.text(place, "expression", str(text), self.registry.expression)

    def template(self, place: Place, text: str | None, path: bool = False) -> Expression | None:
        if text is None or self.unknown(text):
            return None
        word = lone_word(text)
        if word:
            message = f"'{{{word}}}' is sent as it stands here"
            self.findings.warning(place, LONE_WORD, message, f"write '{{{{ {value_of(word)} }}}}' for a value")
        make = (self.registry.path_template if path else None) or self.registry.template
        written = spoken(text) if isinstance(text, Unset) else str(text)
        return self.text(place, "path" if path else "template", written, make)

    def text(self, place: Place, what: str, text: str, make: Callable[[str], Expression]) -> Expression | None:
        try:
            return cast(Expression, self.once((what, text), lambda: make(text)))
        except ExpressionSyntaxError as error:
            at = f" (at character {error.column})" if error.column else ""
            said, hint = parted(_bare(error.reason))
            message = f"the {what} '{_short(text)}' cannot be read{at}: {said}"
            self.findings.error(place, EXPRESSION, message, hint or LIKE.get(what, TEMPLATE),
                                spot=self.in_block(place, text, error.column))  # fmt: skip
        except Exception as error:
            self.findings.error(place, EXPRESSION, f"the {what} '{_short(text)}' cannot be read: {_said(error)}")
        return None

    def in_block(self, place: Place, text: str, column: int) -> Spot | None:
        begun = find(place.located.data, place.path, VALUE, place.located.top)
        try:
            return in_block(self.content.text(begun.file), begun, text, column) if column else None
        except (KeyError, ContentError):
            return None

    def step(self, place: Place, chosen: Chosen) -> AnyStep | None:
        """`place` is that of the step; the verb's value stands below it."""
        verb, value = chosen.kind, chosen.value
        if verb not in self.registry.steps:
            self.findings.error(place.at(verb), NOT_YET, f"unknown step '{verb}'", NOT_YET_HINT, "key", bare=True)
            return None
        if self.unknown(value) or self.findings.wrong_below(place):
            return None
        try:
            made = self.once((verb, _frozen(value)), lambda: self.registry.steps[verb](value, self.content))
        except ExpressionSyntaxError as error:
            self.expressions_of(place.at(verb), chosen, error)
        except Exception as error:
            self.failed(place.at(verb), error)
        else:
            return cast(AnyStep, made)
        return None

    def expressions_of(self, place: Place, chosen: Chosen, error: ExpressionSyntaxError) -> None:
        """Says which of the expressions of a step is the wrong one."""
        before = len(self.findings.problems)
        for below, text in _expressions(chosen):
            self.expression(place.at(*below), text)
        if len(self.findings.problems) == before:
            for one in (error, *getattr(error, "others", ())):  # of a map that is written here
                field = _field(place, getattr(one, "path", ""))
                key = field.at(getattr(one, "key", ""))
                self.failed(key if key.raw is not None else field, one)

    def codec(self, place: Place, chosen: Chosen | None) -> Codec | None:
        if not isinstance(chosen, Chosen) or self.unknown(chosen.value):
            return None
        if chosen.kind not in self.registry.codecs:
            self.findings.error(place, NOT_YET, f"unknown format '{chosen.kind}'", NOT_YET_HINT, bare=True)
            return None
        if self.findings.wrong_below(place):
            return None
        options = chosen.value or {}
        make = self.registry.codecs[chosen.kind]
        try:
            key = ("codec", chosen.kind, _frozen(options))
            return cast(Codec, self.once(key, lambda: make(options, self.content)))
        except Exception as error:
            self.failed(_option(place.at(chosen.kind), error), error)
        return None

    def failed(self, place: Place, error: Exception) -> None:
        if isinstance(error, ContentError):
            for one in (error, *error.others):
                self.content_failed(place, one)
        else:
            said, hint = parted(_said(error))
            self.findings.error(place, OPTIONS, said, hint or "crossdock routes explain E0403 shows a right one")

    def content_failed(self, place: Place, error: ContentError) -> None:
        """In the content file where its line is known, else where the file is used."""
        files = set(self.content.paths())
        if error.path in files and error.line:
            spot = (error.path, error.line, error.column or 1)
            used = (here(place, "it is used here"),)
            said, hint = (error.message, error.hint) if error.hint else parted(error.message)
            hint = hint or about(error.path)
            problem = Problem(ERROR, "E" + CONTENT, *spot, dotted(place.path), said, hint, related=used)
            self.findings.problems.append(problem)
            return
        said, hint = (error.message, error.hint) if error.hint else parted(error.message)
        if error.path and error.path not in files:
            hint = absent(error.path, files)
        named = f"{error.path}: " if error.path and error.path not in said else ""
        self.findings.error(place.at(*error.at), CONTENT, f"{named}{said}", hint or about(error.path))


def about(path: str) -> str:
    return SHEETS if path.endswith((".xsl", ".xslt")) else ABOUT.get(_kind(path), "")


def absent(path: str, files: Collection[str]) -> str:
    """What to do about a file that is not there: the name that was meant, of whatever folder, or where to put it."""
    kind = _kind(path)
    suffix, wanted = PurePosixPath(path).suffix, path.removeprefix(kind)
    names = [name.removeprefix(kind) for name in files if name.startswith(kind)]
    if suffix in (".yaml", ".py"):
        names, wanted = [name.removesuffix(suffix) for name in names], wanted.removesuffix(suffix)
    close = nearest(wanted, names)
    return f"did you mean '{close}'?" if close else f"put the file there; the folder has {one_of(names) or 'no files'}"


def _kind(path: str) -> str:
    return "/".join(path.split("/")[:2]) + "/"


def _expressions(chosen: Chosen) -> list[tuple[tuple[str | int, ...], str]]:
    value: Any = chosen.value
    match chosen.kind:
        case "filter":
            return [((), value)]
        case "set":
            return [((path,), text) for path, text in value.items()]
        case "dedupe":
            return [(("key",), value["key"])]
        case "split" if isinstance(value, Mapping):
            return split_expressions(value)
        case "xslt" if isinstance(value, Mapping):
            return [(("params", name), text) for name, text in value["params"].items()]
    return []


def split_expressions(value: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    by: list[tuple[tuple[str | int, ...], str]] = [(("by",), value["by"])] if value["by"] != "records" else []
    grouped = [(("group", n), text) for n, text in enumerate(value.get("group") or [])]
    return [*by, *grouped, *((("keys", name), text) for name, text in (value.get("keys") or {}).items())]


def _frozen(value: Any) -> object:
    if isinstance(value, dict):
        return tuple((key, _frozen(one)) for key, one in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list) else (type(value).__name__, value)


def _has_unset(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_unset, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Unset)


def _said(error: Exception) -> str:
    return error.reason if isinstance(error, CrossdockError) else str(error) or type(error).__name__


def _field(place: Place, path: str) -> Place:
    """The field (`lines[0].amount`) of a map that is written in routes.yaml, as near as it is found."""
    if not isinstance(place.raw, dict) or not path:
        return place
    place = place.at("fields")
    for name in path.replace("[N]", "").replace("[", ".[").split("."):  # [N]: each item of a list
        raw, key = place.raw, int(name[1:-1]) if name[1:-1].isdigit() else name
        if isinstance(raw, dict) and name not in raw and isinstance(raw.get("fields"), dict):
            place = place.at("fields")
        if place.at(key).raw is None:
            return place
        place = place.at(key)
    return place


def _option(place: Place, error: Exception) -> Place:
    """The option of a format that is wrong: the layout that does not exist, or the one that the reason begins with."""
    name = "layout" if isinstance(error, ContentError) else _said(error).partition(": ")[0]
    below = place.at(name)
    if below.raw is not None:
        return below
    return place if place.raw is not None else Place(place.located, place.path[:-1])


def _bare(reason: str) -> str:
    return reason.removeprefix("cannot read the template: ")


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
