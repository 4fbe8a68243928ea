from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters import inspection
from adapters.node import holding
from adapters.outbound.folder.kind import FolderKind
from adapters.settings import Settings, load
from router.errors import Unreachable
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


class Kind:
    """Lets `shop` in."""

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        if name == "odd":
            raise ValueError("url: write it as http://host")
        if name != "shop":
            raise Unreachable("erp.example refused the login")
        return "erp.example"


def test_each_system_is_visited_and_what_is_none_is_not(tmp_path: Path) -> None:
    connections = {id: Connection(id, "http", {"url": "http://erp.example"}) for id in ("shop", "bus", "odd")}
    connections |= {"unset": Connection("unset", "http", {"url": "http://h", "auth": {"bearer": "${secret:TOKEN}"}})}
    table = Table(1, {}, {**connections, "out": place(tmp_path), "new": Connection("new", "ftp", {})}, {})
    found = inspection.visited(table, {"http": Kind(), "folder": FolderKind()})  # type: ignore[dict-item]
    assert [(f.what, f.verdict, f.found) for f in found] == [
        ("connection shop", "good", "erp.example lets us in"),
        ("connection bus", "bad", "erp.example refused the login"),
        ("connection odd", "bad", "url: write it as http://host"),
        ("connection unset", "fair", "its auth has a reference that is not set here"),
    ]
    assert found[1].advice == "start it, open the way to it, or correct connections.bus; nothing is lost meanwhile"


def test_what_is_examined_of_a_project(settings: Settings, tmp_path: Path) -> None:
    table = Table(1, {}, {"out": place(tmp_path)}, {})
    free = replace(settings, http="127.0.0.1:0", admin="127.0.0.1:0")
    assert [f.what for f in inspection.surroundings(free, table)] == ["folder out", "port http", "port admin"]
    assert [f.what for f in inspection.surroundings(free, None)] == ["port http", "port admin"]
