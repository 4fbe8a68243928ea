"""What `{{ }}` prints, by the mode of a template: its suffix decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from router.errors import EncodeError, ExpressionError
from transforms.codecs.json import encode
from transforms.expressions import runtime
from transforms.filters.texts import text
from transforms.jinja.budget import write
from transforms.jinja.missing import Missing

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document may hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a value becomes part of the text. Where `marks`, what was printed is Markup and never printed again."""

    name: str
    content_type: str
    marks: bool
    write: Callable[[Any, str], str]


def as_text(value: Any, name: str) -> str:
    return runtime.filtered(text, name, value)  # type: ignore[no-any-return]


def as_xml(value: Any, name: str) -> str:
    plain = as_text(value, name)
    if (found := NOT_XML.search(plain)) is not None:
        raise ExpressionError(f"{name} holds the character U+{ord(found[0]):04X}, which XML does not allow", "value")
    return escape(plain)


def as_html(value: Any, name: str) -> str:
    return escape(as_text(value, name))


def as_json(value: Any, name: str) -> str:
    try:
        return Markup(encode(value).decode())
    except EncodeError as error:
        raise ExpressionError(f"{name}: {error.reason}", "value") from None


def as_segment(value: Any, name: str) -> str:
    """For addresses: one segment, or the value of one parameter."""
    return Markup(quote(as_text(value, name), safe=""))


MODES: Mapping[str, Mode] = {
    mode.name: mode
    for mode in (
        Mode("text", "text/plain", False, as_text),
        Mode("xml", "application/xml", True, as_xml),
        Mode("html", "text/html", True, as_html),
        Mode("json", "application/json", True, as_json),
        Mode("path", "text/plain", True, as_segment),
    )
}


def mode_of(name: str) -> str:
    """The mode of a template file by its suffix."""
    return next((mode for mode in ("xml", "html", "json") if name.endswith(f".{mode}.j2")), "text")


TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml", "css": "text/css", "csv": "text/csv", "geojson": "application/geo+json",
    "htm": "text/html", "ics": "text/calendar", "js": "text/javascript", "jsonl": "application/x-ndjson",
    "jsonld": "application/ld+json", "md": "text/markdown", "ndjson": "application/x-ndjson", "rtf": "application/rtf",
    "sql": "application/sql", "svg": "image/svg+xml", "toml": "application/toml", "tsv": "text/tab-separated-values",
    "vcf": "text/vcard", "xhtml": "application/xhtml+xml", "yaml": "application/yaml", "yml": "application/yaml",
}  # fmt: skip
"""What suffixes of templates mean that print as text does."""


def content_type_of(name: str) -> str:
    """The content type of what a template file makes, by the suffix before `.j2`."""
    mode = MODES[mode_of(name)]
    suffix = PurePosixPath(name.removesuffix(".j2")).suffix if name.endswith(".j2") else ""
    return TYPES.get(suffix[1:], mode.content_type) if mode.name == "text" else mode.content_type


def printer(mode: Mode) -> Callable[[Any, str], str]:
    """`{{ }}`: refuses what is undefined, and null where the mode has no word for it; counts what it prints."""

    def printed(value: Any, name: str) -> str:
        if type(value) is Missing:
            value.fail()
        result = value if type(value) is Markup else mode.write(value, name)
        write(len(result))
        return result

    return printed
