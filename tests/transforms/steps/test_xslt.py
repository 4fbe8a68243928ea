from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from lxml import etree

from router.errors import ExpressionSyntaxError, MessageError
from router.registry import ContentError
from tests.contracts.step import Files, StepContract, message
from transforms.steps.xslt import Xslt

HEAD = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
WRITERS = (
    'xmlns:exsl="http://exslt.org/common" xmlns:saxon="http://icl.com/saxon" xmlns:java="http://xml.apache.org/xalan/java"'
    ' xmlns:redirect="http://xml.apache.org/xalan/redirect" xmlns:php="http://php.net/xsl" xmlns:py="http://codespeak.net/lxml"'
    ' xmlns:turns="urn:crossdock:turns"'
)
BODY = "<a><b>1</b><b>2</b></a>"


def sheet(body: str, before: str = "") -> str:
    return f'{HEAD}\n{before}<xsl:template match="/">\n{body}</xsl:template></xsl:stylesheet>'


def run(text: str, body: Any = None, params: Any = None, **others: str) -> Any:
    files: ClassVar[Any] = {f"transforms/templates/{n}.xsl": t for n, t in {"a": text, **others}.items()}
    step = Xslt({"stylesheet": "a.xsl", "params": params or {}}, Files(files))
    return step.apply(message(etree.fromstring(BODY) if body is None else body)).body


class TestXslt(StepContract):
    verb = "xslt"
    value = "a.xsl"
    files: ClassVar[Any] = {
        "transforms/templates/a.xsl": sheet(
            '<n><xsl:if test="not(//b)"><xsl:message terminate="yes">none</xsl:message>'
            '</xsl:if><xsl:value-of select="count(//b)"/></n>'
        )
    }

    def good(self) -> Any:
        return etree.fromstring(BODY)

    def bad(self) -> Any:
        return etree.fromstring("<a/>")


class TestXsltWithParams(TestXslt):
    value: ClassVar[Any] = {"stylesheet": "a.xsl", "params": {"x": "body | xpath('b[1]')"}}


def test_an_element_tree_comes_out() -> None:
    result = run(sheet('<n c="{count(//b)}"/>'))
    assert etree.tostring(result) == b'<n c="2"/>'


def test_a_part_of_a_tree_is_a_document_of_its_own() -> None:
    body = etree.fromstring("<r><a><b/></a><a/></r>")[0]
    assert etree.tostring(run(sheet('<n c="{count(//b)}{name(/*)}"/>'), body)) == b'<n c="1a"/>'


def test_method_text_gives_text() -> None:
    assert run(sheet('n=<xsl:value-of select="count(//b)"/>', '<xsl:output method="text"/>')) == "\nn=2"


def test_params_are_texts_not_paths() -> None:
    text = sheet(
        '<n><xsl:value-of select="$x"/>|<xsl:value-of select="$y"/></n>', '<xsl:param name="x"/><xsl:param name="y"/>'
    )
    result = run(text, params={"x": "body | xpath('b[1]')", "y": "\"it's \" ~ '//b'"})
    assert etree.tostring(result) == b"<n>1|it's //b</n>"


def test_a_param_that_cannot_be_worked_out() -> None:
    with pytest.raises(MessageError, match="finds nothing") as caught:
        run(sheet("<n/>"), params={"x": "body | xpath('nope')"})
    assert (caught.value.stage, caught.value.error) == ("xslt", "undefined")
    with pytest.raises(ExpressionSyntaxError):
        run(sheet("<n/>"), params={"x": "bdy"})


def test_stylesheets_include_each_other() -> None:
    common = f'{HEAD}<xsl:template name="c"><c/></xsl:template></xsl:stylesheet>'
    text = sheet('<n><xsl:call-template name="c"/></n>', '<xsl:include href="common.xsl"/>')
    assert etree.tostring(run(text, common=common)) == b"<n><c/></n>"


