"""The form of problems."""

from __future__ import annotations

import json

import pytest

from adapters.web.problems import PROBLEM, problem, retry_after


def test_a_problem_has_the_fields_of_rfc_9457() -> None:
    made = problem(404, "No route takes /x.", "/x")
    assert (made.status, made.headers) == (404, (PROBLEM,))
    assert json.loads(made.body) == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "No route takes /x.", "instance": "/x",
    }


def test_errors_and_id_are_there_when_there_are_any() -> None:
    made = json.loads(problem(422, "wrong", "/x", id="m1", errors=[{"path": "a", "message": "b"}]).body)
    assert (made["id"], made["errors"]) == ("m1", [{"path": "a", "message": "b"}])


@pytest.mark.parametrize(("seconds", "header"), [(0.0, b"1"), (0.2, b"1"), (1.0, b"1"), (1.2, b"2"), (30.0, b"30")])
def test_retry_after_is_in_whole_seconds(seconds: float, header: bytes) -> None:
    assert retry_after(seconds) == ((b"retry-after", header),)
