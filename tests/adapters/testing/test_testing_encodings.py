"""`routes test`, of targets in encodings of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.testing.shelf import Shelf

WESTERN = """
sheets:
  from: {http: /sheets, clients: [web-shop]}
  format: json
  to:
    - id: csv
      format: {csv: {encoding: cp1252, delimiter: ";", columns: [b, a]}}
      send: {folder: outbox, name: "{{ message.id }}.csv"}
    - {id: text, steps: [{template: b.txt.j2}], format: {text: {encoding: cp1252}}, send: {http: erp, path: /}}
"""


def western(csv: str, text: str) -> str:
    return f"""
      t:
        route: sheets
        given: {{body: {{a: "1", b: ä€}}}}
        expect: {{targets: {{csv: {{body: {csv}}}, text: {{body: {text}}}}}}}
    """


@pytest.mark.parametrize(
    ("csv", "text"),
    [('[{a: "1", b: ä€}]', "ä€"), ('"b;a\\nä€;1\\n"', "ä€"), ('{includes: "ä€;1"}', "{includes: €}")],
)
def test_bodies_in_other_encodings_are_compared_as_texts(tmp_path: Path, csv: str, text: str) -> None:
    Shelf(tmp_path, WESTERN, western(csv, text), {"templates/b.txt.j2": "{{ body.b }}"}).passes()


def test_a_difference_in_another_encoding_can_be_read(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, WESTERN, western('[{a: "1", b: ö€}]', '"ö"'), {"templates/b.txt.j2": "{{ body.b }}"})
    assert list(shelf.one().details) == ['csv.body[0].b: expected "ö€", got "ä€"', 'text.body: expected "ö", got "ä€"']


def test_a_body_that_goes_as_it_came_is_read_in_the_charset_of_its_caller(tmp_path: Path) -> None:
    (tmp_path / "transforms/samples").mkdir(parents=True)
    (tmp_path / "transforms/samples/a.txt").write_bytes("ä".encode("cp1252"))
    Shelf(tmp_path, """
      notes:
        from: {http: /notes, clients: [web-shop]}
        format: {text: {encoding: cp1252}}
        to: [{id: erp, send: {http: erp, path: /}}]
    """, """
      t:
        route: notes
        given: {body: "@samples/a.txt", headers: {content-type: text/plain; charset=cp1252}}
        expect: {targets: {erp: {body: ä}}}
    """).passes()
