"""Names in a stylesheet that nothing stands behind: libxslt says so of the first message only, or never."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from router.config.nearest import did_you_mean
from router.registry import ContentError
from transforms.xslt_functions import TEXT, XSL, expressions

ELEMENTS = frozenset(
    """apply-imports apply-templates attribute attribute-set call-template choose comment copy copy-of decimal-format element
    fallback for-each if import include key message namespace-alias number otherwise output param preserve-space
    processing-instruction sort strip-space stylesheet template text transform value-of variable when with-param""".split()  # noqa: SIM905
)
"""XSLT 1.0, appendix B."""
LATER = "write it with the elements of XSLT 1.0: a processor of a later version is not here"
TOPS = (XSL + "stylesheet", XSL + "transform")
DECLARES = (XSL + "variable", XSL + "param")
ELSEWHERE = (XSL + "include", XSL + "import")
VARIABLE = re.compile(r"\$([A-Za-z_][\w.-]*)(?!\s*:)")
PREFIX = re.compile(r"(?<![\w.$:-])([A-Za-z_][\w.-]*):(?=[A-Za-z_*])")


def refuse_unknown_params(sheet: Any, path: str, params: Collection[str]) -> None:
    """What the stylesheet is given and does not take, though it takes one with nearly this name that it is not given: libxslt
    would pass over it. Any other is let pass, as XSLT has it."""
    given = set(params)
    left = {element.get("name", "") for element in sheet.findall(XSL + "param")} - given
    used = {name for element in sheet.iter("*") for text in expressions(element) for name in VARIABLE.findall(text)}
    for name in params:
        if name not in used and (hint := did_you_mean(name, sorted(left), False)):
            error = ContentError(f"the stylesheet takes no parameter '{name}'", path, hint=hint)
            error.at = ("params", name)
            raise error


def has_another_way(element: Any) -> bool:
    """Whether a stylesheet of a later version does without an element that 1.0 does not have (XSLT 1.0, 2.5): at its top it
    is passed over; elsewhere it needs an xsl:fallback, or a condition that asks for the processor's version."""
    above = list(element.iterancestors())
    asks = any("system-property(" in one.get("test", "") for one in above)
    return len(above) == 1 or asks or element.find(XSL + "fallback") is not None


def refuse_unknown_names(sheet: Any, path: str, params: Iterable[str] = ()) -> None:
    """Elements, templates, variables and prefixes; `params` are what it is given. Raises ContentError for the first. What
    another file may declare, which the stylesheet includes, is let pass."""
    alone = next(sheet.iter(*ELSEWHERE), None) is None
    templates = {element.get("name") for element in sheet.iter(XSL + "template")} - {None}
    variables = {*params, *(element.get("name", "") for element in sheet.iter(*DECLARES))}
    strict = sheet.tag in TOPS and sheet.get("version") == "1.0"
    for element in sheet.iter("*"):
        line = element.sourceline or 0
        name = element.tag.removeprefix(XSL)
        unknown = name != element.tag and name not in ELEMENTS
        if unknown and (strict or not has_another_way(element)):
            hint = did_you_mean(name, sorted(ELEMENTS), False) or LATER
            raise ContentError(f"XSLT 1.0 has no element xsl:{name}", path, line, hint=hint)
        called = element.get("name") if name == "call-template" else None
        if alone and called is not None and called not in templates:
            raise ContentError(f"there is no template '{called}'", path, line, hint=did_you_mean(called, sorted(templates)))
        for text in expressions(element):
            bare = TEXT.sub("''", text)
            for used in VARIABLE.findall(bare) if alone else ():
                if used not in variables:
                    hint = did_you_mean(used, sorted(variables), False) or f'declare it: <xsl:param name="{used}"/>'
                    raise ContentError(f"there is no variable ${used}", path, line, hint=hint)
            for used in (one for one in PREFIX.findall(bare) if one not in element.nsmap and one != "xml"):
                raise ContentError(f"the prefix '{used}' is not declared", path, line,
                                   hint=f'write xmlns:{used}="…" on xsl:stylesheet')  # fmt: skip
