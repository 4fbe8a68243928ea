from __future__ import annotations

import pytest

from router.config.yaml import parse


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (b"a: b: c\n", 1, 5, "a ': ' is not possible here"),
        (b"a:\n\t- b\n", 2, 1, "a tab stands where YAML wants spaces"),
        (b"a: 'x\nb: 2\n", 1, 4, "the quote that begins here is not closed"),
        (b"a: [1, 2\nb: 3\n", 1, 4, "a ',' or ']' is missing"),
        (b"b: 1\na: {x: 1\n", 2, 4, "a ',' or '}' is missing"),
        (b"a: *n\n", 1, 4, "there is no anchor '&n'"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "a second document begins here"),
        (b"a:\n  b: 1\n c: 2\n", 3, 2, "indented unlike"),
        (b"a: 1\na b\n", 2, 1, "a ':' is missing"),
        (b'a: "\\q"\n', 1, 6, "is not an escape"),
        (b"a: @x\n", 1, 4, "cannot begin with '@'"),
        ("ä: 'ö\0'".encode(), 1, 6, "U+0000 is not allowed"),
        (b"a: 1\nb: \xe4\n", 2, 4, "byte 0xe4 at offset 8 is not UTF-8"),
        (b"a: " + b"[" * 3000, 1, 1, "nested too deep"),
        (b'a: "\\UFFFFFFFF"', 1, 1, "cannot be read as YAML"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: bytes, line: int, column: int, message: str) -> None:
    [problem] = parse(text, "routes.yaml").problems
    assert (problem.level, problem.file, problem.line, problem.column) == ("error", "routes.yaml", line, column)
    assert message in problem.message


@pytest.mark.parametrize(
    "text", [b"", b"\n# nothing\n", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", b"a: &x 1\nb: &x 2\n", b"%YAML 1.2\n---\na: 1\n"]
)
def test_these_can_be_read(text: bytes) -> None:
    assert parse(text, "routes.yaml").problems == ()
