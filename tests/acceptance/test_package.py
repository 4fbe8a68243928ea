"""What `pip install .` gives: all of the code, and none of the house around it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT

ROOMS = ("router", "transforms", "adapters")
PARTS = (*ROOMS, "cli.py", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the wheel, built from a copy so that nothing is left in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        path = ROOT / part
        if path.is_dir():
            shutil.copytree(path, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / part)
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(source)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return set(zipfile.ZipFile(next(out.glob("crossdock-*.whl"))).namelist())


def test_all_code_and_what_lies_beside_it_is_in_the_wheel(wheel: set[str]) -> None:
    packages = {path.parent for room in ROOMS for path in (ROOT / room).rglob("__init__.py")}
    wanted = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in package.iterdir()
        if path.is_file() and not path.name.endswith(".pyc")
    }
    assert wanted - wheel == set()
    assert "cli.py" in wheel


def test_nothing_else_is(wheel: set[str]) -> None:
    strangers = {name for name in wheel if name.split("/")[0] in ("tests", "bench", "examples", "docs")}
    assert strangers == set()


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` would be left out of the wheel without a word."""
    content = {"schemas", "python", "scaffold"}
    found = {path.parent.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    code = {folder for folder in found if not content & set(folder.parts)}
    assert {str(folder) for folder in code if not (ROOT / folder / "__init__.py").exists()} == set()


def test_the_entry_point_is_named(wheel: set[str]) -> None:
    assert any(Path(name).name == "entry_points.txt" for name in wheel)
