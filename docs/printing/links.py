"""Links of pages that are written for the repository, as the site has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
HOMES: Mapping[str, str] = {"README.md": "index.md", "CHANGELOG.md": "changes.md", "bench/README.md": "benchmark.md"}
"""Texts of the repository that are pages of the site too."""
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\((?!https?:|mailto:|#)([^()\s#]+)(#[^()\s]*)?\)")
FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2`*[ ]*$", re.MULTILINE | re.DOTALL)


def for_site(text: str, origin: str, page: str, pages: Collection[str]) -> str:
    """The text of `origin`, a file of the repository, as the page `page` of the site. What it links to that is no page of
    the site is only named; what is nowhere stays a link, for the build to complain of."""

    def mended(found: re.Match[str]) -> str:
        target = os.path.normpath(PurePosixPath(origin).parent / found[2])
        home = HOMES.get(target, target.removeprefix("docs/") if target.startswith("docs/") else "")
        if home in pages:
            return f"[{found[1]}]({os.path.relpath(home, PurePosixPath(page).parent)}{found[3] or ''})"
        return found[1] if (ROOT / target).exists() else found[0]

    return outside_of_fences(text, lambda part: LINK.sub(mended, part))


def outside_of_fences(text: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for fence in FENCED.finditer(text):
        parts += [change(text[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, change(text[at:])])
