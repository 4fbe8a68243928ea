"""Where settings come from, which comes first, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.settings import OPTIONS, Settings, SettingsError, load


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def test_defaults_lie_in_the_project_folder(project: Path) -> None:
    settings = load({"config": "shop/routes.yaml"}, {}, project.parent)
    assert (settings.project, settings.config, settings.var) == (project, project / "routes.yaml", project / "var")
    assert (settings.broker, settings.ledger, settings.http, settings.admin) == (
        "embedded", "sqlite", "127.0.0.1:8080", "127.0.0.1:8081",
    )  # fmt: skip
    assert settings.secrets is None
    assert settings.workers >= 1
    assert settings.child_memory == 1 << 30


def test_an_option_comes_before_the_environment_before_dotenv(project: Path) -> None:
    (project / ".env").write_text("CROSSDOCK_HTTP=0.0.0.0:1\nCROSSDOCK_ADMIN='0.0.0.0:2'\nCROSSDOCK_WORKERS=3\n")
    environ = {"CROSSDOCK_HTTP": "0.0.0.0:11", "CROSSDOCK_ADMIN": "0.0.0.0:12"}
    settings = load({"http": "0.0.0.0:21"}, environ, project)
    assert (settings.http, settings.admin, settings.workers) == ("0.0.0.0:21", "0.0.0.0:12", 3)


def test_paths_start_where_they_were_written(project: Path) -> None:
    (project / ".env").write_text("CROSSDOCK_SECRETS=keys\n")
    settings = load({"config": "shop/routes.yaml", "var": "here"}, {}, project.parent)
    assert settings.var == project.parent / "here"
    assert settings.secrets == project / "keys"


def test_the_config_may_stand_in_dotenv(project: Path) -> None:
    (project / ".env").write_text("CROSSDOCK_CONFIG=shop.yaml\n")
    assert load({}, {}, project).config == project / "shop.yaml"


def test_an_empty_variable_counts_as_not_given(project: Path) -> None:
    assert load({}, {"CROSSDOCK_HTTP": ""}, project).http == "127.0.0.1:8080"


def test_the_environment_for_a_child_says_the_same_from_anywhere(project: Path) -> None:
    given = {"ledger": "sqlite:///l.db", "workers": "3", "secrets": "keys", "child_memory": "512MiB", "log": "error"}
    settings = load(given, {}, project)
    assert settings.ledger == f"sqlite:///{project / 'l.db'}"
    assert load({}, settings.environment(), Path("/")) == settings


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("http", "8080", "HOST:PORT"),
        ("admin", "127.0.0.1:99999", "HOST:PORT"),
        ("workers", "-1", "whole number"),
        ("workers", "two", "whole number"),
        ("log", "loud", "json:info"),
        ("log", "xml:info", "json:info"),
        ("ledger", "mysql://x", "sqlite:///PATH"),
        ("ledger", "postgresql://", "postgresql://USER"),
        ("child_memory", "1GB", "64KiB"),
        ("child_memory", "64MiB", "at least 128MiB"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write(
    project: Path, name: str, value: str, hint: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: value}, {}, project)
    assert caught.value.reason.startswith("--" + name.replace("_", "-"))
    assert hint in caught.value.reason


def test_who_gave_a_bad_value_is_named(project: Path) -> None:
    (project / ".env").write_text("CROSSDOCK_WORKERS=many\n")
    with pytest.raises(SettingsError, match=r"CROSSDOCK_WORKERS in \.env: 'many'"):
        load({}, {}, project)
    with pytest.raises(SettingsError, match=r"CROSSDOCK_WORKERS: 'lots'"):
        load({}, {"CROSSDOCK_WORKERS": "lots"}, project)


def test_a_broken_broker_address_is_refused_without_its_password(project: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load({"broker": "kafka://user:hunter2@host"}, {}, project)
    assert "'kafka' cannot be used as a broker: write embedded" in caught.value.reason
    assert "hunter2" not in caught.value.reason


def test_every_setting_is_declared_once() -> None:
    assert len({o.name for o in OPTIONS}) == len(OPTIONS)
    assert {o.name for o in OPTIONS} == set(Settings.__dataclass_fields__) - {"project"}
    assert {o.variable for o in OPTIONS} >= {"CROSSDOCK_LEDGER_URL", "CROSSDOCK_BROKER_URL", "CROSSDOCK_HTTP"}


def test_the_ledger_lies_under_var_or_where_its_address_says(project: Path) -> None:
    assert load({}, {}, project).ledger_path == project / "var/ledger.db"
    assert load({"ledger": "sqlite:///here.db"}, {}, project).ledger_path == project / "here.db"
