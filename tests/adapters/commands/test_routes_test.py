"""`routes test`, as one types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.commands import answer
from tests.adapters.testing.shelf import Shelf

ROUTES = """
orders:
  from: {http: /orders, method: POST, clients: anyone}
  to: [{id: erp, send: {http: erp, path: /orders}}]
other:
  from: {http: /other, method: POST, clients: anyone}
  to: [{id: erp, send: {http: erp, path: /orders}}]
"""
TESTS = """
good: {route: orders, given: {body: x}, expect: {state: delivered}}
bad: {route: other, given: {body: x}, expect: {state: dead}}
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.chdir(tmp_path)
    return Shelf(tmp_path, ROUTES, TESTS)


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = answer(["routes", "test", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_one_that_fails_is_shown_and_the_code_is_1(room: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = typed(capsys)
    assert code == 1
    assert "✓ good\n✗ bad\n    routes.yaml:" in out
    assert 'state: expected "dead", got "delivered"' in out
    assert "1 failed, 1 passed" in err


def test_json_has_the_fields_that_stay(room: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "-o", "json")
    good, bad = json.loads(out)
    assert code == 1
    assert (good["name"], good["passed"], good["reason"]) == ("good", True, "")
    assert (bad["name"], bad["passed"], bad["reason"]) == ("bad", False, 'state: expected "dead", got "delivered"')
    assert typed(capsys, "good", "-o", "id")[:2] == (0, "good\n")


@pytest.mark.parametrize(("words", "code"), [(("--route", "orders"), 0), (("good",), 0), (("bad",), 1), (("x",), 3)])
def test_some_of_them(room: Shelf, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int) -> None:
    assert typed(capsys, *words)[0] == code


def test_a_project_with_mistakes_or_without_tests(tmp_path: Path, room: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "routes.yaml"
    text = config.read_text()
    config.write_text(text.replace("state: dead", "state: ded"))
    code, out, err = typed(capsys)
    assert (code, out) == (2, "")
    assert "'ded' is not accepted" in err
    assert "did you mean 'dead'?" in err
    config.write_text(text[: text.index("tests:")])
    code, _, err = typed(capsys)
    assert code == 3
    assert "there are no tests" in err
