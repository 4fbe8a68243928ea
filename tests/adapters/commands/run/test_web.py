"""`run web`, alone."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.adapters.commands.living import answer, make_project, typed
from tests.adapters.waiting import until


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def test_web_alone_says_where_it_is_ready(project: Path) -> None:
    with typed(project, "run web") as web:
        until(web.ready, 60)
        address = web.address()
        assert address.startswith("http://127.0.0.1:")
        with pytest.raises(OSError, match="404"):
            urlopen(f"{address}/nothing", timeout=10)
        web.process.terminate()
        assert web.process.wait(20) == 0


def test_an_address_in_use_is_refused(project: Path) -> None:
    with typed(project, "run web") as web:
        until(web.ready, 60)
        address = web.address().removeprefix("http://")
        code, said = answer(project, f"run web --var other --http {address}")
        assert code == 5
        assert f"--http {address} cannot be used" in said
