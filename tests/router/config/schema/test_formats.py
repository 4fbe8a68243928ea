from __future__ import annotations

import pytest

from tests.router.config.desk import Desk

ROUTE = """\
from: {{folder: pos, files: "*.csv"}}
format: {}
to: [{{id: x, send: {{folder: out, name: x}}}}]
"""


@pytest.mark.parametrize(
    ("text", "code", "column", "path", "hint"),
    [
        ("jsn", "E0201", 13, "format", "did you mean 'json'?"),
        ("fixed", "E0202", 5, "format.layout", ""),
        ("{fixed: {layout: /x}}", "E0204", 30, "format.fixed.layout", ""),
        ("{fixed: {layout: x.yaml}}", "E0204", 30, "format.fixed.layout", "write x"),
        ("ndjsn", "E0201", 13, "format", "did you mean 'ndjson'?"),
        ("{ndjson: {encoding: utf-8}}", "E0201", 23, "format.ndjson.encoding", ""),
        ("{ndjson: {}, csv: {}}", "E0206", 26, "format.csv", "remove 'csv'"),
        ("5", "E0203", 13, "format", "one of: json"),
        ("{csv: {delimter: ;}}", "E0201", 20, "format.csv.delimter", "did you mean 'delimiter'?"),
        ("{csv: {delimiter: ;;}}", "E0204", 31, "format.csv.delimiter", ""),
        ("{csv: {encoding: utf-9}}", "E0204", 30, "format.csv.encoding", "cp1252"),
        ("{csv: {encoding: base64}}", "E0204", 30, "format.csv.encoding", "cp1252"),
        ("{csv: {header: false}}", "E0202", 14, "format.csv.columns", ""),
        ("{csv: {header: no}}", "E0203", 28, "format.csv.header", ""),
        ("{csv: {columns: [a, b]}}", "E0207", 29, "format.csv.columns", "header: false"),
        ("{csv: {header: false, columns: [a, a]}}", "E0207", 48, "format.csv.columns[1]", ""),
        ("{csv: {columns: {a: integer}}}", "E0204", 33, "format.csv.columns.a", "write int"),
        ("{csv: {columns: {a: {datetime: }}}}", "E0203", 34, "format.csv.columns.a.datetime", ""),
        ("{csv: {columns: {a: {time: x}}}}", "E0201", 34, "format.csv.columns.a.time", "did you mean"),
        ("{csv: {decimal: ;}}", "E0204", 29, "format.csv.decimal", ""),
        ("{csv: {quote: ','}}", "E0207", 27, "format.csv.quote", ""),
        ("{csv: {}, json: {}}", "E0206", 23, "format.json", "remove 'json'"),
        ("{xml: {records: 5}}", "E0203", 29, "format.xml.records", ""),
        ("{text: {encoding: x}}", "E0204", 31, "format.text.encoding", "utf-8"),
    ],
)
def test_a_wrong_format(desk: Desk, text: str, code: str, column: int, path: str, hint: str) -> None:
    [problem] = desk.route(ROUTE.format(text))
    assert (problem.code, problem.line, problem.column, problem.path) == (code, 17, column, f"routes.r.{path}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "json",
        "ndjson",
        "{ndjson: }",
        "csv",
        "xml",
        "text",
        "bytes",
        "{csv: {}}",
        "{json: }",
        "{xml: {namespaces: {p: urn:x}}}",
        '{csv: {delimiter: "\\t", quote: "\'", header: false, columns: [a], encoding: cp437, decimal: ",", skip: 2}}',
        "{csv: {columns: {a: int, b: decimal, c: bool, d: date, e: {date: '%d.%m.%y'}, f: {datetime: '%d'}, g: text}}}",
    ],
)
def test_a_right_format(desk: Desk, text: str) -> None:
    assert desk.route(ROUTE.format(text)) == []


def test_a_target_writes_ndjson_and_lists_of_columns(desk: Desk) -> None:
    assert (
        desk.route("""\
        from: {http: /r, clients: anyone}
        to:
          - {id: a, format: ndjson, send: {folder: out, name: a}}
          - {id: b, format: {csv: {columns: [a, b]}}, send: {folder: out, name: b}}
        """)
        == []
    )
