"""The address of a broker: what may be written, and that no password is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.brokers.address import address_of, settled


@pytest.mark.parametrize(
    ("url", "label", "bare"),
    [
        ("redis://h", "redis://h:6379/0", "redis://h:6379/0"),
        ("redis://:p%2Fw@h:1/3", "redis://h:1/3", "redis://:p%2Fw@h:1/3"),
        ("rediss://u:p@h/?ssl_ca_certs=/ca", "rediss://h:6379/0", "rediss://u:p@h:6379/0"),
        ("amqp://h", "amqp://h:5672/", "amqp://h:5672/%2F"),
        ("amqp://u:p@h//", "amqp://h:5672/", "amqp://u:p@h:5672/%2F"),
        ("amqp://u:p@[::1]/a%2Fb?heartbeat=9", "amqp://[::1]:5672/a%2Fb", "amqp://u:p@[::1]:5672/a%2Fb"),
        ("amqps://u:p@h/v?cacertfile=/ca", "amqps://h:5671/v", "amqps://u:p@h:5671/v"),
        ("redis+socket:///run/a%20b.sock", "redis+socket:///run/a b.sock", "redis+socket:///run/a%20b.sock"),
        ("redis+socket://:pw@/x?virtual_host=2", "redis+socket:///x", "redis+socket://:pw@/x?virtual_host=2"),
    ],
)
def test_what_is_shown_and_what_the_driver_gets(url: str, label: str, bare: str) -> None:
    found = address_of(url)
    assert (found.label, found.bare) == (label, bare)
    assert address_of(found.bare).bare == bare
    assert "p" not in [found.user, found.password] or "pw" not in repr(found)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("kafka://u:hunter2@h", "write embedded, redis://"),
        ("hunter2", "write embedded, redis://"),
        ("redis://:hunter2@/0", "there is no host"),
        ("amqp://u:hunter2@", "there is no host"),
        ("amqp://u:hunter2@h:port/", "the port is no number"),
        ("redis://:hunter2@h:99999/0", "the port is no number"),
        ("redis://:hunter2@h/name", "number of a database"),
        ("rediss://:hunter2@h/0?ssl_cert_reqs=none", "ssl_cert_reqs is unknown"),
        ("redis://:hunter2@h/0?ssl_ca_certs=x", "with rediss://"),
        ("amqp://u:hunter2@h/?cacertfile=x", "write amqps://"),
        ("redis+socket://", "there is no path"),
        ("redis+socket://host/x", "there is no path"),
    ],
)
def test_what_cannot_be_used_is_said_without_what_is_secret(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        address_of(url)
    assert "hunter2" not in str(caught.value)


def test_files_of_tls_start_at_the_folder_of_who_wrote_them(tmp_path: Path) -> None:
    url = "amqps://u:p%40@h/v?heartbeat=9&cacertfile=ca.pem&keyfile=/abs/k.pem"
    assert settled(url, tmp_path) == f"amqps://u:p%40@h/v?heartbeat=9&cacertfile={tmp_path}/ca.pem&keyfile=/abs/k.pem"
    assert settled("amqp://u:p@h/v?heartbeat=9", tmp_path) == "amqp://u:p@h/v?heartbeat=9"
