"""06, second half: expressions that do not fit the body they see. `docs/types.md` says how the body is known."""

from __future__ import annotations

from router.config.codes.code import Code

TILL = """\
routes:
  sales:
    from: {folder: pos, files: "*.csv"}
    format: {csv: {header: false, columns: {store: text, qty: int, price: decimal, sold_on: date}}}
    steps:
      - split: records
"""
OUT = "    to: [{id: out, send: {folder: out, name: a.csv}}]\n"
ORDERS = {
    "transforms/schemas/orders.py": """\
from marshmallow import Schema, fields, validate


class Order(Schema):
    number = fields.Str(required=True)
    state = fields.Str(required=True, validate=validate.OneOf(["paid", "open"]))
"""
}
WEB = "routes:\n  orders:\n    from: {http: /orders, clients: [web-shop]}\n    steps:\n      - validate: orders.Order\n"


def step(wrong: str, right: str) -> tuple[str, str]:
    """One step of a till's rows."""
    return f"{TILL}      - {wrong}\n{OUT}", f"{TILL}      - {right}\n{OUT}"


CODES = (
    Code(
        "W", "0620", "a field that is not there",
        "The body is followed through formats, schemas, maps and steps. No step in front of this place makes a field of "
        "that name; evaluating it ends the message as undefined. `is defined` and `| default(x)` may ask for any field.",
        *step("filter: body.stor != '9999'", "filter: body.store != '9999'"),
    ),
    Code(
        "E", "0621", "a comparison that can only fail",
        "Only things of one kind can be compared: texts, numbers, dates, dates with time. Null is no value to compare: "
        "`is none` asks for it.",
        *step("filter: body.store > 100", "filter: (body.store | int) > 100"),
    ),
    Code(
        "E", "0622", "a sum, product or join that can only fail",
        "Numbers are added, subtracted, multiplied and divided; `+` of two texts and `~` of texts and numbers join. "
        "`| decimal` and `| int` make numbers of texts, `| text` and `| iso` texts of dates.",
        *step('map: {fields: {next: "body.store + 1"}}', 'map: {fields: {next: "(body.store | int) + 1"}}'),
    ),
    Code(
        "E", "0623", "a filter that refuses what it gets",
        "Each filter takes values of some kinds only; none that can stand here is of them.",
        *step('map: {fields: {on: "body.qty | iso"}}', 'map: {fields: {on: "body.sold_on | iso"}}'),
    ),
    Code(
        "E", "0624", "a condition that is neither true nor false",
        "Conditions, and the sides of `and`, `or`, `not` and `if`, are true or false. A text or a number is not: compare "
        "it, or ask whether it is defined.",
        *step("filter: body.store", "filter: body.store != ''"),
    ),
    Code(
        "W", "0625", "a condition that is always true, or always false",
        "A constant, a value that is compared with itself, a word that the schema does not allow, `is none` of what is "
        "never null: the condition decides nothing, or is misspelt.",
        WEB + "      - filter: body.state == 'payed'\n" + OUT, WEB + "      - filter: body.state == 'paid'\n" + OUT, ORDERS,
    ),
    Code(
        "E", "0626", "a value that is impossible at its place",
        "Keys of order and identity are texts, numbers or dates; `each` and `split` go over lists; a template prints "
        "texts, numbers, truth values and dates.",
        *step("dedupe: {key: body}", "dedupe: {key: body.store}"),
    ),
    Code(
        "W", "0627", "a filter that binds tighter than the calculation",
        "A filter belongs to the value right before it: `a * b | round(2)` rounds b alone. Brackets make it belong to "
        "the result.",
        *step(
            'map: {fields: {sum: "body.qty * body.price | round(2)"}}',
            'map: {fields: {sum: "(body.qty * body.price) | round(2)"}}',
        ),
    ),
    Code(
        "W", "0628", "a column that the body has no field for",
        "`columns` of a target's CSV names fields of the body. A record without one of them cannot be written.",
        TILL + "    to: [{id: out, format: {csv: {columns: [store, quantity]}}, send: {folder: out, name: a.csv}}]\n",
        TILL + "    to: [{id: out, format: {csv: {columns: [store, qty]}}, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0629", "a body that a step or a format cannot take",
        "`validate` takes objects, `xslt` takes XML; a CSV is made of objects, a text of a text, JSON of all "
        "but XML and bytes.",
        TILL + "    to: [{id: out, format: text, send: {folder: out, name: a.csv}}]\n",
        TILL + "    to: [{id: out, format: csv, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "W", "0630", "a filter that changes nothing",
        "The format of `| datetime(FORMAT)` says how a text is read. A date is one already and stays as it is; it is "
        "written by `| date` and `| iso`.",
        *step('map: {fields: {on: "body.sold_on | datetime(\'%Y%m%d\')"}}', 'map: {fields: {on: "body.sold_on | iso"}}'),
    ),
)  # fmt: skip
