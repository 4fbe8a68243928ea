from __future__ import annotations

import errno
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import inspection
from adapters.node import holding
from adapters.settings import Settings, load
from router.route import Connection, Table


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({}, {}, tmp_path)


def place(path: Path) -> Connection:
    return Connection("out", "folder", {"path": str(path)})


def test_a_folder_that_is_there_or_can_be_made_is_good(tmp_path: Path) -> None:
    there = inspection.folder(place(tmp_path))
    assert (there.verdict, there.what) == ("good", "folder out")
    assert "GiB free" in there.found
    missing = inspection.folder(place(tmp_path / "a" / "b"))
    assert missing.verdict == "good"
    assert "is made when it is needed" in missing.found
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_bad(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    found = inspection.folder(place(tmp_path / "a" / "b"))
    assert (found.verdict, found.found) == ("bad", f"{tmp_path / 'a'} is no folder")


def test_a_folder_without_the_right_to_write_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = inspection.folder(place(tmp_path))
    assert (found.verdict, found.advice) == ("bad", f"chown it to {os.getuid()}, or correct connections.out")


def test_a_port_is_free_or_ours_or_another_one_has_it(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        other = inspection.port(settings, "http", address)
        with holding(settings.var, "web"):
            ours = inspection.port(settings, "http", address)
    free = inspection.port(settings, "http", address)
    assert [f.verdict for f in (other, ours, free)] == ["bad", "good", "good"]
    assert other.found == f"{address} is in use by another process"
    assert inspection.port(settings, "admin", "127.0.0.1:0").verdict == "good"


def test_an_address_of_another_host_is_bad(settings: Settings) -> None:
    found = inspection.port(settings, "http", "192.0.2.1:8080")
    assert (found.verdict, found.found) == ("bad", f"192.0.2.1:8080: {os.strerror(errno.EADDRNOTAVAIL)}")


def test_a_system_is_reached_or_not_and_its_password_is_not_shown(settings: Settings, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        url = f"amqp://user:s3cret@127.0.0.1:{port}/shop"
        table = Table(1, {}, {"bus": Connection("bus", "amqp", {"url": url}), "out": place(tmp_path)}, {})  # no url, no try
        (there,) = inspection.reached(table, tmp_path)
    (gone,) = inspection.reached(table, tmp_path)
    assert (there.verdict, there.found) == ("good", f"127.0.0.1:{port} can be reached")
    assert (gone.verdict, gone.found) == ("bad", f"127.0.0.1:{port}: Connection refused")
    assert "s3cret" not in repr((there, gone))


@pytest.mark.parametrize(
    ("url", "verdict", "found"),
    [
        ("${secret:BUS_URL}", "fair", "its url has a reference that is not set here"),
        ("redis://[half", "fair", "its url has no host that can be tried"),
        ("unix:///nowhere/redis.sock", "bad", "/nowhere/redis.sock: No such file or directory"),
        ("sqlite:///shop.db", "good", "/shop.db can be written"),
        ("sqlite:////nowhere/shop.db", "good", "/nowhere/shop.db can be written"),
    ],
)
def test_addresses_of_every_kind(tmp_path: Path, url: str, verdict: str, found: str) -> None:
    reached = inspection.reach("dwh", url, tmp_path)
    assert reached.verdict == verdict
    assert reached.found.endswith(found)


def test_a_database_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert inspection.reach("dwh", "sqlite:///shop.db", tmp_path).verdict == "bad"


def test_what_is_examined_of_a_project(settings: Settings, tmp_path: Path) -> None:
    table = Table(1, {}, {"out": place(tmp_path)}, {})
    free = replace(settings, http="127.0.0.1:0", admin="127.0.0.1:0")
    assert [f.what for f in inspection.surroundings(free, table)] == ["folder out", "port http", "port admin"]
    assert [f.what for f in inspection.surroundings(free, None)] == ["port http", "port admin"]
