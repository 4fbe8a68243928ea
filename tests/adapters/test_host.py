"""The parts of a host: their command lines and what they are told."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters import broker, host
from adapters.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({}, {}, tmp_path)


def test_a_child_is_run_by_path_so_that_no_working_folder_comes_before_ours(settings: Settings) -> None:
    part = host.role_part(settings, "web")
    assert list(part.command) == [sys.executable, str(Path(host.__file__).parents[1] / "cli.py"), "run", "web"]
    assert Path(part.command[1]).is_file()


def test_a_child_gets_the_settled_settings_and_the_address_of_the_broker(settings: Settings) -> None:
    told = host.environment(settings)
    assert told["CROSSDOCK_BROKER_URL"] == broker.url(settings.var)
    assert load({}, told, Path("/")).var == settings.var
    assert told["CROSSDOCK_SUPERVISED"] == "1"


def test_an_outside_broker_is_not_waited_for(tmp_path: Path) -> None:
    settings = load({"broker": "redis://broker/0"}, {}, tmp_path)
    assert host.environment(settings)["CROSSDOCK_BROKER_URL"] == "redis://broker/0"
    assert host.role_part(settings, "worker").needs == ("prepare",)


def test_roles_wait_for_the_embedded_broker_and_end_before_it(settings: Settings) -> None:
    parts = [host.role_part(settings, role) for role in host.STAGES]
    assert {p.needs for p in parts} == {("broker",)}
    assert {p.name: p.stage for p in parts} == {"web": 0, "inbound": 0, "worker": 1}
    broker_part = host.broker_part(settings, 0)
    assert (broker_part.stage, broker_part.needs) == (2, ("prepare",))


def test_a_broker_that_never_starts_forgets_what_it_stored(settings: Settings) -> None:
    part = host.broker_part(settings, 0)
    stored = broker.folder(settings.var) / "appendonlydir"
    stored.mkdir()
    part.troubled(1)
    assert stored.exists()
    part.troubled(2)
    assert not stored.exists()


def test_what_the_roles_import_is_loaded_before_they_are_forked(tmp_path: Path, settings: Settings) -> None:
    assert host.role_part(settings, "web").work is not None
    assert host.prepare_part(settings).work is not None
    assert host.broker_part(settings, 0).work is None, "it is another program"
    embedded = host.modules(settings, ["web", "worker"])
    assert {"adapters.commands.run.web", "adapters.commands.run.prepare", "kombu.transport.redis"} <= {*embedded}
    far = load({"broker": "amqp://broker/", "ledger": "postgresql://ledger/x"}, {}, tmp_path)
    assert {"kombu.transport.pyamqp", "adapters.ledger.postgresql.ledger"} <= {*host.modules(far, ["web"])}
    assert all(find_spec(name) for name in (*embedded, *host.modules(far, ["web"])))
