from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.commands.scaffold import ROUTES
from router.config.jsonschema import included_schema, project_schema
from router.config.schema import routes, shapes
from router.config.schema.shapes import Words
from router.config.yaml import values

ROOT = Path(__file__).parents[3]
FILES = sorted(
    path for path in (ROOT / "routes.yaml", *ROOT.glob("routes/*.yaml"), *ROOT.glob("examples/**/*.yaml"),
                      *ROOT.glob("bench/**/*.yaml"))
    if b"\nversion:" in b"\n" + path.read_bytes() or b"\nroutes:" in b"\n" + path.read_bytes()
)  # fmt: skip
GOOD = """
version: 1
connections:
  erp: {type: http, url: "https://erp", timeout: "${env:T}", auth: {basic: {user: a, password: "${secret:P}"}}}
  out: {type: folder, path: out}
  db:  {type: sql, url: sqlite:///a.db}
clients: {shop: {token: "${secret:TOKEN}", rate: 5/s}}
defaults: {retry: {first: 2s, jitter: 10%, errors: [timeout, 5xx, 429]}, keep: {bodies: 7d}}
limits: {open: 5, disk: 1GiB}
routes:
  orders:
    from: {http: "/orders/{n}", method: PUT, clients: [shop], reply: result, timeout: 5s}
    format: {csv: {columns: {n: int, at: {date: "%d.%m.%Y"}}}}
    keys: {order_no: body.no}
    steps:
      - validate: {schema: orders.Order, unknown: exclude}
      - split: {by: body.lines, group: [body.no]}
      - set: {body.a: null, headers.x: 1}
      - map: {fields: {a: body.a}}
      - filter: true
      - xslt: {stylesheet: a.xsl, params: {b: body.b}}
      - python: {call: a.b, pure: false}
    match: first
    to:
      - {id: erp, when: body.n > 0, send: {http: erp, path: /o, ok: [200, "300-399"]}, collect: {records: 5}}
      - {id: one, when: body.n, format: json, send: {folder: out, name: a}, retry: {for: 1h}, fallback: {send: {route: other}}}
      - {id: row, when: "false", send: {sql: db, table: t, conflict: [id]}, format: {xml: {records: a}}}
      - otherwise: {dead: why}
  other:
    from: {route: true}
    format: json
    to: [{id: a, collect: message, send: {folder: out, name: 7}}]
  files:
    from: {folder: out, files: "*.csv", ready: {marker: "{{ file.name }}.ok"}, ignore: ["*.x"]}
    to: [{id: a, send: {folder: out, name: a}}]
tests:
  a test:
    route: orders
    given: {body: {a: 1}, headers: {a: 1}}
    replies: {erp: [503, ok, {status: 200, body: x}], one: timeout}
    expect: {targets: {erp: {calls: 3, body: {includes: {a: 1}}}}, state: [delivered, dead], after: {at_most: 1m}}
"""
BAD = {
    "an unknown key": ("path: out}", "path: out, hed: 1}"),
    "an unknown word": ("match: first", "match: frist"),
    "a wrong type": ("limits: {open: 5,", "limits: {open: five,"),
    "an unknown kind of connection": ("type: folder", "type: fodler"),
    "an unknown step": ("- filter: true", "- filtre: true"),
    "an unknown option of a format": ("{records: a}", "{recrods: a}"),
    "a missing key": ("    from: {route: true}\n", ""),
    "another version": ("version: 1", "version: 2"),
    "a name that is none": ("  other:", "  Other Route:"),
    "two kinds at once": ("{route: other}", "{route: other, folder: out, name: a}"),
    "an empty list": ("to: [{id: a, send: {folder: out, name: a}}]", "to: []"),
}


def mistakes(schema: dict[str, Any], text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(plain(values(text.encode())))]


def plain(value: Any) -> Any:
    """Decimals as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else float(value)


@pytest.mark.parametrize("schema", [project_schema(), included_schema()], ids=["project", "included"])
def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_accepts_the_files_of_projects(path: Path) -> None:
    schema = project_schema() if "version:" in path.read_text() else included_schema()
    assert mistakes(schema, path.read_text()) == []


def test_it_accepts_every_corner_of_the_grammar_and_a_new_project() -> None:
    assert mistakes(project_schema(), GOOD) == []
    assert mistakes(project_schema(), ROUTES) == []


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_mistakes(name: str) -> None:
    old, new = BAD[name]
    assert old in GOOD
    assert mistakes(project_schema(), GOOD.replace(old, new, 1))


def test_an_included_file_has_no_sections_of_the_whole() -> None:
    assert mistakes(included_schema(), "routes: {}") == []
    assert mistakes(included_schema(), "limits: {open: 1}")


def declared(words: Words, seen: set[type]) -> Iterator[tuple[str, str, Any]]:
    if type(words) in seen:
        return
    seen.add(type(words))
    for name, field in words.fields.items():
        yield type(words).__name__, field.data_key or name, field
        yield from below(field, seen)


def below(field: Any, seen: set[type]) -> Iterator[tuple[str, str, Any]]:
    for value in [*vars(field).values(), *vars(type(field)).values()]:
        for one in value.values() if isinstance(value, dict) else [value]:
            if isinstance(one, shapes.Nest):
                yield from declared(one.schema, seen)
            elif isinstance(one, shapes.Entry) and one is not field:
                yield from below(one, seen)


def test_every_key_says_what_it_is() -> None:
    found = list(declared(routes.ProjectFile(), set()))
    assert len(found) > 100
    silent = [f"{words}.{name}" for words, name, field in found if not field.metadata.get("note")]
    assert silent == []


def test_it_is_made_anew_each_time() -> None:
    one = project_schema()
    copied = copy.deepcopy(one)
    one["properties"].clear()
    assert project_schema() == copied
