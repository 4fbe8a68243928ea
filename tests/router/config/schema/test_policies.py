from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk


@pytest.mark.parametrize(
    ("text", "code", "column", "message", "hint"),
    [
        ("retry: {frist: 1s}", "E0201", 20, "unknown field 'frist' in 'defaults.retry'", "did you mean 'first'?"),
        ("retry: {for: 0s}", "E0204", 25, "'0s' is not accepted", ""),
        ("retry: {for: 1w}", "E0204", 25, "'1w' is not accepted", "write 7d"),
        ("retry: {factor: 0}", "E0204", 28, "a number from 1 to 1000", ""),
        ("retry: {jitter: 0.2}", "E0204", 28, "a share has a unit", "write 0.2%"),
        ("retry: {attempts: 0}", "E0204", 30, "a number from 1", ""),
        ("retry: {errors: [conect]}", "E0204", 29, "'conect' is not accepted", "did you mean 'connect'?"),
        ("retry: {errors: [5XX]}", "E0204", 29, "'5XX' is not accepted", "write 5xx"),
        ("retry: {errors: [700]}", "E0204", 29, "'700' is not accepted", ""),
        ("retry: {errors: timeout}", "E0203", 28, "a list is expected", "write [ ] around it"),
        ("keep: {bodies: 10}", "E0204", 27, "a duration has a unit", "write 10s"),
        ("when_dead: halt", "E0204", 23, "one of: skip, hold", ""),
        ("timeout: 3s", "E0201", 12, "unknown field 'timeout' in 'defaults'", "one of: retry, keep, when_dead"),
    ],
)
def test_a_wrong_default(desk: Desk, text: str, code: str, column: int, message: str, hint: str) -> None:
    [problem] = desk.check(HEAD + f"defaults: {{{text}}}\n")
    assert (problem.code, problem.line, problem.column) == (code, 15, column)
    assert message in problem.message
    assert hint in problem.hint


def test_every_error_class_is_known(desk: Desk) -> None:
    words = "connect, timeout, reset, io, returned, refused, any, 429, '503', 5xx"
    assert desk.check(HEAD + f"defaults: {{retry: {{errors: [{words}]}}}}\n") == []
