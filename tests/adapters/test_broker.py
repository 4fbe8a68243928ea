"""The embedded broker: where it listens, how it is set up, and that it runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters import broker


def test_it_listens_under_var_where_the_path_is_short() -> None:
    assert broker.socket_path(Path("/srv/shop/var")) == Path("/srv/shop/var/broker/valkey.sock")
    assert broker.url(Path("/srv/my shop/var")) == "redis+socket:///srv/my%20shop/var/broker/valkey.sock"


def test_a_long_path_gets_a_short_private_folder_that_stays(tmp_path: Path) -> None:
    var = tmp_path / ("deep" * 30)
    path = broker.socket_path(var)
    assert len(os.fsencode(path)) <= broker.LONGEST_SOCKET
    assert path == broker.socket_path(var)
    assert path != broker.socket_path(var / "other")
    broker.prepare(var)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.rmdir()


def test_a_short_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    var = tmp_path / ("deep" * 30)
    place = broker.socket_path(var).parent
    place.mkdir(mode=0o755)
    try:
        with pytest.raises(broker.BrokerError, match="not a private folder"):
            broker.prepare(var)
    finally:
        place.rmdir()


def test_a_link_in_place_of_the_short_folder_is_refused(tmp_path: Path) -> None:
    var = tmp_path / ("deep" * 30)
    place = broker.socket_path(var).parent
    place.symlink_to(tmp_path)
    try:
        with pytest.raises(broker.BrokerError, match="not a private folder"):
            broker.prepare(var)
    finally:
        place.unlink()


def test_it_listens_on_no_port_and_drops_nothing(tmp_path: Path) -> None:
    server, conf = broker.prepare(tmp_path)
    assert os.access(server, os.X_OK)
    lines = Path(conf).read_text().splitlines()
    assert {"port 0", "appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction", 'save ""'} <= set(lines)


def test_it_answers(broker_var: Path, tmp_path: Path) -> None:
    assert broker.answers(broker_var)
    assert not broker.answers(tmp_path)


def test_what_it_stored_can_be_thrown_away(tmp_path: Path) -> None:
    stored = broker.folder(tmp_path) / "appendonlydir"
    stored.mkdir(parents=True)
    (stored / "a").write_text("garbage")
    broker.forget(tmp_path)
    assert not stored.exists()
    broker.forget(tmp_path)
