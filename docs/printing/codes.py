"""A page per code of `routes check`."""

from __future__ import annotations

from collections.abc import Iterator

from docs.printing.complaints import complaint
from docs.printing.markdown import Page, code, page, table, words
from router.config.codes.catalogue import CATALOGUE
from router.config.codes.code import Code


def codes() -> Iterator[Page]:
    yield page(
        "reference/codes/index.md", "Codes of routes check",
        "Each problem that [`crossdock routes check`](../commands/routes-check.md) finds has a code. "
        "`crossdock routes explain CODE` says the same as these pages.",
        table(("code", "levels", "what it is"), (row(one) for one in CATALOGUE.values())),
    )  # fmt: skip
    yield from (code_page(one) for one in CATALOGUE.values())


def row(one: Code) -> list[str]:
    return [f"[{one.name}]({one.name}.md)", ", ".join(one.levels), one.title]


def code_page(one: Code) -> Page:
    also = f"Also as {', '.join(words(name) for name in one.names[1:])}." if len(one.names) > 1 else ""
    files = (part for path, text in one.files.items() for part in (f"{words(path)}:", code(text, language(path))))
    encoding = f"saved as {one.encoding}, not UTF-8:" if one.wrong and one.encoding != "utf-8" else ""
    return page(
        f"reference/codes/{one.name}.md", f"{one.name}: {one.title}",
        f"Level: {' or '.join(one.levels)}. {also}".strip(), one.meaning,
        *(["## Wrong", encoding, code(one.wrong, "yaml"), code(complaint(one), "text")] if one.wrong else []),
        *(["## Right", code(one.right, "yaml")] if one.right else []),
        *(["## Beside both", *files] if one.files else []),
    )  # fmt: skip


def language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return {"py": "python", "yml": "yaml", "j2": "jinja", "xsl": "xml"}.get(suffix, suffix)
