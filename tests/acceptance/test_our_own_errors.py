"""Errors of our own, put into the program on purpose: who sends or types gets one line with an id, the log has the
traceback under it, one message ends, and all others go on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.conftest import COMMAND, ROOT

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      in:  {type: folder, path: in}
      out: {type: folder, path: out}
    routes:
      asked:
        from: {http: /asked, clients: anyone}
        format: json
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.json"}}]
      files:
        from: {folder: in, files: "*.json", ready: at_once}
        format: json
        to: [{id: out, send: {folder: out, name: "{{ file.name }}"}}]
      mapped:
        from: {folder: in, files: "*.map", ready: at_once}
        format: json
        steps: [map: {fields: {n: body.n}}]
        to: [{id: out, send: {folder: out, name: "{{ file.name }}"}}]
"""
BROKEN = """
    from importlib import import_module
    codec, step = import_module("transforms.codecs.json"), import_module("transforms.steps.map")
    answers = import_module("adapters.web.answers")
    decode, apply, accepted = codec.JsonCodec.decode, step.Map.apply, answers.accepted

    def broken_decode(self, raw, envelope):
        if b"codec" in raw:
            raise KeyError("of our own")
        return decode(self, raw, envelope)

    def broken_apply(self, message):
        return apply(self, message) if message.body["n"] != 13 else [][13]

    def broken_answer(receipt):
        raise ZeroDivisionError("after the commit")

    codec.JsonCodec.decode, step.Map.apply = broken_decode, broken_apply
    answers.accepted = broken_answer
"""


@pytest.fixture(scope="module")
def crossdock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crossdock]:
    project, site = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("site")
    (project / "routes.yaml").write_text(dedent(ROUTES))
    (site / "sitecustomize.py").write_text(dedent(BROKEN))
    environment = {"CROSSDOCK_WORKERS": "1", "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    running = Crossdock(tmp_path_factory.mktemp("run"), environment, project, COMMAND)
    try:
        running.up(patience=60)
        yield running
    finally:
        running.stop()


def logged(crossdock: Crossdock) -> str:
    return crossdock.log.read_text("utf-8")


def drop(crossdock: Crossdock, name: str, body: Any) -> None:
    new = crossdock.project / "in" / ".new"
    new.write_text(json.dumps(body))
    new.rename(new.with_name(name))


def test_a_codec_that_breaks_is_500_and_the_message_is_kept_as_refused(crossdock: Crossdock) -> None:
    status, problem = crossdock.call("POST", "/asked", {"codec": 1})
    assert status == 500
    assert problem["detail"].startswith("an error that was not foreseen (KeyError); the log has it as error ")
    assert f"error_id={problem['detail'][-8:]}\nTraceback" in logged(crossdock)
    (kept,) = crossdock.rows("messages", "find", "--state", "refused")
    assert kept["id"] == problem["id"]


def test_what_breaks_after_the_commit_is_500_with_its_id_and_the_message_arrives(crossdock: Crossdock, wait: Wait) -> None:
    status, problem = crossdock.call("POST", "/asked", {"n": 1})
    assert status == 500
    assert f"error {problem['error_id']}" in problem["detail"]
    assert "after the commit" not in str(problem)
    assert f"error_id={problem['error_id']}" in logged(crossdock)
    wait(lambda: list((crossdock.project / "out").glob("*.json")))


def test_in_a_worker_it_is_a_dead_letter_and_its_lane_goes_on(crossdock: Crossdock, wait: Wait) -> None:
    out = crossdock.project / "out"
    for n in range(12, 16):
        drop(crossdock, f"{n}.map", {"n": n})
        drop(crossdock, f"{n}.json", {"codec": n} if n == 13 else {"n": n})
    wait(lambda: all((out / f"{n}.{end}").exists() for n in (12, 14, 15) for end in ("map", "json")))
    crossdock.run("status", "--wait-idle", "30s")
    letters = {one["route"]: one for one in crossdock.rows("dlq", "list")}
    assert {route: (one["stage"], one["error"]) for route, one in letters.items()} == {
        "files": ("decode", "internal"), "mapped": ("map", "internal"),
    }  # fmt: skip
    for letter in letters.values():
        assert f"error_id={letter['reason'][-8:]}\nTraceback" in logged(crossdock)
    assert "lane_failed" not in logged(crossdock)
    crossdock.run("ledger", "verify")
