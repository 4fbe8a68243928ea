"""The test tree mirrors the source: a feature's test is found by the feature's name."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("router", "transforms", "adapters")
CONTENT = ("schemas", "maps", "templates", "layouts", "samples", "python")
SMALL = 30
"""Lines up to which a file needs no test of its own: there is nothing in it to decide."""

DECLARATIONS = "declarations only; what uses them is tested"
SUITES = {
    "router/ledger": "adapters/ledger/sqlite/test_ledger.py",
    "adapters/ledger/sqlite": "adapters/ledger/sqlite/test_ledger.py",
    "adapters/ledger/sql": "adapters/ledger/sqlite/test_ledger.py",
    "adapters/ledger/postgresql": "integration/test_ledger_postgresql.py",
    "transforms/codecs/csv": "transforms/codecs/test_codecs.py",
    "transforms/types": "transforms/types/test_checker.py",
}
"""Rooms whose files are parts of one port or body, held by a contract suite as a whole."""
SCENARIOS = (
    "adapters/commands/test_help.py", "adapters/inbound/folder/test_folder_crash.py", "transforms/types/test_sound_projects.py",
    "transforms/types/test_soundness.py",
)  # fmt: skip
"""Tests of a whole room that are named by what happens in it."""
DELIVERY = "tests/router/test_deliver.py goes through it with every way that a delivery can end"
COLLECTING = "tests/router/test_collect.py goes through it, with owners that die and records that come late"
MISTAKEN = "tests/adapters/testing/test_testing_mistakes.py makes every mistake that it knows"
MOVING = "tests/integration/test_ledger_moving.py types its commands, on both engines"
ELSEWHERE = {
    "router/config/stop.py": "tests/router/config/test_syntax.py looks at what is made of it",
    "router/ports.py": "protocols only; tests/contracts holds every adapter to them",
    "router/browse.py": "the port; tests/contracts holds every ledger to it",
    "router/errors.py": DECLARATIONS,
    "router/route.py": DECLARATIONS,
    "router/jobs.py": DECLARATIONS,
    "router/registry.py": DECLARATIONS,
    "router/config/types.py": DECLARATIONS,
    "adapters/inbound/folder/ports.py": DECLARATIONS,
    "router/delivery/feed.py": DELIVERY,
    "router/testing/case.py": DECLARATIONS,
    "router/config/route_tests.py": MISTAKEN,
    "router/config/bodies_of_tests.py": MISTAKEN,
    "router/config/schema/route_tests.py": MISTAKEN,
    "adapters/targets.py": "part of the composition root: tests/acceptance sends by each adapter that it names",
    "router/config/walk.py": "every rule of tests/router/config walks by it",
    "router/delivery/outcomes.py": DELIVERY,
    "router/delivery/flights.py": DELIVERY,
    "router/delivery/output.py": COLLECTING,
    "router/delivery/writing.py": COLLECTING,
    "router/processing/sorting.py": "what tests/router/test_process.py looks at is made by it",
    "router/delivery/units.py": DELIVERY,
    "router/processing/records.py": "tests/router/test_process.py and test_collect.py split messages in all ways",
    "adapters/commands/project.py": "every command goes through it",
    "adapters/sources.py": "part of the composition root: tests/acceptance runs each source that it names",
    "adapters/ledger/opening.py": "part of the composition root: tests/integration opens both engines by it",
    "adapters/ledger/moving.py": MOVING,
    "adapters/commands/ledger_moving.py": MOVING,
    "adapters/app.py": "the composition root: every command and every process goes through it",
    "adapters/wiring.py": "the composition root: tests/acceptance and the demo run what it puts together",
}
"""Source files whose test stands elsewhere, with the reason."""


def is_content(path: Path) -> bool:
    """What integration engineers write is tested by its routes, and an example of a project by the commands."""
    return (path.parts[0] == "transforms" and path.parts[1] in CONTENT) or "scaffold" in path.parts


def sources() -> list[Path]:
    found = [path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted(path for path in found if not is_content(path))


def written_tests() -> list[Path]:
    found = [path.relative_to(ROOT / "tests") for room in ROOMS for path in (ROOT / "tests" / room).rglob("test_*.py")]
    return sorted(found)


def names(path: Path) -> set[str]:
    """`adapters/ledger/sqlite/lanes.py` is tested by `test_lanes.py`, `test_sqlite_lanes.py`, `test_ledger_…` or one
    that says more behind it (`test_lanes_late_owner.py`); a package by `test_sqlite.py` too."""
    own = path.parent.name if path.stem == "__init__" else path.stem
    return {own, f"{path.parent.name}_{own}", f"{own}_{path.parent.name}"}


def belongs(test: Path, source: Path) -> bool:
    subject = test.stem.removeprefix("test_")
    folder = source.parent if source.stem != "__init__" else source.parent.parent
    here = test.parent in (folder, source.parent, source.with_suffix(""))
    return here and any(subject == name or subject.startswith(f"{name}_") for name in names(source))


def covers_folder(test: Path, folder: Path) -> bool:
    """Whether a test goes through the door of a room: `test_csv….py` for `codecs/csv/`, beside that folder or in it."""
    subject = test.stem.removeprefix("test_")
    named = subject == folder.name or subject.startswith(f"{folder.name}_") or subject.endswith(f"_{folder.name}")
    return named and test.parent in (folder, folder.parent)


@pytest.mark.parametrize("test", written_tests(), ids=str)
def test_every_test_has_its_source(test: Path) -> None:
    assert (ROOT / test.parent).is_dir(), f"tests/{test.parent} mirrors no folder of the source"
    if str(test) in SCENARIOS or str(test) in SUITES.values():
        return
    rooms = {source.parent for source in sources()}
    found = any(belongs(test, source) for source in sources()) or any(covers_folder(test, room) for room in rooms)
    assert found, f"no source file is named like tests/{test}"


@pytest.mark.parametrize("source", sources(), ids=str)
def test_every_source_has_its_test(source: Path) -> None:
    if len((ROOT / source).read_text("utf-8").splitlines()) <= SMALL or str(source) in ELSEWHERE:
        return
    found = any(belongs(test, source) or covers_folder(test, source.parent) for test in written_tests())
    assert found or str(source.parent) in SUITES, (
        f"tests/{source.parent}/test_{source.stem}.py is missing; write it, or name the reason in ELSEWHERE"
    )


def test_exceptions_are_still_true() -> None:
    gone = [name for name in (*ELSEWHERE, *SUITES) if not (ROOT / name).exists()]
    gone += [name for name in (*SCENARIOS, *SUITES.values()) if not (ROOT / "tests" / name).exists()]
    assert not gone, f"remove from ELSEWHERE what is no more: {gone}"
    tested = [name for name in ELSEWHERE if any(belongs(test, Path(name)) for test in written_tests())]
    assert not tested, f"remove from ELSEWHERE what has its test: {tested}"
