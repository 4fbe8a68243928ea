"""The fuzzer itself: that a mistake comes out as a failure with the input that shows it."""

from __future__ import annotations

import collections
from pathlib import Path

import pytest

from router.errors import DecodeError
from tests.fuzz.catalogue import CATALOGUE, find
from tests.fuzz.fuzzing import judged, lines_of
from tests.fuzz.target import Target, Wrong, look, told

CRASH = "INFO: Instrumenting router\n#2 INITED\n === Uncaught Python exception: ===\nKeyError: 'x'\n"
CRASH += "Test unit written to /f/crash-1\n"


def test_every_target_is_where_the_catalogue_says() -> None:
    assert [find(name).name for name in CATALOGUE] == list(CATALOGUE)


@pytest.mark.parametrize(
    ("code", "said", "found"),
    [
        (0, "Done 120 runs in 2 second(s)\n", False),
        (77, CRASH, True),
        (0, CRASH + "Done 1 runs in 1 second(s)\n", True),
        (70, "ALARM: working on the last Unit for 21 seconds\nTest unit written to /f/timeout-1\n", True),
        (-9, "", True),
        (1, "ImportError", True),
    ],
)
def test_only_a_run_to_its_end_has_found_nothing(code: int, said: str, found: bool) -> None:
    report = judged("json", 7, code, said)
    assert report.found is found
    assert "seed 7" in str(report)
    assert "Instrumenting" not in str(report)
    if "Test unit" in said:
        assert f"--target json {report.input}" in str(report)


def test_a_child_that_does_not_end_is_killed_with_its_own(tmp_path: Path) -> None:
    """Else the pipe would stay open for as long as the grandchild sleeps."""
    command = ["sh", "-c", "echo first; sleep 600 & sleep 600; echo last"]
    assert list(lines_of(command, tmp_path / "said", 0.5)) == ["first\n"]


def test_an_error_that_is_not_told_comes_out() -> None:
    def one(data: bytes) -> object:
        if data == b"told":
            raise DecodeError("line 1: not what it should be")
        return data.decode()

    target = Target("t", one)
    look(target, b"told")
    with pytest.raises(UnicodeDecodeError):
        look(target, b"\xff")


def test_an_answer_that_depends_on_what_was_before_comes_out() -> None:
    seen: list[bytes] = []

    def one(data: bytes) -> object:
        seen.append(data)
        return len(seen)

    target = Target("t", one)
    with pytest.raises(Wrong, match="two answers"):
        collections.deque((look(target, bytes([n])) for n in range(100)), 0)


@pytest.mark.parametrize("reason", ["", " ", "x" * 3000, "a <class 'int'>", "not NoneType", "\ud800", "<X object at 0x7f>"])
def test_a_reason_that_is_none_comes_out(reason: str) -> None:
    with pytest.raises(Wrong):
        told(reason)


def test_each_variant_begins_with_all_seeds() -> None:
    assert Target("t", len, written=(b"a", b"b"), variants=2).inputs() == [b"a\0", b"a\1", b"b\0", b"b\1"]
