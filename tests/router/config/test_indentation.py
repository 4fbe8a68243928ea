from __future__ import annotations

import pytest

from router.config.yaml import parse


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a:\n   b: 1\n  c: 2\n  d: 3\n", 2, 4, "unlike line 3"),
        ("a:\n  b: 1\n  c: 2\n d: 3\n", 4, 2, "unlike the lines"),
        ("a:\n  b: 1\n c:\n    d: 1\n  e: 2\n", 3, 2, "unlike the lines"),
        ("a:\n  b: 1\nc:\n    d: 1\n    e: 1\n  f: 2\n  g: 3\n", 3, 1, "indented less"),
        ("a:\n  b: 1\nc:\n    d: 1\n    e: 2\n  f: 2\n", 6, 3, "unlike the lines"),
        ("a: 1\n  b: 2\n", 2, 3, "indented deeper"),
        ("a:\n  - b: 1\n   - c: 2\n", 3, 4, "unlike the lines"),
    ],
)
def test_which_line_is_wrong(text: str, line: int, column: int, message: str) -> None:
    [problem] = parse(text.encode(), "routes.yaml").problems
    assert (problem.line, problem.column) == (line, column), problem
    assert message in problem.message
    assert problem.hint.startswith("align it")
