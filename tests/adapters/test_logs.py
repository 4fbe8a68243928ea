"""What a log line looks like, and what never shows in it."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from adapters import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_sentence_its_action_and_the_message_id() -> None:
    stream = io.StringIO()
    logs.configure("json:info", "web", stream=stream)
    structlog.get_logger("crossdock.web").info("taken", action="file_taken", message_id="0190")
    (line,) = lines(stream)
    assert (line["event"], line["action"], line["message_id"]) == ("taken", "file_taken", "0190")
    assert (line["level"], line["role"]) == ("info", "web")
    assert line["timestamp"].endswith("Z")


def test_levels_below_the_given_one_are_dropped() -> None:
    stream = io.StringIO()
    logs.configure("json:warning", "web", stream=stream)
    log = structlog.get_logger()
    log.info("no", action="a")
    log.warning("yes", action="b")
    assert [line["event"] for line in lines(stream)] == ["yes"]


def test_secrets_are_masked_wherever_they_turn_up() -> None:
    stream = io.StringIO()
    logs.configure("json:info", "worker", ["s3cr3t-token", "abc"], stream)
    structlog.get_logger().info(
        "sent to https://me:pw@erp/x with s3cr3t-token", action="sent", token="t",
        headers={"Authorization": "Bearer x"}, url="amqp://u:p@bus//", cells=["s3cr3t-token", 7], count=3,
    )  # fmt: skip
    (line,) = lines(stream)
    assert line["event"] == "sent to https://***@erp/x with ***"
    assert (line["token"], line["headers"], line["url"]) == ("***", {"Authorization": "***"}, "amqp://***@bus//")
    assert (line["cells"], line["count"]) == (["***", 7], 3)


def test_an_exception_is_masked_too() -> None:
    stream = io.StringIO()
    logs.configure("json:info", "worker", ["s3cr3t-token"], stream)
    try:
        raise ValueError("with s3cr3t-token")
    except ValueError:
        structlog.get_logger().exception("failed", action="failed")
    (line,) = lines(stream)
    assert "ValueError: with ***" in line["exception"]


def test_each_traceback_has_an_id_and_keeps_that_of_an_answer() -> None:
    stream = io.StringIO()
    logs.configure("json:info", "web", stream=stream)
    for more in ({}, {"error_id": "e1"}):
        try:
            raise ValueError("odd")
        except ValueError:
            structlog.get_logger().exception("failed", action="failed", **more)
    structlog.get_logger().error("no traceback")
    first, second, third = lines(stream)
    assert len(first["error_id"]) == 8
    assert second["error_id"] == "e1"
    assert "error_id" not in third


def test_what_a_thread_dies_of_is_a_line_of_the_log() -> None:
    stream, before = io.StringIO(), threading.excepthook
    try:
        logs.configure("json:info", "web", stream=stream)
        thread = threading.Thread(target=int, args=("no number",))
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
    (line,) = lines(stream)
    assert (line["action"], line["role"], len(line["error_id"])) == ("thread_failed", "web", 8)
    assert "invalid literal" in line["exception"]


def test_libraries_look_alike_and_only_their_warnings_show() -> None:
    stream = io.StringIO()
    logs.configure("json:info", "web", stream=stream)
    logging.getLogger("somebody").info("chatter")
    logging.getLogger("somebody").warning("redis://u:p@host is %s", "gone")
    (line,) = lines(stream)
    assert (line["event"], line["action"], line["role"]) == ("redis://***@host is gone", "library.somebody", "web")


def test_a_line_for_people() -> None:
    stream = io.StringIO()
    logs.configure("info", "inbound", stream=stream)
    structlog.get_logger().warning("it waits", action="folder_wait", name="a b.csv", empty="")
    line = stream.getvalue()
    assert line[12:] == " warning inbound  it waits  action=folder_wait name='a b.csv'\n"


def test_a_name_of_others_stays_on_its_line_and_turns_no_terminal_red() -> None:
    stream = io.StringIO()
    logs.configure("info", "inbound", stream=stream)
    log = structlog.get_logger()
    for name in ("red\x1b[31m.csv", "new\nline and more.csv", "\u202egnp.csv", "half\ud800.csv"):
        log.warning(f"cannot read {name}", action="a", file=name)
    told = stream.getvalue()
    assert len(told.splitlines()) == 4
    assert all(shown in told for shown in ("red\\x1b[31m.csv", "new\\nline and more.csv", "\\u202egnp.csv", "half\\ud800.csv"))
    assert told.isascii()
