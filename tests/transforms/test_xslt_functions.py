from __future__ import annotations

import pytest
from lxml import etree

from router.registry import ContentError
from transforms.xslt_functions import refuse_unknown

SHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:e="urn:e">
<xsl:template match="/">
  <out a="{%s}"/>
</xsl:template></xsl:stylesheet>"""


@pytest.mark.parametrize(
    "text",
    ["count(/a)", "concat(&quot;f(x)&quot;, 'upper-case(y)')", "e:own(a)", "$x and (1)", "a/text()", "a[position() = 1]"],
)
def test_what_there_is(text: str) -> None:
    refuse_unknown(etree.fromstring(SHEET % text), "transforms/templates/x.xsl")


@pytest.mark.parametrize(
    ("text", "hint"),
    [("upper-case(a)", "translate("), ("concatt(a)", "did you mean 'concat'?"), ("qqqqq(a)", "a map or a python step")],
)
def test_what_there_is_not(text: str, hint: str) -> None:
    with pytest.raises(ContentError) as error:
        refuse_unknown(etree.fromstring(SHEET % text), "transforms/templates/x.xsl")
    assert (error.value.line, error.value.path) == (3, "transforms/templates/x.xsl")
    assert hint in error.value.hint
