"""The texts rendered about a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from structlog.testing import capture_logs

from adapters.inbound.folder.words import Words, received_at
from router.errors import ExpressionError
from router.message import Message, new_id
from tests.adapters.inbound.folder.house import route_of


def by_day(message: Message) -> str:
    return f"archive/{message.envelope.received_at:%Y-%m-%d}"


def test_done_sees_the_time_that_is_in_the_id() -> None:
    id = "01934a1c-2c00-7000-8000-000000000000"
    assert received_at(id) == datetime(2024, 11, 20, 15, 6, 20, 544000, tzinfo=UTC)
    assert Words(route_of(), None, by_day).done("a.csv", 1, id) == PurePosixPath("archive/2024-11-20")


def test_the_time_of_a_new_id_is_now() -> None:
    before = datetime.now(UTC)
    at = received_at(new_id())
    assert abs((at - before).total_seconds()) < 60


@pytest.mark.parametrize("text", ["", "/etc", "../x", "a/../../b", ".", "a\0b"])
def test_a_done_that_leads_out_of_the_folder_goes_to_the_archive(text: str) -> None:
    with capture_logs() as logs:
        assert Words(route_of(), None, lambda m: text).done("a.csv", 1, new_id()) == PurePosixPath("archive")
    assert [line["action"] for line in logs] == ["folder_done_unusable"]


def failing(message: Message) -> str:
    raise ExpressionError("file.date is not defined", "undefined")


def test_a_template_that_fails_is_told_once_for_a_file() -> None:
    words, id = Words(route_of(), failing, failing), new_id()
    with capture_logs() as logs:
        for _ in range(3):
            assert words.marker("a.csv", 1) is words.marker("b.csv", 1) is None
            assert words.done("a.csv", 1, id) == PurePosixPath("archive")
    assert [(line["action"], line["file"]) for line in logs] == [
        ("folder_template_failed", "a.csv"), ("folder_template_failed", "b.csv"), ("folder_template_failed", "a.csv"),
    ]  # fmt: skip
    assert logs[0]["event"] == "`marker` cannot be made, so the file waits: file.date is not defined"
    assert logs[2]["event"] == "`done` cannot be made, so the file goes to archive: file.date is not defined"


def test_of_thousands_the_first_are_told_and_all_again_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 5.0
    monkeypatch.setattr("adapters.inbound.folder.words.monotonic", lambda: now)
    words = Words(route_of(), failing, "delete")
    with capture_logs() as logs:
        for n in (*range(1_100), 1, 2):
            words.marker(f"{n}.csv", 1)
        assert len(logs) == 1_000
        now += 3_600
        words.marker("1.csv", 1)
    assert len(logs) == 1_001


@pytest.mark.parametrize("marker", [lambda m: "../x", lambda m: "", lambda m: m.envelope.file.name, lambda m: ".."])
def test_a_marker_is_another_name_in_the_folder(marker: Callable[[Message], str]) -> None:
    with capture_logs():
        assert Words(route_of(), marker, "delete").marker("a.csv", 1) is None
