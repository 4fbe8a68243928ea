from __future__ import annotations

import pytest
from lxml import etree

from router.registry import ContentError
from transforms.xslt_elements import refuse_unknown_names, refuse_unknown_params

HEAD = '<xsl:stylesheet version="{}" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:a="urn:a">'


def sheet(inside: str, version: str = "1.0") -> etree._Element:
    return etree.fromstring(HEAD.format(version) + inside + "</xsl:stylesheet>")


@pytest.mark.parametrize(
    "inside",
    [
        '<xsl:template match="/"><xsl:value-of select="a:b/c"/></xsl:template>',
        '<xsl:template match="/"><xsl:call-template name="x"/></xsl:template><xsl:template name="x"/>',
        '<xsl:variable name="v" select="1"/><xsl:template match="/"><o n="{$v}" m="{$v + 1}"/></xsl:template>',
        '<xsl:template match="child::a"><xsl:value-of select="concat(\'q:\', ancestor::b, \' $none\')"/></xsl:template>',
        '<xsl:include href="b.xsl"/><xsl:template match="/"><xsl:call-template name="of-b"/><o n="{$of-b}"/></xsl:template>',
        '<xsl:template match="/" xmlns:q="urn:q"><xsl:value-of select="q:b"/></xsl:template>',
        '<xsl:template match="a"><xsl:copy-of select="@xml:lang"/><other x="2 : 3"/></xsl:template>',
    ],
)
def test_what_there_is(inside: str) -> None:
    refuse_unknown_names(sheet(inside), "a.xsl")


@pytest.mark.parametrize(
    ("inside", "reason", "hint"),
    [
        ('<xsl:template match="/">\n<xsl:valueof select="a"/></xsl:template>', "no element xsl:valueof", "value-of"),
        ('<xsl:template match="/">\n<xsl:call-template name="lins"/></xsl:template><xsl:template name="lines"/>',
         "no template 'lins'", "'lines'"),
        ('<xsl:param name="total"/><xsl:template match="/">\n<o n="{$totl}"/></xsl:template>', r"no variable \$totl", "total"),
        ('<xsl:template match="/">\n<xsl:value-of select="q:a/b"/></xsl:template>', "prefix 'q'", 'xmlns:q="…"'),
    ],
)  # fmt: skip
def test_what_there_is_not(inside: str, reason: str, hint: str) -> None:
    with pytest.raises(ContentError, match=reason) as caught:
        refuse_unknown_names(sheet(inside), "a.xsl")
    assert caught.value.line == 2
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "inside",
    [
        '<xsl:function name="a:f"/>',
        '<xsl:template match="/"><xsl:next-match><xsl:fallback/></xsl:next-match></xsl:template>',
        '<xsl:template match="/"><xsl:if test="system-property(\'xsl:version\') > 1"><xsl:next-match/></xsl:if></xsl:template>',
    ],
)
def test_a_stylesheet_of_a_later_version_may_have_another_way(inside: str) -> None:
    refuse_unknown_names(sheet(inside, "2.0"), "a.xsl")


def test_without_another_way_it_would_fail_at_the_first_message() -> None:
    with pytest.raises(ContentError, match="no element xsl:analyze-string") as caught:
        refuse_unknown_names(sheet('<xsl:template match="/">\n<xsl:analyze-string select="a"/></xsl:template>', "2.0"), "a.xsl")
    assert (caught.value.line, "XSLT 1.0" in caught.value.hint) == (2, True)


def test_params_that_are_given_are_variables() -> None:
    one = sheet('<xsl:template match="/"><o n="{$store}"/></xsl:template>')
    refuse_unknown_names(one, "a.xsl", ["store"])
    with pytest.raises(ContentError, match="no variable"):
        refuse_unknown_names(one, "a.xsl", ["stor"])


def test_params_that_are_misspelled() -> None:
    one = sheet('<xsl:param name="store"/><xsl:param name="till"/><xsl:template match="/"><o n="{$other}"/></xsl:template>')
    refuse_unknown_params(one, "a.xsl", {"store": "", "till": "", "other": "", "unlike": ""})
    with pytest.raises(ContentError, match="no parameter 'stor'") as caught:
        refuse_unknown_params(one, "a.xsl", {"stor": ""})
    assert (caught.value.at, "store" in caught.value.hint) == (("params", "stor"), True)
    refuse_unknown_params(one, "a.xsl", {"stor": "", "store": ""})
