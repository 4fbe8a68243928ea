"""A stranger's hundred bad inputs, all at once, into one running Crossdock: one clear answer each, with its place; the
processes are the same ones afterwards, nothing is lost, no traceback shows, and memory is bounded."""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance import bad_files, bad_requests, odd_shop
from tests.acceptance.bad_files import FILES, FILTERED
from tests.acceptance.bad_requests import ALL, TILL, Bad
from tests.acceptance.calling import call, parsed
from tests.acceptance.conftest import COMMAND

Wait = Callable[[Callable[[], object]], None]
MOST_MEMORY = 400 << 10
"""KiB that each process may ever have held."""


@dataclass
class Sweep:
    """All inputs have been put in, and nothing is open any more."""

    crossdock: Crossdock
    project: Path
    before: dict[int, bytes]
    """The processes right before it."""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the file's name, else the id."""
    letters: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """By the message's id."""


def processes(crossdock: Crossdock) -> dict[int, bytes]:
    """Pid and command line of all that `up` has started, and of what those have."""
    assert crossdock.process is not None
    found: dict[int, bytes] = {}
    parents = [crossdock.process.pid]
    while parents:
        parent = parents.pop()
        with suppress(OSError):  # it may have ended meanwhile
            found[parent] = Path(f"/proc/{parent}/cmdline").read_bytes()
        for thread in Path(f"/proc/{parent}/task").glob("*"):
            with suppress(OSError):
                parents.extend(map(int, (thread / "children").read_text().split()))
    return found


def peak(pid: int) -> int:
    """KiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])


def ask(crossdock: Crossdock, bad: Bad) -> tuple[int, Any]:
    head = f"{bad.method} {bad.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()
    answer = call(crossdock, head + bad.headers + b"Content-Length: %d\r\n\r\n" % len(bad.body) + bad.body)
    assert b"Traceback" not in answer
    status, _, content = parsed(answer)
    return status, content


def drop(folder: Path, name: str, content: bytes) -> None:
    """In one step; bytes of the name beyond ASCII are no UTF-8."""
    new = folder / ".new.part"
    new.write_bytes(content)
    os.rename(new, os.fsencode(folder) + b"/" + name.encode("latin-1"))


def shown(name: str) -> str:
    """As `file` of a message has it."""
    return name.encode("latin-1").decode("utf-8", "backslashreplace")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, wait: Wait) -> Iterator[Sweep]:
    project = tmp_path_factory.mktemp("odd")
    odd_shop.write(project)
    crossdock = Crossdock(tmp_path_factory.mktemp("run"), {"CROSSDOCK_WORKERS": "1"}, project, COMMAND)
    try:
        crossdock.up(patience=60)
        wait((project / "in").is_dir)
        sweep = Sweep(crossdock, project, processes(crossdock))
        for name, (content, _) in FILES.items():
            drop(project / "in", name, content)
        sweep.answers = {name: ask(crossdock, bad) for name, bad in ALL.items()}
        wait(lambda: not [path for path in (project / "in").iterdir() if path.is_file()])
        crossdock.run("status", "--wait-idle", "60s")
        for one in crossdock.rows("messages", "find"):
            sweep.messages[one["file"] or one["id"]] = one
        for one in crossdock.rows("dlq", "list"):
            sweep.letters[one["message"]].append(one)
        yield sweep
    finally:
        crossdock.stop()


def test_there_are_a_hundred() -> None:
    assert len(FILES) + len(ALL) >= 100


@pytest.mark.parametrize("name", ALL)
def test_a_bad_request_has_one_answer(swept: Sweep, name: str) -> None:
    status, content = swept.answers[name]
    assert status == ALL[name].status, content
    if status < 300:
        assert set(content) <= {"id", "duplicate"}
        return
    assert set(content) - {"errors", "id"} == {"type", "title", "status", "detail", "instance"}
    assert ALL[name].said in content["detail"]
    assert (content["status"], content["instance"]) == (status, ALL[name].path)
    assert "errors" in content or status != 422 or ALL[name].path != "/sales/1" or "the body is" in content["detail"]


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_has_one_answer(swept: Sweep, name: str) -> None:
    message, expected = swept.messages[shown(name)], FILES[name][1]
    letters = sorted(swept.letters[message["id"]], key=lambda one: one["record"] or 0)
    assert len(letters) == len(expected), letters
    for (stage, reason), letter in zip(expected, letters, strict=True):
        assert letter["stage"] == stage
        assert reason in letter["reason"]
        assert "\n" not in letter["reason"]
        assert len(letter["reason"]) < 1000
    assert message["state"] == ("dead" if letters else "filtered" if name in FILTERED else "delivered")


def test_what_was_taken_and_is_dead_says_where(swept: Sweep) -> None:
    (letter,) = swept.letters[swept.answers["taken, and dead"][1]["id"]]
    assert (letter["stage"], letter["error"]) == ("decode", "undecodable")
    assert letter["reason"].startswith("line 2, column 6 (byte 13): ")


def test_the_good_records_of_bad_files_have_arrived(swept: Sweep) -> None:
    out = swept.project / "out"
    rows = {name: (out / name.replace(".csv", ".ndjson")) for name in bad_files.CSV if name.endswith(".csv")}
    assert json.loads(rows["no-number.csv"].read_text()) == {"sku": "A-1", "sum": 3}
    assert len(rows["old-mac.csv"].read_text().splitlines()) == 2
    assert not rows["utf-16.csv"].exists()
    assert not (out / "two.ndjson").exists(), "a file of a strict route is whole or not there"
    assert {path.name for path in out.glob("half-*.json")} == {"half-1.json", "half-3.json"}
    assert {path.name for path in out.glob("unknown-line-*.json")} == {"unknown-line-1.json", "unknown-line-3.json"}


def test_the_same_processes_live_and_none_grew_large(swept: Sweep) -> None:
    after = processes(swept.crossdock)
    assert after == swept.before
    assert {pid: peak(pid) for pid in after if peak(pid) > MOST_MEMORY} == {}


def test_a_good_one_is_still_taken_and_delivered(swept: Sweep, wait: Wait) -> None:
    status, content = ask(swept.crossdock, Bad("/sales/1", b'{"sku":"good","qty":1}', 202, "", TILL))
    assert status == 202
    wait((swept.project / "out" / f"{content['id']}.json").exists)


def test_all_is_accounted_for_and_no_traceback_shows(swept: Sweep) -> None:
    swept.crossdock.run("status", "--wait-idle", "30s")
    swept.crossdock.run("ledger", "verify")
    log = swept.crossdock.log.read_text("utf-8", "replace")
    assert "Traceback" not in log
    assert "error_id" not in log
    assert "child_died" not in log
    assert not (Path(swept.crossdock.env["CROSSDOCK_VAR"]) / "log").exists()
    answered = json.dumps(list(swept.answers.values()))
    assert "Traceback" not in answered
    assert "/etc/passwd" not in answered
    assert "root:x:" not in answered
    assert len(bad_requests.ALL) == len(swept.answers)
