"""`xslt: FILE`: the body of XML becomes what a stylesheet (XSLT 1.0) makes of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from router.errors import ExpressionError, MessageError
from router.message import Message
from router.ports import Content
from router.registry import ContentError
from transforms.expressions import compile_expression
from transforms.filters.texts import text
from transforms.filters.values import kind
from transforms.steps.stage import evaluate, failed
from transforms.turns import EXTENSIONS, with_turns
from transforms.xslt_elements import refuse_unknown_names, refuse_unknown_params
from transforms.xslt_functions import refuse_unknown

FOLDER = "transforms/templates/"
XSL = "http://www.w3.org/1999/XSL/Transform"
WRITERS = {
    f"{{{XSL}}}document", f"{{{XSL}}}result-document", "{http://exslt.org/common}document", "{http://icl.com/saxon}output",
    "{http://www.jclark.com/xt}document", "{org.apache.xalan.xslt.extensions.Redirect}write",
    "{http://xml.apache.org/xalan/redirect}write",
}  # fmt: skip
"""Elements that write files in one processor or another."""
ENCODING = etree.XPath("string(/*/xsl:output/@encoding)", namespaces={"xsl": XSL})
METHOD = etree.XPath("string(/*/xsl:output/@method)", namespaces={"xsl": XSL})
IMPURE = re.compile(r":(date-time|random)\(|:(date|time|year|month|day|hour|minute|second|week)[a-z-]*\(\s*\)")
"""Extension functions that ask the clock or chance: the same message would become another one at the next try."""


class Xslt:
    """Compiled once, for all threads. Reads nothing but its own files, writes nothing."""

    verb = "xslt"

    def __init__(self, value: str | Mapping[str, Any], content: Content) -> None:
        options: Mapping[str, Any] = {"stylesheet": value} if isinstance(value, str) else value
        self.name = options["stylesheet"]
        self.rule = f"xslt: {self.name}"
        sheet = parsed(self.name, content)
        self.makes_text = METHOD(sheet) == "text"
        refuse_unknown_names(sheet, FOLDER + self.name, options.get("params") or {})
        refuse_unknown_params(sheet, FOLDER + self.name, options.get("params") or {})
        self._transform = compiled(self.name, sheet)
        self._params = {name: compile_expression(str(source)) for name, source in (options.get("params") or {}).items()}

    def apply(self, message: Message) -> Message:
        body = message.body
        if not isinstance(body, etree._Element | etree._ElementTree):
            hint = "set format: xml on the route, or let xslt stand before map and template"
            raise MessageError("xslt", "type", f"the body is {kind(body)}, not XML; {hint}")
        params = {name: self._param(name, message) for name in self._params}
        try:
            result = self._transform(body, **params)
        except etree.XSLTError as error:
            raise MessageError("xslt", "value", f"{self.name}: {explained(error)}") from None
        except etree.LxmlError as error:
            raise MessageError("xslt", "value", f"{self.name}: {error}") from None
        return message.with_body(self._made(result))

    def _param(self, name: str, message: Message) -> Any:
        value = evaluate("xslt", self._params[name], message)
        try:
            return etree.XSLT.strparam(text(value))
        except ExpressionError as error:
            raise failed("xslt", error, f"params.{name}") from None
        except ValueError as error:
            raise MessageError("xslt", "value", f"params.{name}: {error}") from None

    def _made(self, result: Any) -> Any:
        if self.makes_text:
            try:
                return str(result)
            except (LookupError, UnicodeError) as error:
                raise MessageError("xslt", "value", f"{self.name}: {error}") from None
        if result.getroot() is None:
            raise MessageError("xslt", "value", f"{self.name}: the stylesheet made no element for this body")
        return result


class Files(etree.Resolver):  # type: ignore[misc]
    """`xsl:include` and `xsl:import` find the files of the project's folder of templates, and nothing else."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content = content

    def resolve(self, url: str, public_id: str | None, context: Any) -> Any:
        try:
            data = self.content.bytes(url) if url.startswith(FOLDER) else None
        except KeyError:
            data = None
        if data is None:
            raise LookupError(f"there is no stylesheet {url if url.startswith(FOLDER) else FOLDER + url}")
        return self.resolve_string(turned(data, url), context, base_url=url)


def parsed(name: str, content: Content) -> Any:
    path = FOLDER + name
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    parser.resolvers.add(Files(content))
    try:
        data = content.bytes(path)
        refuse_impure(data, path)
        sheet = etree.fromstring(data, parser, base_url=path)
    except KeyError:
        raise ContentError(f"there is no stylesheet {path}", path) from None
    except etree.XMLSyntaxError as error:
        raise ContentError(f"not XML: {error.msg}", path, error.lineno or 0, error.offset or 0) from None
    refuse_writers(sheet, path)
    refuse_unknown(sheet, path)
    with_turns(sheet)
    return sheet


def refuse_writers(sheet: Any, path: str) -> None:
    for element in sheet.iter(*WRITERS):
        name = etree.QName(element).localname
        raise ContentError(f"a stylesheet writes no files: take {name} out, and give the route a target of its own for that",
                           path, element.sourceline or 0)  # fmt: skip
    encoding = ENCODING(sheet)
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise ContentError(f"the encoding {encoding[:60]!r} of xsl:output is unknown", path) from None


def turned(data: bytes, path: str) -> bytes:
    """An included stylesheet with its turns; as it is where it needs none or cannot be read, which libxslt will say."""
    try:
        sheet = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return data
    refuse_writers(sheet, path)
    return bytes(etree.tostring(sheet.getroottree())) if with_turns(sheet) else data


def refuse_impure(data: bytes, path: str) -> None:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if (found := IMPURE.search(line)) is not None:
            raise ContentError(f"{found[0].lstrip(':')}… asks the clock or chance; give message.received_at as a param",
                               path, number, found.start() + 1)  # fmt: skip


def compiled(name: str, sheet: Any) -> Any:
    try:
        return etree.XSLT(sheet, access_control=etree.XSLTAccessControl.DENY_ALL, regexp=False, extensions=EXTENSIONS)
    except etree.XSLTParseError as error:
        line = next((entry.line for entry in error.error_log if entry.line), 0)
        raise ContentError(f"not a stylesheet: {explained(error)}", FOLDER + name, line) from None
    except LookupError as error:
        raise ContentError(str(error.args[0]), FOLDER + name) from None


def explained(error: Any) -> str:
    """The message that says most, with the line of the stylesheet where it happened."""
    entries = [entry for entry in error.error_log if entry.message not in ("", "unknown error")]
    if any("infinite template recursion" in entry.message for entry in entries):
        reason = "the templates call each other without end"
    else:
        spoken = [e.message for e in entries if not e.message.startswith(("runtime error", "compilation error"))]
        reason = next((m for m in spoken if "no result" not in m), spoken[-1] if spoken else str(error))
    line = next((entry.line for entry in entries if entry.line), 0)
    return f"line {line}: {reason}" if line else reason


def xslt(value: str | Mapping[str, Any], content: Content) -> Xslt:
    """The factory."""
    return Xslt(value, content)
