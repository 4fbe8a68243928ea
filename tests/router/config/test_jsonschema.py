from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.commands.scaffold import ROUTES
from router.config.codes.catalogue import CATALOGUE
from router.config.codes.code import Code
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


@pytest.mark.parametrize("code", [code for code in CATALOGUE.values() if ":" in code.right], ids=lambda code: code.name)
def test_it_accepts_the_right_examples_of_the_checker(code: Code) -> None:
    project = {"version", "include", "defaults", "limits"} & set(values(code.right.encode()))
    assert mistakes(project_schema() if project else included_schema(), code.right) == []


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


def declared_words(words: Words) -> list[Words]:
    """All mappings of the grammar that have known keys."""
    seen: set[type] = set()
    list(declared(words, seen))
    return [one() for one in sorted(seen, key=lambda one: one.__name__)]


@pytest.mark.parametrize("words", declared_words(routes.ProjectFile()), ids=lambda words: type(words).__name__)
def test_the_examples_of_a_mapping_are_right(words: Words) -> None:
    for one in words.examples:
        shapes.load(words, dict(one))


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


WHOLE = Draft202012Validator(project_schema())
CONNECTIONS = "version: 1\nconnections: {out: {type: folder, path: out}, erp: {type: http, url: http://erp}}\n"
ROUTE = CONNECTIONS + "routes:\n  r:\n    from: {http: /r, clients: anyone}\n"
TO = "    to: [{id: t, send: {folder: out, name: a}}]\n"


def refusals(text: str) -> list[str]:
    """Where it is refused, and by what: the deepest place of each."""

    def deepest(errors: Any) -> Iterator[str]:
        for error in errors:
            if error.context:
                yield from deepest(error.context)
            else:
                yield "/".join(map(str, error.absolute_path)) + f" {error.validator}"

    return list(deepest(WHOLE.iter_errors(plain(values(text.encode())))))


@pytest.mark.parametrize(
    "text",
    [
        "version: ${env:V}\nx-notes: [anything]\n",
        CONNECTIONS.replace("http://erp", '"${env:ERP_URL}", timeout: "${env:T:-10s}", in_flight: "${env:N}"'),
        ROUTE + "    enabled: ${env:ON}\n    format: csv\n" + TO,
        ROUTE + "    format: {json: }\n" + TO,
        ROUTE + "    format: {csv: {columns: {a: int, b: {date: '%Y'}}}}\n" + TO,
        ROUTE + "    steps: [{map: {fields: {a: 1}}}, {split: records}, {split: {by: body.lines}}, {validate: a.B}]\n" + TO,
        ROUTE + "    to: [{id: t, when: true, send: {http: erp, path: /a, ok: 204}}, {otherwise: {dead: why}}]\n",
        ROUTE + TO + "tests: {t: {route: r, given: {body: a}, replies: {t: [503, ok, {body: 1}]}, expect: {dead: 0}}}\n",
    ],
)  # fmt: skip
def test_it_takes_long_and_short_forms_and_references(text: str) -> None:
    assert refusals(text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("routes: {}\n", " required"),
        ("version: 2\n", "version const"),
        ("version: 1\nrouts: {}\n", " additionalProperties"),
        (CONNECTIONS.replace("path: out", "pfad: out"), "connections/out additionalProperties"),
        (CONNECTIONS.replace("type: folder", "type: ftp"), "connections/out/type const"),
        (CONNECTIONS.replace("http://erp", "http://erp, timeout: 10"), "connections/erp/timeout type"),
        (CONNECTIONS.replace("http://erp", "http://erp, timeout: 10 s"), "connections/erp/timeout pattern"),
        (CONNECTIONS.replace("out:", "Out:"), "connections pattern"),
        (ROUTE, "routes/r required"),
        (ROUTE + "    enabled: yes\n" + TO, "routes/r/enabled type"),
        (ROUTE + "    format: {csv: {delimeter: ';'}}\n" + TO, "routes/r/format/csv additionalProperties"),
        (ROUTE + "    format: fixed\n" + TO, "routes/r/format enum"),
        (ROUTE + "    format: {fixed: }\n" + TO, "routes/r/format/fixed type"),
        (ROUTE + "    format: {csv: {delimiter: ';;'}}\n" + TO, "routes/r/format/csv/delimiter pattern"),
        (ROUTE + "    steps: [{validat: a.B}]\n" + TO, "routes/r/steps/0 additionalProperties"),
        (ROUTE + "    steps: [{filter: a, map: b}]\n" + TO, "routes/r/steps/0 maxProperties"),
        (ROUTE + "    match: frist\n" + TO, "routes/r/match enum"),
        (ROUTE + "    to: []\n", "routes/r/to minItems"),
        (ROUTE + "    to: [{id: t, send: {folder: out}}]\n", "routes/r/to/0/send required"),
        (ROUTE + "    to: [{id: t, steps: [{split: records}], send: {folder: out, name: a}}]\n",
         "routes/r/to/0/steps/0 additionalProperties"),
        (ROUTE + TO + "clients: {shop: {rate: 5/s}}\n", "clients/shop required"),
    ],
)  # fmt: skip
def test_it_refuses_mistakes_where_they_are(text: str, place: str) -> None:
    assert place in refusals(text)


def described(shape: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each key that the schema knows, with what it says of it."""
    if isinstance(shape, dict):
        for key, one in shape.get("properties", {}).items():
            yield f"{place}.{key}", one
        for key, one in shape.items():
            yield from described(one, f"{place}/{key}")
    elif isinstance(shape, list):
        for n, one in enumerate(shape):
            yield from described(one, f"{place}/{n}")


def test_every_key_of_the_schema_says_what_it_is_for() -> None:
    found = list(described(WHOLE.schema))
    assert len(found) > 150
    assert [place for place, one in found if not one.get("description")] == []


def examples(shape: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """What the schema gives as examples and defaults, with the shape that they belong to."""
    if isinstance(shape, dict):
        for value in [*shape.get("examples", []), *([shape["default"]] if "default" in shape else [])]:
            yield at, shape, value
        for key, one in shape.items():
            if key not in ("examples", "default"):
                yield from examples(one, f"{at}/{key}")
    elif isinstance(shape, list):
        for n, one in enumerate(shape):
            yield from examples(one, f"{at}/{n}")


def test_examples_and_defaults_are_right_values() -> None:
    found = list(examples(WHOLE.schema))
    assert len(found) > 60
    for at, shape, value in found:
        assert WHOLE.evolve(schema=shape | {"$defs": WHOLE.schema["$defs"]}).is_valid(value), (at, value)
