"""What mkdocs calls while it builds the site (`hooks` of mkdocs.yml): puts in the pages that are printed, and those of the
repository that lie outside of docs/."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage

from docs.printing.links import HOMES, ROOT, for_site
from docs.printing.markdown import Page
from docs.printing.navigation import expanded
from docs.printing.pages import printed

PRINTED = {page.path: page for page in printed()}


def written(docs: Path) -> list[str]:
    return [path.relative_to(docs).as_posix() for path in sorted(docs.rglob("*.md"))]


def known(config: MkDocsConfig) -> set[str]:
    """All pages of the site."""
    return {*PRINTED, *HOMES.values(), *written(Path(config.docs_dir))}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    config.nav = expanded(config.nav, known(config))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    pages = known(config)
    homes = (Page(home, for_site((ROOT / name).read_text("utf-8"), name, home, pages)) for name, home in HOMES.items())
    for page in (*PRINTED.values(), *homes):
        files.append(File.generated(config, page.path, content=page.text))
    return files


def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    uri = page.file.src_uri
    if page.file.generated_by is not None:
        return markdown
    return for_site(markdown, f"docs/{uri}", uri, known(config))
