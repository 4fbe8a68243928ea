"""What must never drift in the settings of Celery."""

from __future__ import annotations

import ssl

import pytest

from adapters.celery.settings import QUEUE, SEND_LIMIT, celery_settings, connection_options
from router.shift import GRACE, OVERTIME, SHIFT


def test_doorbells_are_acked_early_and_leave_no_result() -> None:
    settings = celery_settings("redis://x", 3)
    assert settings["task_acks_late"] is False
    assert settings["task_ignore_result"] is True
    assert settings["result_backend"] is None
    assert settings["worker_concurrency"] == 3
    assert [q.name for q in settings["task_queues"]] == [QUEUE]
    assert all(q.durable for q in settings["task_queues"])
    assert settings["accept_content"] == ["json"]


def test_the_time_limit_is_longer_than_a_shift_its_overtime_and_its_longest_send() -> None:
    assert celery_settings("redis://x", 1)["task_time_limit"] > SHIFT + OVERTIME + GRACE + SEND_LIMIT


def test_the_broker_is_waited_for_without_end() -> None:
    assert celery_settings("amqp://x", 1)["broker_connection_max_retries"] is None


@pytest.mark.parametrize("broker", ["redis://h", "rediss://h", "redis+socket:///x"])
def test_redis_has_timeouts_of_its_own(broker: str) -> None:
    options = connection_options(broker)["transport_options"]
    assert (options["socket_timeout"], options["priority_steps"]) == (10, [0])


def test_amqp_has_no_options_of_redis() -> None:
    options = connection_options("amqps://h")["transport_options"]
    assert "visibility_timeout" not in options
    assert options["confirm_publish"] is False


def test_certificates_are_verified_whatever_the_driver_would_do() -> None:
    settings = celery_settings("rediss://:p%2Fw@h:6390/2?ssl_ca_certs=/ca.pem", 1)
    assert settings["broker_url"] == "rediss://:p%2Fw@h:6390/2"
    assert settings["broker_use_ssl"] == {
        "ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, "ssl_ca_certs": "/ca.pem",
    }  # fmt: skip
    found = connection_options("amqps://u:p@h/v?cacertfile=/ca.pem")
    assert found["url"] == "amqps://u:p@h:5671/v"
    assert found["use_ssl"] == {"server_hostname": "h", "ca_certs": "/ca.pem", "cert_reqs": ssl.CERT_REQUIRED}
    assert connection_options("amqp://h")["use_ssl"] is connection_options("redis://h")["use_ssl"] is False


def test_a_certificate_of_ours_may_be_all_that_says_who_we_are() -> None:
    url = "amqps://h/?cacertfile=/ca.pem&certfile=/c.pem&keyfile=/k.pem"
    assert connection_options(url)["login_method"] == "EXTERNAL"
    assert connection_options(url.replace("h/?", "u:p@h/?"))["login_method"] is None
