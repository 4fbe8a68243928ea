"""Functions that a stylesheet calls and XSLT 1.0 does not have: libxslt would say it of the first message only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from router.config.nearest import nearest
from router.registry import ContentError

KNOWN = frozenset(
    """last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after
    substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round document key
    format-number current unparsed-entity-uri generate-id system-property element-available function-available node text
    comment processing-instruction and or div mod""".split()  # noqa: SIM905  # a list of words is read as one
)
"""XPath 1.0, 4 and XSLT 1.0, 12, kinds of nodes, and operators in front of a bracket. Those with a prefix are extensions, which
libxslt knows when it compiles."""
INSTEAD = {
    "upper-case": "translate(x, 'abc…', 'ABC…')", "lower-case": "translate(x, 'ABC…', 'abc…')",
    "ends-with": "substring(x, string-length(x) - 1) = 'yz'", "string-join": "xsl:for-each", "exists": "boolean(x)",
    "empty": "not(x)", "current-dateTime": "message.received_at as a param", "current-date": "message.received_at as a param",
    "replace": "translate(x, 'a', 'b'), or `replace` in a map", "tokenize": "substring-before and substring-after",
    "format-date": "a param made by an expression", "abs": "x * (1 - 2 * (x < 0))", "distinct-values": "xsl:key",
}  # fmt: skip
CALL = re.compile(r"(?<![\w:.$@-])([A-Za-z_][\w.-]*)\s*\(")
TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
BRACES = re.compile(r"\{([^{}]*)\}")
EXPRESSIONS = ("select", "test", "match", "use", "count", "from")
XSL = "{http://www.w3.org/1999/XSL/Transform}"


def refuse_unknown(sheet: Any, path: str) -> None:
    """Raises ContentError for the first."""
    for element in sheet.iter("*"):
        for text in expressions(element):
            for name in CALL.findall(TEXT.sub("''", text)):
                if name not in KNOWN:
                    message, line = f"XSLT 1.0 has no function {name}()", element.sourceline or 0
                    raise ContentError(message, path, line, hint=advice(name))


def expressions(element: Any) -> Iterator[str]:
    for name, value in element.attrib.items():
        if element.tag.startswith(XSL) and name in EXPRESSIONS:
            yield value
        elif not name.startswith("{"):
            yield from BRACES.findall(value)


def advice(name: str) -> str:
    if name in INSTEAD:
        return f"write {INSTEAD[name]}"
    close = nearest(name, sorted(KNOWN))
    return f"did you mean '{close}'?" if close else "a map or a python step can do more than XSLT 1.0"
