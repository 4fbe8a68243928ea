"""`make docs`: the site is built without a complaint, with every page, and needs nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from docs.printing.pages import printed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    pages = [page.path for page in printed()] + [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    missing = [page for page in (*pages, "index.md", "changes.md") if not (site / page).with_suffix(".html").is_file()]
    assert missing == []
    assert not (site / "printing").exists(), "what prints the pages is none"


def test_the_readme_is_the_home(site: Path) -> None:
    text = (site / "index.html").read_text("utf-8")
    assert "A first route of your own" in text
    assert 'href="amqp.html"' in text


def links(page: Path) -> Iterator[str]:
    for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text("utf-8")):
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            yield unquote(parts.path)


PAGES = ("index.html", "reference/codes/E0201.html", "reference/adapters/http.html", "recipes/returns.html")


@pytest.mark.parametrize("name", PAGES)
def test_it_can_be_read_from_a_folder(site: Path, name: str) -> None:
    """Each link, picture and script is a file, nothing stands elsewhere."""
    found = list(links(site / name))
    assert len(found) > 20
    assert [link for link in found if not ((site / name).parent / link).is_file()] == []
    text = (site / name).read_text("utf-8")
    assert re.findall(r'<(?:link rel="(?:stylesheet|preconnect)" href|script src|img src)="(?:https?:)?//[^"]*', text) == []


def test_the_search_of_a_folder_needs_no_worker_and_no_request(site: Path) -> None:
    """Browsers allow neither to a page of file://."""
    assert "assets/iframe-worker.js" in list(links(site / "index.html"))
    assert (site / "search" / "search_index.js").read_text("utf-8").startswith("var __index = {")
