from __future__ import annotations

from pathlib import Path

import pytest

from adapters import memory

MIB = 1 << 20


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with 1000 MiB available."""
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "MOUNT", tmp_path / "groups")
    (tmp_path / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:   {1000 * 1024} kB\n")
    return tmp_path


SECOND = ("memory.max", "memory.current")


def group(host: Path, place: str, limit: object, used: object, names: tuple[str, str] = SECOND) -> None:
    folder = host / "groups" / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")


def test_without_a_limit_it_is_what_the_machine_has(host: Path) -> None:
    (host / "cgroup").write_text("0::/app/web\n")
    group(host, "app/web", "max", 5 * MIB)
    assert memory.group_leaves() is None
    assert memory.available() == 1000 * MIB


def test_the_tightest_group_up_to_the_root_counts(host: Path) -> None:
    (host / "cgroup").write_text("0::/app/web\n")
    group(host, "app/web", 500 * MIB, 100 * MIB)
    group(host, "app", 400 * MIB, 150 * MIB)
    assert memory.available() == memory.group_leaves() == 250 * MIB
    group(host, "app", 400 * MIB, 500 * MIB)
    assert memory.available() == 0, "more than the limit is in use"


def test_groups_of_the_first_version(host: Path) -> None:
    (host / "cgroup").write_text("9:name=systemd:/\n4:cpu,memory:/app\n")
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    group(host, "memory/app", 300 * MIB, 100 * MIB, names)
    group(host, "memory", 9223372036854771712, 100 * MIB, names)
    assert memory.available() == 200 * MIB


def test_a_host_that_says_nothing(host: Path) -> None:
    (host / "meminfo").unlink()
    assert memory.available() is None
