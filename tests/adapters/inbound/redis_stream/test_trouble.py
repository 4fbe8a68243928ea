"""What is wrong is said once."""

from __future__ import annotations

import structlog

from adapters.inbound.redis_stream.trouble import Trouble


def test_it_is_said_once_until_it_is_another_or_over() -> None:
    with structlog.testing.capture_logs() as logs:
        trouble = Trouble(structlog.get_logger())
        trouble.over()
        for reason in ("down", "down", "denied", "denied"):
            trouble.failed("stream_unreachable", reason)
        trouble.over()
        trouble.over()
        trouble.failed("stream_unreachable", "down")
    said = [(one["action"], one["event"].partition(";")[0]) for one in logs]
    assert said == [
        ("stream_unreachable", "down"), ("stream_unreachable", "denied"), ("stream_back", "it works again"),
        ("stream_unreachable", "down"),
    ]  # fmt: skip


def test_the_wait_doubles_to_a_bound_and_begins_anew() -> None:
    trouble = Trouble(structlog.get_logger(), first=1.0, longest=4.0)
    waits = [trouble.failed("a", "b") for _ in range(5)]
    for wait, expected in zip(waits, (1, 2, 4, 4, 4), strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    trouble.over()
    assert trouble.failed("a", "b") <= 1.2
