"""W4: sales documents of about 5 KB, and the order that each must become."""

from __future__ import annotations

import random
from pathlib import Path

from lxml import etree

from bench.orders import GOODS, PEOPLE, PLACES, money

STYLESHEET = Path(__file__).parent / "project" / "transforms" / "templates" / "order.xsl"


def write(folder: Path, count: int) -> None:
    chance = random.Random(3)
    for number in range(1, count + 1):
        (folder / f"doc-{number:06d}.xml").write_text(document(number, chance), "utf-8")


def document(number: int, chance: random.Random) -> str:
    first, last = chance.choice(PEOPLE).split(" ", 1)
    lines = "\n".join(line(no, chance) for no in range(20, 0, -1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<s:SalesDocument xmlns:s="urn:shop:sales:1">
  <s:Number>D-{number:06d}</s:Number>
  <s:Kind>{"RETURN" if number % 13 == 0 else "SALE"}</s:Kind>
  <s:IssuedAt>2026-03-{number % 28 + 1:02d}T10:15:00Z</s:IssuedAt>
  <s:Customer id="C-{chance.randint(1, 90_000)}">
    <s:FirstName>{first}</s:FirstName><s:LastName>{last}</s:LastName><s:City>{chance.choice(PLACES)[1]}</s:City>
  </s:Customer>
  <s:Taxes><s:Tax code="A" rate="19"/><s:Tax code="B" rate="7"/></s:Taxes>
  <s:Lines>
{lines}
  </s:Lines>
</s:SalesDocument>
"""


def line(no: int, chance: random.Random) -> str:
    qty, price = chance.randint(1, 12), chance.randint(50, 20_000)
    discount = f"<s:Discount>{money(chance.randint(1, 49))}</s:Discount>" if chance.random() < 0.2 else ""
    return (f'    <s:Line no="{no}"><s:Sku>SKU-{chance.randint(1, 9999)}</s:Sku>'
            f"<s:Description> {chance.choice(GOODS)} </s:Description>"
            f'<s:Quantity unit="PCE">{qty}</s:Quantity><s:UnitPrice>{money(price)}</s:UnitPrice>'
            f"<s:NetAmount>{money(qty * price)}</s:NetAmount><s:TaxCode>{chance.choice('AB')}</s:TaxCode>"
            f"{discount}</s:Line>")


def wrong(source: Path, found: Path) -> int:
    """How many files are not what the stylesheet makes of theirs, missing or too many."""
    style = etree.XSLT(etree.parse(str(STYLESHEET)))
    names = {path.name for path in source.iterdir()}
    mistakes = len({path.name for path in found.iterdir()} ^ names)
    for name in names:
        if (found / name).exists():
            mistakes += canonical(etree.parse(str(found / name))) != canonical(style(etree.parse(str(source / name))))
    return mistakes


def canonical(tree: etree._ElementTree) -> bytes:
    return bytes(etree.tostring(tree.getroot(), method="c14n"))
