"""Where the parser stops is often behind the mistake: it is said where it begins. More of it: tests/broken/cases/yaml.yaml."""

from __future__ import annotations

import pytest

from router.config.yaml import parse


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        ('a: "x\nb: 1\nc: "y"\n', 1, 4, "closed in line 3 only", "close it where its text ends"),
        ("a: 'it's'\n", 1, 8, "more follows", "write '' for a single quote"),
        ("a: {b: c}}\n", 1, 10, "this '}' closes nothing", "remove it"),
        ("a: [b, c}\n", 1, 4, "closed by '}'", "close it with ']'"),
        ("a: {{ x }}.csv\n", 1, 4, "without quotes", "put the text in quotes"),
        ("a: {n: x-{{ x }}.csv}\n", 1, 8, "without quotes", "put the text in quotes"),
        ("a: 1\n  b: 2\n", 2, 3, "indented deeper", "align it"),
        ("a:\n   b: 1\n  c: 2\n  d: 3\n", 2, 4, "unlike line 3", "align it with them"),
        ("a:\n  b: 1\n  c: 2\n d: 3\n", 4, 2, "unlike the lines", "align it"),
        ("a:\n  b: 1\n c:\n    d: 1\n  e: 2\n", 3, 2, "indented unlike", "align it"),
        ("a:\n  b: 1\nc:\n    d: 1\n    e: 1\n  f: 2\n  g: 3\n", 3, 1, "indented less", "align it with them"),
        ("a:\n  b: 1\nc:\n    d: 1\n    e: 2\n  f: 2\n", 6, 3, "indented unlike", "align it"),
        ("a: x\n \u00a0b: 2\n", 2, 2, "U+00A0", "plain spaces"),
        ("a:1\nb: 2\n", 1, 1, "no space behind", "put a space behind the ':'"),
        ("a:\n  - b: 1\n  -c: 2\n", 3, 3, "no space behind", "put a space behind the '-'"),
        ("a:\tb\n", 1, 3, "a tab stands", "spaces instead of the tab"),
    ],
)
def test_what_is_wrong_and_what_to_write(text: str, line: int, column: int, message: str, hint: str) -> None:
    [problem] = parse(text.encode(), "routes.yaml").problems
    assert (problem.line, problem.column) == (line, column), problem
    assert message in problem.message
    assert hint in problem.hint
