"""The routes of an example as a picture, in the place of the mermaid text on the page of its recipe: a browser would fetch
what draws mermaid from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from adapters.registry import registry
from docs.printing.links import ROOT
from docs.printing.markdown import Page
from router.config.check import build_for_trial
from router.config.project import read_project
from router.graph.parts import graph
from router.graph.svg import svg

MERMAID = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)


def project_of(page: str) -> Path | None:
    """The example that `recipes/NAME.md` is about."""
    path = PurePosixPath(page)
    project = ROOT / "examples" / path.stem
    return project if path.parts[0] == "recipes" and (project / "routes.yaml").is_file() else None


def pictures(pages: Iterable[str]) -> Iterator[Page]:
    """Beside each page of a recipe."""
    for page in pages:
        project = project_of(page)
        if project is not None:
            yield Page(str(PurePosixPath(page).with_suffix(".svg")), drawn(project))


def drawn(project: Path) -> str:
    """As `crossdock routes graph` draws it. No setting or secret has to be there."""
    table, *_ = build_for_trial(read_project(project / "routes.yaml", {}), registry(), {})
    return svg(graph(table, (), None), f"Routes of {project.name}")


def with_picture(text: str, page: str) -> str:
    """The first mermaid text becomes the picture."""
    project = project_of(page)
    name = PurePosixPath(page).stem
    return MERMAID.sub(f"![The routes of {name}]({name}.svg)", text, count=1) if project is not None else text
