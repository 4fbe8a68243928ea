"""XPath 1.0 into a body of XML. Expressions are compiled once; no extension functions, no variables."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lxml import etree

from router.config.nearest import did_you_mean
from router.errors import ExpressionError
from transforms.filters.values import a_text, shown, wrong
from transforms.xslt_elements import PREFIX
from transforms.xslt_functions import TEXT

NAMESPACES: ContextVar[Mapping[str, str]] = ContextVar("namespaces", default=MappingProxyType({}))
"""The prefixes of the route whose expressions are being compiled (`format: {xml: {namespaces: …}}`); without any, those of
the document count."""
STRING_VALUE = etree.XPath("string()", regexp=False, smart_strings=False)


def xpath(value: Any, path: str, namespaces: Mapping[str, str] | None = None) -> str:
    """The one text at a path: of an element, an attribute or a text node. None or several is an error; none is
    `undefined`, so that `| default('')` may stand behind it."""
    found = evaluate(value, path, namespaces)
    if not isinstance(found, list):
        return scalar(found)
    if not found:
        raise ExpressionError(f"xpath {shown(path)} finds nothing", "undefined")
    if len(found) > 1:
        raise ExpressionError(f"xpath {shown(path)} finds {len(found)} nodes, not one; use xpath_all or [1]", "value")
    return string_value(found[0])


def xpath_all(value: Any, path: str, namespaces: Mapping[str, str] | None = None) -> list[Any]:
    """All that a path finds, in document order: texts (of text nodes and attributes) or elements."""
    found = evaluate(value, path, namespaces)
    if not isinstance(found, list):
        raise ExpressionError(f"xpath_all {shown(path)} gives one value, not a list of nodes; use xpath", "type")
    return [node if isinstance(node, etree._Element) else string_value(node) for node in found]


def evaluate(value: Any, path: str, namespaces: Mapping[str, str] | None) -> Any:
    element = element_of(value)
    known = namespaces or namespaces_of(element)
    try:
        return compiled(a_text(path), tuple(sorted(known.items())))(element)
    except (etree.XPathError, ValueError) as error:  # ValueError: a character that XML does not have
        raise ExpressionError(f"xpath {shown(path)}: {explained(error, known)}", "value") from None


@lru_cache(maxsize=1024)
def compiled(path: str, namespaces: tuple[tuple[str, str], ...]) -> etree.XPath:
    """A path ready to be evaluated; the same for all threads."""
    return etree.XPath(path, namespaces=dict(namespaces), regexp=False, smart_strings=False)


def check_path(path: str | None) -> None:
    """Raises ExpressionError where a path cannot be read as XPath 1.0, or has a prefix that the route does not know; None is
    one that is computed."""
    try:
        compiled("." if path is None else path, ())
    except (etree.XPathError, ValueError) as error:
        raise ExpressionError(f"xpath {shown(path)}: {error}", "value") from None
    known = NAMESPACES.get()
    for prefix in PREFIX.findall(TEXT.sub("''", path or "")) if known else ():
        if prefix not in known and prefix != "xml":
            reason = f"the prefix '{prefix}' is not in the format's namespaces: {did_you_mean(prefix, sorted(known))}"
            raise ExpressionError(f"xpath {shown(path)}: {reason}", "value")


def element_of(value: Any) -> Any:
    if isinstance(value, etree._ElementTree):
        value = value.getroot()
    if isinstance(value, etree._Element):
        return value
    raise wrong(value, "XML", "; set format: xml on the route" if isinstance(value, str | bytes) else "")


def namespaces_of(element: Any) -> Mapping[str, str]:
    """The prefixes that the format names (its codec leaves them on the element's class), else those that the root
    declares. XPath 1.0 knows no default namespace."""
    named: Mapping[str, str] | None = getattr(element, "namespaces", None)
    if named:
        return named
    return {prefix: uri for prefix, uri in element.getroottree().getroot().nsmap.items() if prefix}


def explained(error: Exception, known: Mapping[str, str]) -> str:
    if "prefix" in str(error):
        names = ", ".join(sorted(known)) or "none"
        return f"{error}; known here: {names}; name it in format: {{xml: {{namespaces: {{…}}}}}}"
    return str(error)


def string_value(node: Any) -> str:
    return str(STRING_VALUE(node)) if isinstance(node, etree._Element) else str(node)


def scalar(found: Any) -> str:
    """XPath's numbers are floats: written as XPath does, never passed on as such."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, float):
        return str(int(found)) if found.is_integer() else format(Decimal(repr(found)), "f")
    return str(found)
