"""Where large bodies lie is safe before anything is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ledger.sql import blobs
from adapters.ledger.sql.blobs import BlobFolder


def test_a_folder_that_another_process_made_is_made_safe_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have made it, and been killed before it was safe."""
    synced: list[Path] = []
    monkeypatch.setattr(blobs, "sync_folder", synced.append)
    root = tmp_path / "blobs"
    for process in ("first", "second"):
        folder = BlobFolder(root)
        folder.new(f"{process}-1").close()
        assert synced == [root, tmp_path]
        folder.new(f"{process}-2").close()
        assert synced == [root, tmp_path]
        synced.clear()
