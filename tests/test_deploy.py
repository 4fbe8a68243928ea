"""What lies in `deploy/` fits the program: commands, settings, ports and paths, read as far as that goes without engines."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from adapters.commands import COMMANDS
from adapters.commands.lazy import LazyGroup
from adapters.pulse import PATIENCE
from adapters.settings import OPTIONS, load
from adapters.supervisor import DRAIN

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ROLES = ("web", "inbound", "worker-1", "worker-2")
VARIABLES = {option.variable for option in OPTIONS}
PASSWORDS = {"POSTGRES_PASSWORD": "pg-secret", "RABBITMQ_PASSWORD": "mq-secret"}


def services() -> dict[str, Any]:
    """As compose reads it, with the passwords in their places."""

    def filled(text: str) -> str:
        for name, value in PASSWORDS.items():
            text = re.sub(r"\$\{" + name + r":\?[^}]*\}", value, text)
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)

    found: dict[str, Any] = YAML(typ="safe").load(filled((DEPLOY / "compose.yaml").read_text("utf-8")))
    return {**found["services"], "/volumes": found["volumes"]}


def verb(words: list[str]) -> click.Command:
    """The command that the words name; fails where there is none."""
    found: click.Command = LazyGroup("crossdock", COMMANDS)
    context = click.Context(found)
    for word in words:
        assert isinstance(found, click.Group), words
        next_one = found.get_command(context, word)
        assert next_one is not None, f"there is no command {' '.join(words)}"
        found = next_one
    return found


@pytest.mark.parametrize("name", ROLES)
def test_each_service_runs_a_command_with_settings_that_hold(name: str, tmp_path: Path) -> None:
    service = services()[name]
    verb(service["command"])
    given = service["environment"]
    assert set(given) <= VARIABLES
    settings = load({}, {**given, "CROSSDOCK_VAR": str(tmp_path)}, tmp_path)
    assert settings.ledger == "postgresql://crossdock:pg-secret@postgresql/crossdock"
    assert settings.broker == "amqp://crossdock:mq-secret@rabbitmq:5672/"
    assert {"postgresql", "rabbitmq"} == set(service["depends_on"]) <= set(services())
    assert (service["restart"], seconds(service["stop_grace_period"]) > DRAIN, service["init"]) == ("always", True, True)


def test_passwords_are_the_same_on_both_sides_and_every_service_is_looked_after() -> None:
    found = services()
    assert found["postgresql"]["environment"]["POSTGRES_PASSWORD"] == "pg-secret"
    assert found["rabbitmq"]["environment"]["RABBITMQ_DEFAULT_PASS"] == "mq-secret"
    assert all("healthcheck" in service for name, service in found.items() if name != "/volumes")


def test_no_two_processes_share_a_var_and_the_doors_are_where_the_program_listens() -> None:
    found = services()
    homes = [next(v.split(":")[0] for v in found[name]["volumes"] if v.endswith(":/var/lib/crossdock")) for name in ROLES]
    assert len(set(homes)) == len(ROLES)
    assert set(homes) <= set(found["/volumes"])
    web = found["web"]
    port = web["environment"]["CROSSDOCK_HTTP"].rpartition(":")[2]
    admin = web["environment"]["CROSSDOCK_ADMIN"].rpartition(":")[2]
    assert web["ports"] == [f"8080:{port}"]
    assert f"127.0.0.1:{admin}/readyz" in web["healthcheck"]["test"][-1]
    assert not any(admin in published for published in web["ports"]), "the admin side has no login"


def test_the_image_copies_what_is_there_and_starts_what_exists() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert len(copied) > 3
    assert all((ROOT / word).exists() for word in copied)
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert kept == set(copied)
    assert {name for line in lines for name in re.findall(r"CROSSDOCK_\w+", line)} <= VARIABLES
    command = next(line for line in lines if line.startswith("CMD "))
    verb(re.findall(r'"(\w+)"', command))


def test_the_sample_names_settings_that_exist_and_holds_no_password() -> None:
    text = (DEPLOY / "crossdock.env.sample").read_text("utf-8")
    given = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert {name for name in given if name.startswith("CROSSDOCK_")} <= VARIABLES
    assert all(given[name] == "" for name in PASSWORDS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_each_unit_runs_a_command_and_waits_for_its_end(unit: Path) -> None:
    service = settings_of(unit)
    words = service["ExecStart"].split()
    assert words[0] == "/opt/crossdock/bin/crossdock"
    verb(words[1 : words.index("--var")])
    assert words[words.index("--var") + 1] == f"/var/lib/{service['StateDirectory']}"
    assert float(service["TimeoutStopSec"]) > DRAIN
    assert float(service["WatchdogSec"]) > PATIENCE
    assert (service["Restart"], service["KillMode"], service["NoNewPrivileges"]) == ("always", "mixed", "yes")


def test_units_have_a_var_each() -> None:
    assert len(UNITS) == 4
    assert len({settings_of(unit)["StateDirectory"] for unit in UNITS}) == 4


def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not here (Debian: apt-get install systemd)")
    copies = []
    for unit in UNITS:
        copies.append(tmp_path / unit.name.replace("@.", "@1."))
        # The program is not installed where the units expect it.
        copies[-1].write_text(unit.read_text("utf-8").replace("/opt/crossdock/bin/crossdock", "/bin/true"), "utf-8")
    done = subprocess.run([tool, "verify", *map(str, copies)], capture_output=True, text=True, check=False, timeout=60)
    said = [line for line in done.stderr.splitlines() if "crossdock" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def settings_of(unit: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, "utf-8")
    return dict(parser["Service"])


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))
