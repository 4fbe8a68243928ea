"""What must never drift in the settings of Celery."""

from __future__ import annotations

import pytest

from adapters.celery.settings import QUEUE, SEND_LIMIT, celery_settings, transport_options


def test_doorbells_are_acked_early_and_leave_no_result() -> None:
    settings = celery_settings("redis://x", 3)
    assert settings["task_acks_late"] is False
    assert settings["task_ignore_result"] is True
    assert settings["result_backend"] is None
    assert settings["worker_concurrency"] == 3
    assert [q.name for q in settings["task_queues"]] == [QUEUE]
    assert all(q.durable for q in settings["task_queues"])
    assert settings["accept_content"] == ["json"]


def test_the_time_limit_is_longer_than_a_shift_and_its_longest_send() -> None:
    assert celery_settings("redis://x", 1)["task_time_limit"] > SEND_LIMIT + 10


def test_the_broker_is_waited_for_without_end() -> None:
    assert celery_settings("amqp://x", 1)["broker_connection_max_retries"] is None


@pytest.mark.parametrize("broker", ["redis://h", "rediss://h", "redis+socket:///x"])
def test_redis_has_timeouts_of_its_own(broker: str) -> None:
    assert transport_options(broker)["socket_timeout"] == 10
    assert transport_options(broker)["priority_steps"] == [0]


def test_amqp_has_no_options_of_redis() -> None:
    assert "visibility_timeout" not in transport_options("amqps://h")
    assert transport_options("amqps://h")["confirm_publish"] is False
