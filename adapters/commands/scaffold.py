"""The files of a new project."""

from __future__ import annotations

from collections.abc import Mapping

SCHEMA, INCLUDED, EDITOR = ".crossdock/routes.schema.json", ".crossdock/included.schema.json", ".vscode/settings.json"
SETTINGS = """\
{
  "yaml.schemas": {
    ".crossdock/routes.schema.json": "routes.yaml",
    ".crossdock/included.schema.json": "routes/*.yaml"
  }
}
"""
"""For VS Code's YAML extension; other editors with yaml-language-server read the first line of routes.yaml."""

ROUTES = """\
# yaml-language-server: $schema=.crossdock/routes.schema.json
# The routing table. `crossdock routes check` says every mistake; `crossdock up` runs it.
version: 1

connections:
  till:   {type: folder, path: inbox/till}     # a legacy till drops its day file here
  orders: {type: folder, path: out/orders}
  sales:  {type: folder, path: out/sales}

routes:
  web-orders:
    about: Orders of the web shop become one JSON file each
    from: {http: /orders, method: POST, clients: anyone, reply: accepted}
    keys: {order: body.order_no}                # crossdock messages find --key order=1001
    steps:
      - validate: orders.Order
      - map: order_to_sales_order
    to:
      - {id: erp, format: json, send: {folder: orders, name: "{{ body.external_id }}.json"}}

  till-sales:
    about: The till's day file becomes one NDJSON file
    from: {folder: till, files: "SALES_*.csv", ready: {unchanged_for: 1s}}
    format: {csv: {delimiter: ";", decimal: ",", columns: {qty: int, price: decimal}}}
    steps:
      - split: records
      - filter: body.qty != 0
      - map: sale_to_line
    to:
      - {id: lake, format: ndjson, collect: message, send: {folder: sales, name: "{{ file.stem }}.ndjson"}}

# `crossdock routes test` plays these by the code that runs in production, with a simulated outside and clock.
tests:
  an order is written, though the disk is full at first:
    route: web-orders
    given: {body: "@samples/order.json"}
    replies: {erp: [io, ok]}
    expect:
      targets: {erp: {calls: 2, body: "@samples/order.erp.json"}}
      state: delivered
      after: {at_most: 1m}

  an order whose file is there already is a dead letter:
    route: web-orders
    given: {body: "@samples/order.json"}
    replies: {erp: refused}
    expect: {state: dead, dead: 1}

  an order without lines is refused:
    route: web-orders
    given: {body: {order_no: "1002", customer: C-17, lines: []}}
    expect: {targets: {erp: {calls: 0}}, state: refused, answer: {status: 422}}

  a day file is written without its wrong record:
    route: till-sales
    given: {file: samples/SALES_0042.csv}
    replies: {lake: [io, ok]}
    expect:
      targets: {lake: {calls: 2, body: {includes: [{sku: "4006381333931", quantity: 2, amount: "39.80"}]}}}
      state: dead                     # the worst of its records
      dead: 1
      reason: qty

  a day file that is there already is a dead letter as a whole:
    route: till-sales
    given: {file: samples/SALES_0042.csv}
    replies: {lake: refused}
    expect: {state: dead, dead: 2}         # and its wrong record
"""

ORDERS = '''\
"""What the web shop sends."""

from marshmallow import Schema, fields, validate


class Line(Schema):
    sku = fields.String(required=True)
    qty = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    price = fields.Decimal(required=True)


class Order(Schema):
    order_no = fields.String(required=True)
    customer = fields.String(required=True)
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=1))
'''

ORDER_MAP = """\
about: Web order to sales order
fields:
  external_id: body.order_no
  customer: body.customer
  lines:
    each: line in body.lines
    fields:
      product: line.sku
      quantity: line.qty
      amount: (line.qty * line.price) | text(2)
  total: out.lines | sum('amount') | text(2)     # out = what the map has built so far
  channel: {const: web}
"""

SALE_MAP = """\
about: A line of the till to a line of sales
fields:
  sku: body.sku
  quantity: body.qty
  amount: (body.qty * body.price) | text(2)
  store: body.store
  source_record: record.number
"""

ORDER = """\
{"order_no": "1001", "customer": "C-17",
 "lines": [{"sku": "4006381333931", "qty": 2, "price": 19.90}, {"sku": "4005556", "qty": 1, "price": 4.50}]}
"""

ORDER_SENT = """\
{"external_id": "1001", "customer": "C-17",
 "lines": [{"product": "4006381333931", "quantity": 2, "amount": "39.80"},
           {"product": "4005556", "quantity": 1, "amount": "4.50"}],
 "total": "44.30", "channel": "web"}
"""

SALES = """\
store;sku;qty;price
0042;4006381333931;2;19,90
0042;4005556;1;4,50
0042;4012345678901;0;3,00
0042;4099999999999;x;1,00
0042;4001234567890;3;0,99
"""

GITIGNORE = """\
var/
inbox/
out/
.env
"""

FOLDERS = ("inbox/till", "out", "transforms/templates")

FILES: Mapping[str, str] = {
    "routes.yaml": ROUTES,
    "transforms/schemas/orders.py": ORDERS,
    "transforms/maps/order_to_sales_order.yaml": ORDER_MAP,
    "transforms/maps/sale_to_line.yaml": SALE_MAP,
    "transforms/samples/order.json": ORDER,
    "transforms/samples/order.erp.json": ORDER_SENT,
    "transforms/samples/SALES_0042.csv": SALES,
    ".gitignore": GITIGNORE,
}

NEXT = """
The project is there. Try:
  cd {folder}
  crossdock routes check
  crossdock routes test
  crossdock routes try web-orders transforms/samples/order.json
  crossdock up
and, while it runs, in another terminal:
  curl -i http://127.0.0.1:8080/orders -H 'content-type: application/json' -d @transforms/samples/order.json
  cp transforms/samples/SALES_0042.csv inbox/till/
  crossdock status                   # one record of the day file is wrong on purpose
  crossdock dlq list
  crossdock dlq edit ID --set body.qty=1
  crossdock dlq requeue ID --yes --wait
  ls out/orders out/sales"""
