"""A message whose computing never ends: it becomes one dead letter that says so, and no other waits for long."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import ClientSession

from tests.faults.shop import Shop, arrived, until
from tests.faults.sink import Sink
from tests.longer import only_long

ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s}}
routes:
  sheets:
    from: {{http: /sheets, clients: anyone}}
    format: xml
    steps: [xslt: twice.xsl, map: {{fields: {{n: body | xpath('string(/n/@depth)') | int}}}}]
    to: [{{id: erp, send: {{http: erp, path: /sheets}}}}]
  orders:
    from: {{http: /orders, clients: anyone}}
    to: [{{id: erp, send: {{http: erp, path: /orders}}}}]
"""
TWICE = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><n depth="{/depth}">
<xsl:call-template name="twice"><xsl:with-param name="n" select="/depth"/></xsl:call-template></n>
</xsl:template>
<xsl:template name="twice"><xsl:param name="n"/><xsl:if test="$n &gt; 0">
  <xsl:call-template name="twice"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
  <xsl:call-template name="twice"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
</xsl:if></xsl:template></xsl:stylesheet>"""
ORDERS = 200


async def play(folder: Path) -> None:
    async with Sink() as sink, Shop(folder, sink.port, ROUTES) as shop, ClientSession() as session:
        for depth in (1, 99, 2):
            async with session.post(f"{shop.url}/sheets", data=f"<depth>{depth}</depth>".encode()) as answer:
                assert answer.status == 202, await answer.text()
        for n in range(ORDERS):
            async with session.post(f"{shop.url}/orders", json={"n": n}) as answer:
                shop.accepted["orders"].append({"n": n, "id": (await answer.json())["id"]})
        await until(lambda: len(sink.seen["orders"]) >= ORDERS, 20)
        await shop.settle(90)
        arrived(shop.accepted["orders"], sink.seen["orders"])
        assert len(sink.seen["sheets"]) == 2
        (dead,) = await shop.figures("dlq", "list")
        assert (dead["route"], dead["stage"], dead["error"]) == ("sheets", "xslt", "limit")
        assert dead["reason"].startswith("computing it took more than 8 s: look for a loop without end")
        assert "a worker child died" not in shop.log
        assert "Traceback" not in shop.log


@only_long
def test_a_stylesheet_that_never_ends(tmp_path: Path) -> None:
    (tmp_path / "s" / "transforms" / "templates").mkdir(parents=True)
    (tmp_path / "s" / "transforms" / "templates" / "twice.xsl").write_text(TWICE)
    asyncio.run(play(tmp_path / "s"))
