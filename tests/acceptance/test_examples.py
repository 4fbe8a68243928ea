"""The projects under examples/ run, on the files that lie beside them, and their tests pass."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.registry import registry
from adapters.testing.coverage import Watch
from adapters.testing.running import Tests
from examples.demo.crossdock import Crossdock
from router.config.check import check
from router.config.project import read_project
from tests.acceptance.conftest import COMMAND, ROOT
from tests.longer import only_long

DEMO = ROOT / "routes.yaml"
PROJECTS = [*sorted(ROOT.glob("examples/**/routes.yaml")), DEMO]
NOT_SET = "W0302"
Outbox = dict[str, str]


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[Callable[[str], Outbox]]:
    """Runs an example on its sample; what lies in its outbox then."""
    started: list[Crossdock] = []

    def run(name: str) -> Outbox:
        project = tmp_path / name
        shutil.copytree(ROOT / "examples" / name, project)
        running = Crossdock(tmp_path, {"CROSSDOCK_WORKERS": "1"}, project, COMMAND)
        started.append(running)
        running.up(patience=60)
        for sample in (project / "transforms" / "samples").iterdir():
            running.run("send", routes(running)[0], str(sample))
        running.run("status", "--wait-idle", "60s")
        assert running.rows("dlq", "list") == []
        running.run("ledger", "verify")
        return {path.name: path.read_text("utf-8") for path in (project / "outbox").iterdir()}

    yield run
    for one in started:
        one.stop()


def routes(running: Crossdock) -> list[str]:
    return [row["id"] for row in running.rows("routes", "list")]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def folder_of(project: Path) -> str:
    return str(project.parent.relative_to(ROOT))


def loaded(project: Path) -> Tests:
    return Tests(read_project(project, {}), registry(), {}, Watch())


def test_every_example_has_a_page_to_begin_with() -> None:
    folders = {project.relative_to(ROOT).parts[1] for project in PROJECTS[:-1]}
    assert [name for name in sorted(folders) if not (ROOT / "examples" / name / "README.md").is_file()] == []


@pytest.mark.parametrize("project", PROJECTS, ids=folder_of)
def test_every_project_is_without_a_fault_and_its_tests_reach_all_of_it(project: Path) -> None:
    """As `routes check` and `routes test --coverage --fail-under 100` say; secrets alone may be missing."""
    found = check(read_project(project, {}), registry(), {})
    assert {problem.code for problem in found} <= {NOT_SET}, "\n".join(map(str, found))
    tests = loaded(project)
    failed = [result for result in tests.run(tests.all) if not result.passed]
    assert not failed, "\n".join(line for result in failed for line in (result.name, *result.details, *result.trace))
    missed = [point for point, reached in tests.coverage().points if not reached]
    assert not missed or project == DEMO, "\n".join(f"{p.file}:{p.line} {p.what}: {p.missing}" for p in missed)


@pytest.mark.parametrize("project", PROJECTS[:-1], ids=folder_of)
def test_its_readme_names_what_has_to_be_set(project: Path) -> None:
    readme = (ROOT / "examples" / project.relative_to(ROOT).parts[1] / "README.md").read_text("utf-8")
    names = re.findall(r"\$\{(?:secret|env):(\w+)\}", project.read_text("utf-8"))
    assert [name for name in names if name not in readme] == []


def test_a_day_file(ran: Callable[[str], Outbox]) -> None:
    outbox = ran("day-file")
    sales = [json.loads(line) for line in outbox["2010-12-01.ndjson"].splitlines()]
    assert (len(sales), sum(sale["quantity"] for sale in sales)) == (500, 8243)
    assert sum(Decimal(sale["amount"]) for sale in sales) == Decimal("16735.46")
    notes = table(outbox["2010-12-01.credit-notes.csv"])
    assert [note["invoice"] for note in notes] == [sale["invoice"] for sale in sales if sale["quantity"] < 0]
    assert all(note["invoice"].startswith("C") for note in notes)


@only_long
def test_a_file_of_a_mainframe(ran: Callable[[str], Outbox]) -> None:
    rows = table(ran("mainframe")["TRAN2.AUG31.csv"])
    assert len(rows) == 1000
    assert rows[4] == {"currency": "CHF", "id": "0039887123", "company": "Joan Q & Z", "wealth": "true"}


@only_long
def test_parcels(ran: Callable[[str], Outbox]) -> None:
    outbox = ran("parcels")
    assert len(outbox) == 4
    assert json.loads(outbox["3SDMNN0129791.json"]) == {
        "barcode": "3SDMNN0129791", "receiver": {"name": "JAMES BOND", "city": "NIEUWEGEIN", "country": "NE"},
        "arrives": {"from": "2019-11-05T15:45:00", "until": "2019-11-05T18:15:00"}, "grams": 19780,
    }  # fmt: skip


def test_payouts(ran: Callable[[str], Outbox]) -> None:
    rows = table(next(iter(ran("payouts").values())))
    assert len(rows) == 25
    assert rows[0] == {"id": "699519475", "payout": "623721858", "type": "debit", "net": "-50.00", "on": "2020-11-05"}


@only_long
def test_statements(ran: Callable[[str], Outbox]) -> None:
    found = [json.loads(text) for _, text in sorted(ran("statements").items())]
    assert [one["id"] for one in found] == ["253EURNL26VAYB8060476890", "254EURNL26VAYB8060476890"]
    assert found[0]["closing"] == 27.0
