"""Addresses of queues, streams and databases."""

from __future__ import annotations

import pytest

from router.config.schema.systems import files_of
from tests.router.config.desk import Desk, brief

ERP = 'erp: {type: http, url: "http://erp.test"}'


@pytest.mark.parametrize(
    ("text", "code", "path", "hint"),
    [
        ("amqp, url: 'http://x'", "E0204", ".url", ""),
        ("amqp, url: 'amqp://'", "E0204", ".url", ""),
        ("redis, url: 'redis:///0'", "E0204", ".url", ""),
        ("redis, url: 'redis://h:x'", "E0204", ".url", ""),
        ("redis, url: 'redis://h/first'", "E0204", ".url", "redis://host:6379/0"),
        ("redis, url: 'redis://h/1?socket_timeout=1'", "E0204", ".url", "known are db, ssl_ca_certs"),
        ("sql, url: 'mysql://h/d'", "E0204", ".url", ""),
        ("sql, url: 'sqlite://x.db'", "E0204", ".url", "sqlite:///FILE"),
        ("sql", "E0202", ".url", ""),
        ("redis, url: 'redis://h', auth: {bearer: x}", "E0201", ".auth", ""),
        ("amqp, url: 'amqp://h', timeout: 3m", "E0204", ".timeout", ""),
    ],
)
def test_a_wrong_system(desk: Desk, text: str, code: str, path: str, hint: str) -> None:
    problems = desk.head(ERP, f"erp: {{type: {text}}}")
    [problem] = [p for p in problems if p.level == "error" and p.path.startswith("connections")]
    assert (problem.code, problem.line, problem.path) == (code, 5, f"connections.erp{path}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "amqp, url: 'amqps://user@h:5671/shop', in_flight: 4, rate: 5/s, breaker: {open_after: 2}",
        "redis, url: 'unix:///run/redis.sock'",
        "redis, url: 'rediss://h/3', timeout: 2s",
        "redis, url: 'rediss://h?db=3&ssl_ca_certs=certs/ca.pem'",
        "sql, url: 'sqlite:///data/dwh.db'",
        "sql, url: 'postgres://h/d', about: the warehouse, owner: data",
    ],
)
def test_a_sound_system(desk: Desk, text: str) -> None:
    (desk.folder / "certs").mkdir()
    (desk.folder / "certs/ca.pem").write_text("")
    problems = desk.head(ERP, f"erp: {{type: {text}}}")
    assert not [p for p in problems if p.path.startswith("connections")]


@pytest.mark.parametrize("text", ["redis, url: 'redis://me:hush@h:x'", "redis, url: 'redis://me:hush@h?x=1'"])
def test_a_password_in_an_address_that_is_wrong_elsewhere_is_not_shown(desk: Desk, text: str) -> None:
    problems = desk.head(ERP, f"erp: {{type: {text}}}")
    assert ("E0204", "connections.erp.url") in [(p.code, p.path) for p in problems]
    assert not any("hush" in p.message for p in problems)


def test_a_password_is_not_shown(desk: Desk) -> None:
    problems = desk.head(ERP, "erp: {type: amqp, url: 'http://me:hush@h'}")
    assert ("E0204", 5, 26, "connections.erp.url") in brief(problems)
    assert not any("hush" in p.message for p in problems)


@pytest.mark.parametrize(
    ("url", "files"),
    [
        ("amqps://h/?heartbeat=5&cacertfile=a%20b.pem&verify=no", {"cacertfile": "a b.pem"}),
        ("rediss://h/3?ssl_certfile=c.pem&ssl_keyfile=k.pem&db=1", {"ssl_certfile": "c.pem", "ssl_keyfile": "k.pem"}),
        ("postgresql://a,b:5433/d?sslrootcert=c+d.pem&sslmode=require", {"sslrootcert": "c+d.pem"}),
        ("postgresql://h/d?sslrootcert=system&sslkey=engine:k", {}),
        ("redis://h/?ssl_ca_certs=a.pem", {}),
        ("amqp://h/?cacertfile=a.pem", {}),
        ("amqps://h/?cacertfile=", {}),
        ("", {}),
    ],
)
def test_files_that_an_address_names(url: str, files: dict[str, str]) -> None:
    assert files_of(url) == files
