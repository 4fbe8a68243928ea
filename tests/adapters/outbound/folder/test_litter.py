"""What crashes leave goes after a while; nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.outbound.folder.litter import sweep
from adapters.outbound.folder.naming import copy_name, sent_name, temp_name, whole_name


def test_only_old_hidden_files_of_ours_go(tmp_path: Path) -> None:
    own = [temp_name("m", 1), copy_name("m", 1), whole_name("m"), sent_name("m")]
    for name in (*own, "a.csv", ".hidden", ".crossdock-taken"):
        (tmp_path / name).write_bytes(b"")
    changed = os.stat(tmp_path / "a.csv").st_ctime
    assert sweep(tmp_path, 60.0, now=changed + 59.0) == 0
    assert sweep(tmp_path, 60.0, now=changed + 61.0) == 4
    assert sorted(p.name for p in tmp_path.iterdir()) == [".crossdock-taken", ".hidden", "a.csv"]


def test_a_folder_that_cannot_be_listed_holds_no_litter(tmp_path: Path) -> None:
    assert sweep(tmp_path / "out") == 0
    (tmp_path / "out").write_bytes(b"a file in its place")
    assert sweep(tmp_path / "out") == 0
    assert sweep(tmp_path / "out" / "below") == 0


def test_in_a_folder_of_our_own_final_files_go_too(tmp_path: Path) -> None:
    (tmp_path / "7-sales.erp").write_bytes(b"[]")
    changed = os.stat(tmp_path / "7-sales.erp").st_ctime
    assert sweep(tmp_path, 60.0, now=changed + 59.0, final=True) == 0
    assert sweep(tmp_path, 60.0, now=changed + 61.0, final=True) == 1
