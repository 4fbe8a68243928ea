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
        ("retry: {jitter: 0.2}", "E0204", 28, "a share has a unit", "write 20%"),
        ("retry: {attempts: 0}", "E0204", 30, "a number of at least 1", ""),
        ("retry: {errors: [conect]}", "E0204", 29, "'conect' is not accepted", "did you mean 'connect'?"),
        ("retry: {errors: [5XX]}", "E0204", 29, "'5XX' is not accepted", "write 5xx"),
        ("retry: {errors: [700]}", "E0204", 29, "'700' is not accepted", ""),
        ("retry: {errors: timeout}", "E0203", 28, "a list is expected", "write [ ] around it"),
        ("keep: {bodies: 10}", "E0204", 27, "a duration has a unit", "write 10d"),
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


@pytest.mark.parametrize(
    ("text", "code", "column", "message", "hint"),
    [
        ("open: 0", "E0204", 16, "limits.open: the number 0 is not accepted", ""),
        ("open: 1000000/s", "E0203", 16, "a whole number is expected", ""),
        ("blobs: 20G", "E0204", 17, "'20G' is not accepted", "write 20GiB"),
        ("disk: 5%", "E0204", 16, "a size is a whole positive number with a unit", ""),
        ("delay: 5", "E0204", 17, "a duration has a unit", "write 5s"),
        ("opne: 1", "E0201", 10, "unknown field 'opne' in 'limits'", "did you mean 'open'?"),
        ("memory: 1GiB", "E0201", 10, "unknown field 'memory' in 'limits'", "one of: open, blobs, disk, delay"),
    ],
)
def test_a_wrong_limit(desk: Desk, text: str, code: str, column: int, message: str, hint: str) -> None:
    [problem] = desk.check(HEAD + f"limits: {{{text}}}\n")
    assert (problem.code, problem.line, problem.column) == (code, 15, column)
    assert message in problem.message
    assert hint in problem.hint


def test_limits_stand_in_the_first_file_only(desk: Desk) -> None:
    desk.write("routes/more.yaml", "limits: {open: 5}\n")
    [problem] = desk.check(HEAD + 'include: ["routes/*.yaml"]\n')
    assert (problem.code, problem.file, problem.line) == ("E0201", "routes/more.yaml", 1)
    assert "it stands in the file that includes this one only" in problem.hint


def test_a_wrong_limit_of_a_target(desk: Desk) -> None:
    [problem] = desk.route("""
        from: {http: /r, clients: anyone}
        to: [{id: erp, limit: 0, send: {http: erp, path: /a}}]
    """)
    assert (problem.code, problem.path) == ("E0204", "routes.r.to[0].limit")
    assert problem.message.startswith("limit of target 'erp' of route 'r': the number 0 is not accepted")
