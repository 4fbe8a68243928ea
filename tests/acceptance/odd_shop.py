"""A small project for bad inputs: a route for each format and kind of step, by folder and by HTTP."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

ROUTES = """
    version: 1
    connections:
      in:  {type: folder, path: in}
      out: {type: folder, path: out}
    clients:
      till: {token: t-i-l-l}
    defaults: {retry: {first: 100ms, attempts: 2}}
    routes:
      csv:
        from: {folder: in, files: "*.csv", ready: at_once, duplicates: take}
        format: {csv: {delimiter: ";", decimal: ",", columns: {qty: int, price: decimal, day: {date: "%d.%m.%Y"}}}}
        steps: [split: records, filter: body.qty != 0, map: {fields: {sku: body.sku, sum: body.qty * body.price}}]
        to: [{id: out, format: ndjson, collect: message, send: {folder: out, name: "{{ file.stem }}.ndjson"}}]
      strict:
        from: {folder: in, files: "*.strict", ready: at_once}
        format: {csv: {delimiter: ";", columns: {qty: int}}}
        steps: [split: {by: records, bad: reject}]
        to: [{id: out, format: ndjson, collect: message, send: {folder: out, name: "{{ file.stem }}.ndjson"}}]
      xml:
        from: {folder: in, files: "*.xml", ready: at_once, duplicates: take}
        format: {xml: {records: Sale}}
        steps: [split: records, map: {fields: {sku: "body | xpath('Sku/text()')", qty: "body | xpath('Qty/text()') | int"}}]
        to: [{id: out, send: {folder: out, name: "{{ file.stem }}-{{ record.number }}.json"}}]
      ndjson:
        from: {folder: in, files: "*.ndjson", ready: at_once, duplicates: take}
        format: ndjson
        steps: [split: records, validate: sales.Sale]
        to: [{id: out, send: {folder: out, name: "{{ file.stem }}-{{ record.number }}.json"}}]
      fixed:
        from: {folder: in, files: "*.txt", ready: at_once, duplicates: take}
        format: {fixed: {layout: receipts}}
        steps: [split: records]
        to: [{id: out, send: {folder: out, name: "{{ file.stem }}-{{ record.number }}.json"}}]
      json:
        from: {folder: in, files: "*.json", ready: at_once, duplicates: take}
        steps: [python: odd.change]
        to: [{id: out, send: {folder: out, name: "{{ body.name }}"}}]
      sales:
        from: {http: "/sales/{store}", clients: [till], max_body: 64KiB}
        format: json
        steps: [validate: sales.Sale, dedupe: {key: body.sku, changed: dead}]
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.json"}}]
      letters:
        from: {http: /letters, clients: anyone, reply: result, timeout: 20s}
        format: json
        steps: [template: letter.json.j2]
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.json"}}]
      sheets:
        from: {http: /sheets, clients: anyone, reply: result, timeout: 20s}
        format: xml
        steps: [xslt: sheet.xsl]
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.xml"}}]
      sorted:
        from: {http: /sorted, clients: anyone, reply: result, timeout: 20s}
        format: json
        steps: [set: {"body.half": body.qty / body.by}, filter: "body.qty > 0"]
        order_by: body.customer
        to:
          - {id: out, when: "body.kind == 'sale'", send: {folder: out, name: "{{ body.file }}"}}
          - otherwise: {dead: "no rule for this kind"}
      tables:
        from: {http: /tables, clients: anyone}
        format: {csv: {columns: {qty: int}}}
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.csv"}}]
      lines:
        from: {http: /lines, clients: anyone, refuse: false}
        format: ndjson
        to: [{id: out, send: {folder: out, name: "{{ message.id }}.ndjson"}}]
"""
FILES = {
    "schemas/sales.py": """
        from marshmallow import Schema, fields, validate


        class Sale(Schema):
            sku = fields.Str(required=True)
            qty = fields.Int(required=True, strict=True, validate=validate.Range(min=1))
    """,
    "templates/letter.json.j2": """
        {"to": {{ body.customer.name }}, "lines": [{% for line in body.lines %}{{ line.qty * line.price }}{% endfor %}]}
    """,
    "templates/sheet.xsl": """
        <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
        <xsl:template match="/Order"><sheet><xsl:apply-templates select="Line"/></sheet></xsl:template>
        <xsl:template match="Line[@open='no']"><xsl:message terminate="yes">it is closed</xsl:message></xsl:template>
        </xsl:stylesheet>
    """,
    "layouts/receipts.yaml": """
        record_type: {at: 1, length: 2}
        records:
          H1: {name: header, fields: {store: {at: 3, length: 4}, day: {at: 7, length: 8, type: date, format: "%Y%m%d"}}}
          D1: {name: line, fields: {sku: {at: 3, length: 5}, qty: {at: 8, length: 3, type: int}}}
          T1: {name: trailer, fields: {count: {at: 3, length: 3, type: int}}}
        group: {start: H1, members: [D1], end: T1}
    """,
    "python/odd.py": """
        import sys


        class Last(BaseException):
            pass


        def deep(n):
            return deep(n + 1)


        def change(message):
            do = message.body["do"]
            if do == "raise":
                raise RuntimeError("of our own")
            if do == "key":
                return message.body["missing"]
            if do == "nothing":
                return None
            if do == "exit":
                sys.exit(3)
            if do == "last":
                raise Last("words")
            if do == "interrupt":
                raise KeyboardInterrupt
            if do == "deep":
                deep(0)
            if do == "object":
                message.body = object()
            if do == "circle":
                message.body["self"] = message.body
            return message
    """,
}


def write(folder: Path) -> None:
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    for name, text in FILES.items():
        path = folder / "transforms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip(), "utf-8")