@pytest.mark.parametrize("body", [{"a": 1}, "<a/>", b"<a/>", None, []])
def test_what_is_not_xml(body: Any) -> None:
    step = Xslt("a.xsl", Files({"transforms/templates/a.xsl": sheet("<n/>")}))
    with pytest.raises(MessageError, match="not XML; set format: xml on the route"):
        step.apply(message(body))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (sheet('<xsl:message terminate="yes">no store</xsl:message>'), "a.xsl: no store"),
        (sheet("<n><xsl:copy-of select=\"document('/etc/hostname')\"/></n>"), "refused"),
        (sheet("<n><xsl:copy-of select=\"document('a.xsl')\"/></n>"), "refused"),
        (sheet("<n><xsl:copy-of select=\"document('http://localhost:1/')\"/></n>"), "a.xsl: line 3"),
        (
            sheet("<xsl:apply-templates/>", '<xsl:template match="b"><xsl:apply-templates select="."/></xsl:template>'),
            "the templates call each other without end",
        ),
        (sheet("only text"), "a.xsl: the stylesheet made no element for this body"),
        (sheet('<n x="{xsl:foo(1)}"/>'), "a.xsl: "),
    ],
)
def test_a_body_that_a_stylesheet_refuses(text: str, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        run(text)
    assert reason in caught.value.reason
    assert "\n" not in caught.value.reason


def test_a_stylesheet_writes_no_file(tmp_path: Path) -> None:
    target = tmp_path / "out.xml"
    for element in ("xsl:document", "xsl:result-document", "exsl:document", "saxon:output", "redirect:write"):
        text = sheet(f'<n><{element} {WRITERS} href="{target}" file="{target}"><q/></{element}></n>')
        with pytest.raises(ContentError, match=r"a stylesheet writes no files: take .* out") as caught:
            run(text)
        assert caught.value.line == 3
        with pytest.raises(ContentError, match="a stylesheet writes no files") as caught:
            run(sheet("<n/>", '<xsl:include href="c.xsl"/>'), c=text)
        assert caught.value.path == "transforms/templates/c.xsl"
    assert not target.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("java:java.lang.Runtime.exec('id')", "Unregistered function"),
        ("php:function('system', 'id')", "Unregistered function"),
        ("py:open('/etc/passwd')", "Unregistered function"),
        ("turns:nothing()", "Unregistered function"),
        ("document(//b)", "refused"),
        ("document('')", "refused"),
        ("document('file:///etc/passwd')", "refused"),
    ],
)
def test_a_stylesheet_calls_nothing_and_reads_nothing(body: str, reason: str) -> None:
    with pytest.raises(MessageError) as caught:
        run(sheet(f'<n {WRITERS}><xsl:value-of select="{body}"/></n>'))
    assert reason in caught.value.reason


@pytest.mark.parametrize("method", ["text", "xml"])
def test_an_encoding_that_is_not_known_is_told_when_it_is_read(method: str) -> None:
    with pytest.raises(ContentError, match="the encoding 'nonsense' of xsl:output is unknown"):
        run(sheet("ä", f'<xsl:output method="{method}" encoding="nonsense"/>'))


def test_an_entity_of_a_stylesheet_is_no_way_out_and_no_bomb() -> None:
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet("<n>&e;</n>")
    assert etree.tostring(run(outside)) == b"<n/>"
    inner = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
    with pytest.raises(ContentError, match=r"not XML: .*entity"):
        run(f"<!DOCTYPE x [{inner}]>" + sheet("<n>&a9;</n>"))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (f"{HEAD}\n<xsl:template", 2, "not XML"),
        (sheet("<n/>", '<xsl:import href="/etc/hostname"/>'), 0, "there is no stylesheet"),
        (sheet("<n/>", '<xsl:include href="nope.xsl"/>'), 0, "there is no stylesheet transforms/templates/nope.xsl"),
        (sheet('<n><xsl:value-of select="1 +"/></n>'), 3, "not a stylesheet"),
        (sheet('<n x="{date:date-time()}" xmlns:date="http://exslt.org/dates-and-times"/>'), 3, "asks the clock"),
    ],
)
def test_a_stylesheet_that_does_not_compile(text: str, line: int, reason: str) -> None:
    with pytest.raises(ContentError) as caught:
        run(text)
    assert reason in caught.value.message
    assert (caught.value.path, caught.value.line) == ("transforms/templates/a.xsl", line)


def test_a_stylesheet_that_is_not_there() -> None:
    with pytest.raises(ContentError, match=r"there is no stylesheet transforms/templates/a.xsl"):
        Xslt("a.xsl", Files())
