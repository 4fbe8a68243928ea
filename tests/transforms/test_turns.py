"""Where a stylesheet may loop, and that what is put there changes nothing."""

from __future__ import annotations

import pytest
from lxml import etree

from transforms.turns import EXTENSIONS, goes_down, loops, with_turns

XSL = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'


def sheet(body: str, method: str = "xml") -> etree._Element:
    return etree.fromstring(f'<xsl:stylesheet version="1.0" {XSL}><xsl:output method="{method}"/>{body}</xsl:stylesheet>')


@pytest.mark.parametrize(
    ("select", "down"),
    [
        ("line", True), ("p:line", True), ("p:*", True), ("@*|node()", True), ("a/b/text() | c", True), ("*", True),
        (".", False), ("..", False), ("/", False), ("//line", False), ("a//b", False), ("key('k', @id)", False),
        ("$all", False), ("line[@id]", False), ("following-sibling::*", False), ("ancestor::a", False), ("", False),
        ("a" * 5000 + "[", False),
    ],
)  # fmt: skip
def test_what_goes_down_ends_by_itself(select: str, down: bool) -> None:
    element = etree.Element("{http://www.w3.org/1999/XSL/Transform}for-each", select=select)
    assert goes_down(element) is down


def test_a_turn_stands_behind_params_and_sorts() -> None:
    tree = sheet(
        '<xsl:template name="t"><xsl:param name="n"/><xsl:call-template name="t"/></xsl:template>'
        '<xsl:template match="/"><xsl:for-each select="//b"><xsl:sort select="@n"/><c/></xsl:for-each></xsl:template>'
    )
    assert with_turns(tree)
    assert [[etree.QName(child).localname for child in element] for element in loops(tree)] == [
        ["param", "if", "call-template"], ["sort", "if", "c"],
    ]  # fmt: skip


def test_a_sheet_that_only_goes_down_stays_as_it_is() -> None:
    body = '<xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>'
    tree = sheet(body)
    before = etree.tostring(tree)
    assert not with_turns(tree)
    assert etree.tostring(tree) == before


@pytest.mark.parametrize("method", ["xml", "text"])
def test_what_comes_out_is_the_same_with_and_without(method: str) -> None:
    body = (
        '<xsl:template match="/">head <n><xsl:for-each select="//b"><xsl:sort select="." order="descending"/>'
        'x<xsl:call-template name="t"><xsl:with-param name="n" select="."/></xsl:call-template></xsl:for-each></n>'
        '</xsl:template><xsl:template name="t"><xsl:param name="n"/>y<xsl:if test="$n &gt; 1"><xsl:call-template name="t">'
        '<xsl:with-param name="n" select="$n - 1"/></xsl:call-template></xsl:if></xsl:template>'
    )
    tree = sheet(body, method)
    document = etree.fromstring("<a><b>1</b><b>3</b><b>2</b></a>")
    before = bytes(etree.XSLT(tree)(document))
    assert with_turns(tree)
    assert bytes(etree.XSLT(tree, extensions=EXTENSIONS)(document)) == before
    assert before.count(b"y") == 6
