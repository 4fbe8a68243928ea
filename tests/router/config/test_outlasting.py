from __future__ import annotations

import pytest

from tests.router.config.desk import Desk, brief

TO = "to: [{id: out, send: {folder: out, name: a.json}, retry: {%s}}]"


@pytest.mark.parametrize(
    ("defaults", "retry", "said"),
    [
        ("", "for: 30d", []),
        ("", "for: 31d", [("W0614", "for")]),
        ("keep: {bodies: 2d}", "for: 3d", [("W0614", "for")]),
        ("keep: {bodies: 2d}", "attempts: 3", []),
        ("", "first: 1h", [("W0615", "first")]),
        ("", "max: 1s", [("W0615", "max")]),
        ("retry: {max: 2h}", "first: 1h", []),
    ],
)
def test_of_a_target(desk: Desk, defaults: str, retry: str, said: list[tuple[str, str]]) -> None:
    text = "from: {http: /r, clients: [web-shop]}\n" + TO % retry + (f"\n\ndefaults: {{{defaults}}}" if defaults else "")
    desk.route(text)
    path = desk.folder / "routes.yaml"
    path.write_text(path.read_text().replace("    defaults:", "defaults:"))
    assert [(code, path.rpartition(".")[2]) for code, _, _, path in brief(desk.check())] == said


def test_of_the_defaults(desk: Desk) -> None:
    problems = desk.head("routes:\n", "defaults:\n  keep: {bodies: 1d}\n  retry: {for: 2d}\nroutes:\n")
    [problem] = problems
    assert (problem.code, problem.line, problem.column) == ("W0614", 10, 16)
    assert [(note.line, note.column) for note in problem.related] == [(9, 10)]
