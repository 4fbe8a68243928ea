"""Where the traceback of an error that nobody foresaw lies, and what is said of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters import unforeseen
from adapters.unforeseen import errors_log, told


def failure() -> Exception:
    try:
        raise RuntimeError("no answer of redis://u:s3cr3t@host")
    except RuntimeError as error:
        return error


def split(line: str) -> tuple[Path, str]:
    found = re.fullmatch(
        r"an error that was not foreseen \(RuntimeError\); its traceback is in (.+) under ([0-9a-f]{8}): report it with that",
        line,
    )
    assert found is not None, line
    return Path(found[1]), found[2]


def test_the_traceback_lies_in_var_under_its_id_without_passwords(tmp_path: Path) -> None:
    path, id = split(told(failure(), tmp_path))
    assert path == errors_log(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    assert f" error {id}\nTraceback (most recent call last):\n" in text
    assert "RuntimeError: no answer of redis://***@host\n" in text


def test_the_second_stands_behind_the_first_and_what_grew_large_is_kept_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [split(told(failure(), tmp_path))[1] for _ in range(2)]
    assert re.findall(r" error (\w+)\n", errors_log(tmp_path).read_text()) == ids
    monkeypatch.setattr(unforeseen, "LARGEST", 10)
    _, third = split(told(failure(), tmp_path))
    assert re.findall(r" error (\w+)\n", errors_log(tmp_path).read_text()) == [third]
    assert re.findall(r" error (\w+)\n", (tmp_path / "log" / "errors.log.1").read_text()) == ids


@pytest.mark.parametrize("where", ["none", "missing", "in the way"])
def test_without_a_var_it_lies_among_temporary_files_and_nothing_is_made(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    var = tmp_path / "var"
    if where == "in the way":
        var.mkdir()
        (var / "log").write_text("a file")
    path, id = split(told(failure(), None if where == "none" else var))
    assert path.parent == tmp_path
    assert id in path.read_text()
    assert where == "in the way" or not var.exists()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    line = told(failure(), None)
    assert line.endswith("its traceback could not be kept: No such file or directory")
    assert "\n" not in line
