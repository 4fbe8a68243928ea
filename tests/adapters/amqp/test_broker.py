"""The address of a broker, and that it never shows who we are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.amqp.broker import Broker, broker_of


@pytest.mark.parametrize(("url", "broker"), [
    ("amqp://shop:s3cret@mq.test/erp", Broker("mq.test", 5672, "erp", "shop", "s3cret")),
    ("amqp://mq.test", Broker("mq.test", 5672, "/", "guest", "guest")),
    ("amqp://mq.test:5999/", Broker("mq.test", 5999, "/", "guest", "guest")),
    ("amqp://a%40b:p%2Fw%3A@mq.test/%2Ferp", Broker("mq.test", 5672, "/erp", "a@b", "p/w:")),
    ("amqp://[::1]:5673/v", Broker("::1", 5673, "v", "guest", "guest")),
    ("amqps://shop:x@mq.test/?heartbeat=5", Broker("mq.test", 5671, "/", "shop", "x", {"server_hostname": "mq.test"})),
])  # fmt: skip
def test_an_address_is_read(url: str, broker: Broker) -> None:
    assert broker_of(url) == broker


def test_files_of_tls_come_from_the_address() -> None:
    broker = broker_of("amqps://mq.test/v?cacertfile=/etc/ca.pem&certfile=/etc/us.pem&keyfile=/etc/us.key&verify=no")
    assert broker.tls == {
        "server_hostname": "mq.test", "ca_certs": "/etc/ca.pem", "certfile": "/etc/us.pem", "keyfile": "/etc/us.key",
    }  # fmt: skip
    assert broker.by_certificate
    assert not broker_of("amqps://shop@mq.test/?certfile=/etc/us.pem").by_certificate


def test_files_of_tls_start_at_the_project_folder() -> None:
    broker = broker_of("amqps://mq.test/v?cacertfile=certs/ca.pem&keyfile=/etc/us.key", Path("/srv/shop"))
    assert broker.files == {"cacertfile": "/srv/shop/certs/ca.pem", "keyfile": "/etc/us.key"}
    assert broker_of("amqps://mq.test/v?cacertfile=ca.pem").files == {"cacertfile": "ca.pem"}
    assert broker_of("amqp://mq.test/v?cacertfile=ca.pem", Path("/srv/shop")).files == {}


@pytest.mark.parametrize("url", ["http://mq.test", "amqp://", "mq.test", "amqp:///v"])
def test_what_is_no_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="amqp://user:password@host/vhost"):
        broker_of(url)


def test_the_label_and_the_repr_hide_who_we_are() -> None:
    broker = broker_of("amqps://shop:s3cret@mq.test/erp")
    assert broker.label == "amqps://mq.test:5671/erp"
    assert broker_of("amqp://[::1]/").label == "amqp://[::1]:5672/"
    assert "s3cret" not in repr(broker)
    assert "shop" not in repr(broker)
