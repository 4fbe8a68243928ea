"""Projects with one mistake each that only types can show. `§` stands in front of the value that is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.transforms.types.desk import TO, WEB, brief, checked, marked

PYTHON = {"transforms/python/p.py": "def f(message):\n    return message\n"}
TEXT = {"transforms/templates/t.txt.j2": "x"}


@dataclass(frozen=True)
class Case:
    """A route, the files that it uses, the code of its mistake, and words that must be said."""

    route: str
    code: str
    says: str = ""
    files: dict[str, str] = field(default_factory=dict)


def steps(*texts: str, code: str, says: str = "", files: dict[str, str] | None = None, to: str = TO) -> Case:
    """Steps behind `validate`."""
    return Case(WEB + "".join(f"  - {text}\n" for text in texts) + to, code, says, files or {})


def expression(text: str, code: str, says: str = "") -> Case:
    return steps(f"filter: §{text}", code=code, says=says)


def route(text: str, code: str, says: str = "") -> Case:
    """A key of the route."""
    return Case(f"{WEB}{text}\n{TO}", code, says)


def target(text: str, code: str, says: str = "") -> Case:
    """One target of an order."""
    return Case(f"{WEB}to:\n  - {{id: a, {text}}}\n", code, says)


def in_map(text: str, code: str, says: str = "", *more: str) -> Case:
    return steps("map: m", *more, code=code, says=says, files={"transforms/maps/m.yaml": text})


def in_template(text: str, code: str, says: str = "", name: str = "t.xml.j2") -> Case:
    return steps(f"template: {name}", code=code, says=says, files={f"transforms/templates/{name}": text})


def of_file(format_: str, *texts: str, code: str, says: str = "", files: dict[str, str] | None = None) -> Case:
    """Steps of a route that takes files."""
    head = f"from: {{folder: in, files: '*.x'}}\nformat: {format_}\nsteps:\n"
    return Case(head + "".join(f"  - {text}\n" for text in texts) + TO, code, says, files or {})


HTTP = "send: {http: erp, path: /}"
CSV, HEADER = "{csv: {header: false, columns: {sku: text, qty: int, at: date}}}", "{csv: {columns: {qty: int}}}"
NOTES = {
    "transforms/layouts/notes.yaml": """\
record_type: {at: 1, length: 2}
records:
  H1: {name: header, fields: {store: {at: 3, length: 4}}}
  D1: {name: line, fields: {sku: {at: 3, length: 13}, qty: {at: 16, length: 5, type: int}}}
group: {start: H1, members: [D1]}
"""
}
LINES = {
    "transforms/layouts/lines.yaml": """\
fields: {sku: {at: 1, length: 4}, on: {at: 5, length: 8, type: date, format: '%Y%m%d'}}
"""
}


def folder(options: str, hint: str) -> Case:
    """A source of files."""
    return Case(f"from: {{folder: in, files: '*.x', {options}}}\n{TO}", "W0620", hint)


def written(read: str, format_: str, says: str, *texts: str) -> Case:
    """One format to another."""
    head = f"from: {{folder: in, files: '*.x'}}\nformat: {read}\nsteps: [{', '.join(f'{{{text}}}' for text in texts)}]\n"
    return Case(f"{head}to:\n  - {{id: a, format: §{format_}, {HTTP}}}\n", "E0629", says)


CASES = {
    # a field that is not there
    "a misspelt field": expression("body.order_num == 'x'", "W0620", "did you mean 'body.order_no'?"),
    "a field of a nested object": expression("body.customer.nam == 'x'", "W0620", "did you mean 'body.customer.name'?"),
    "a field of a text": expression("body.order_no.x == 'x'", "W0620", "body.order_no is a text, which has no fields"),
    "a field of a list": expression("body.lines.sku == 'x'", "W0620", "body.lines[0].sku"),
    "a field of an item": expression("body.lines[0].skuu == 'x'", "W0620", "body.lines[0].sku"),
    "an item of an object": expression("body.customer[0] == 'x'", "W0620"),
    "a parameter that the path has not": expression("message.params.shp == 'x'", "W0620", "message.params.shop"),
    "a field of each item": expression("body.lines | sum('prize') > 0", "W0620", "did you mean 'price'?"),
    "a record where nothing splits": expression("record.number > 1", "W0620", "only behind a split"),
    "what a map makes outside of one": expression("out.x == 1", "W0620", "only in a map"),
    "a key": route("keys: {no: §record.number}", "W0620", "only behind a split"),
    "an order": route("order_by: §body.order_num", "W0620", "body.order_no"),
    "a name of a file": target('send: {folder: out, name: §"{{ body.idd }}.json"}', "W0620", "body.idd"),
    "a path": target('send: {http: erp, path: §"/a/{{ body.idd }}"}', "W0620", "body.idd"),
    "a header": target('send: {http: erp, path: /, headers: {X-A: §"{{ body.idd }}"}}', "W0620", "body.idd"),
    "a parameter": target('send: {http: erp, path: /, query: {a: §"{{ body.idd }}"}}', "W0620", "body.idd"),
    "a column of a table": target("send: {sql: dwh, table: t, conflict: [a], columns: {a: §body.idd}}", "W0620"),
    "an answer": target("send: {http: erp, path: /, ok_when: §reply.stat == 1}", "W0620", "did you mean 'reply.status'?"),
    "an archive": folder("done: §'{{ message.recieved_at | date }}'", "message.received_at"),
    "an archive by the body": folder("done: §'d/{{ body.x }}'", "behind the source"),
    "an archive by a header": folder("done: §'d/{{ headers.x }}'", "`file`"),
    "a marker by the body": folder("ready: {marker: §'{{ body.x }}.ok'}", "`file`"),
    "a marker by the time": folder("ready: {marker: §'{{ message.received_at | date }}.ok'}", "message.received_at"),
    "a field that a schema leaves out": steps("validate: orders.Customer", "filter: §body.order_no == 'x'", code="W0620"),
    # comparisons
    "a text with a number": expression("body.order_no > 5", "E0621", "(body.order_no | int)"),
    "a number with a text": expression("(body.lines | length) == '5'", "E0621", "5 without quotes"),
    "a truth value with a text": expression("body.express == 'true'", "E0621", "without quotes"),
    "a date with a text": expression("body.day > '2026-01-01'", "E0621", "'2026-01-01' | date"),
    "a date with a date with time": expression("body.day < message.received_at", "E0621"),
    "null": expression("body.note == none", "E0621", "`body.note is none`"),
    "null of what is unknown": steps("python: p.f", "filter: §body.x != none", code="E0621", says="`body.x is not none`",
                                     files=PYTHON),
    "objects by size": expression("body.customer > body.lines[0]", "E0621", "no order"),
    "a number in a list of texts": expression("body.lines[0].qty in ['1', '2']", "E0621"),
    "a number in a text": expression("body.lines[0].qty in body.order_no", "E0621", "cannot look for"),
    # calculations
    "a text and a number": expression("body.order_no + 1 == 'x'", "E0622", "use `~` to join"),
    "a number and a text": expression("body.lines[0].qty + body.order_no == 1", "E0622", "`| decimal` or `| int`"),
    "a product of texts": expression("body.order_no * 2 == 2", "E0622", "multiply"),
    "a negated text": steps('filter: §"-body.order_no == 2"', code="E0622", says="negate"),
    "joined dates": expression("body.order_no ~ body.day == 'x'", "E0622", "`| iso`"),
    "a tight filter that makes a text": expression(
        "body.lines[0].qty * body.lines[0].price | text(2) == '1.00'", "E0622",
        "write (body.lines[0].qty * body.lines[0].price) | text(2)"),
    "a tight filter that makes a number": expression(
        "body.lines[0].qty * body.lines[0].price | round(2) > 1", "W0627",
        "write (body.lines[0].qty * body.lines[0].price) | round(2)"),
    # filters
    "upper of a number": expression("(body.lines[0].qty | upper) == 'X'", "E0623", "`| text`"),
    "text(2) of a text": expression("(body.order_no | text(2)) == 'X'", "E0623", "`| decimal`"),
    "a length of a number": expression("(body.lines[0].qty | length) > 1", "E0623"),
    "iso of a text": expression("(body.order_no | iso) == 'x'", "E0623", "`| date`"),
    "a sum of an object": expression("(body.customer | sum('id')) > 1", "E0623", "takes a list"),
    "xpath of an object": expression("(body | xpath('//a')) == 'x'", "E0623", "format: xml"),
    # conditions
    "a text as a condition": expression("body.order_no", "E0624", "body.order_no is defined"),
    "a list as a condition": expression("body.lines", "E0624", "body.lines | length > 0"),
    "a part of a condition": expression("body.express and body.note", "E0624", "body.note"),
    "a when": Case(
        f"{WEB}to:\n  - {{id: a, when: §body.note, {HTTP}}}\n  - otherwise: {{dead: no}}\n", "E0624"),
    # always
    "true": expression("true", "W0625", "always true"),
    "numbers": expression("1 > 2", "W0625", "always false"),
    "itself": expression("body.kind == body.kind", "W0625", "compared with itself"),
    "a word that it never is": expression("body.kind == 'shipp'", "W0625", "did you mean 'ship'?"),
    "a word that it never is not": expression("body.kind != 'delivery'", "W0625", "there are pickup, ship"),
    "a word of a list": expression("body.kind in ['ship', 'picked']", "W0625", "body.kind is never 'picked'"),
    "a number that it never is": expression("body.lines[0].qty <= 0", "W0625", "always false"),
    "all words": expression("body.kind in ['ship', 'pickup']", "W0625", "always true"),
    "never null": expression("body.order_no is none", "W0625", "body.order_no is never null"),
    "never there": expression("body.nothing is defined", "W0625", "never there"),
    # kinds
    "a key that is an object": steps("dedupe: {key: §body.customer}", code="E0626", says="a key is a text"),
    "an order that is a list": route("order_by: §body.lines", "E0626", "a key is"),
    "a split by a text": steps("split: {by: §body.order_no}", code="E0626", says="a list is expected"),
    "a header that is a list": steps('set: {"headers.x": §body.lines}', code="E0626"),
    "a list in a path": target('send: {http: erp, path: §"/{{ body.lines }}"}', "E0626", "cannot be printed"),
    "indexes that are no list": target(f"collect: {{records: 5, failed: §reply.status}}, {HTTP}", "E0626", "a list"),
    # bodies
    "a field of a field that is set": steps('set: {"body.order_no.x": §1}', code="E0629", says="body.order_no is a text"),
    "a text as CSV": steps("template: t.txt.j2", code="E0629", says="cannot write", files=TEXT,
                           to=f"to:\n  - {{id: a, format: §csv, {HTTP}}}\n"),
    "XML as JSON": written("xml", "json", "as in body | xpath('Id/text()')"),
    "XML as NDJSON": written("xml", "ndjson", "the body is XML, which the format 'ndjson' cannot write"),
    "XML as CSV": written("xml", "csv", "`map`"),
    "records of XML as JSON": written("{xml: {records: T}}", "json", "the body is XML", "split: records"),
    "a group of XML as CSV": written("{xml: {records: T}}", "csv", "the body holds XML", "split: {group: [record.number]}"),
    "XML inside of JSON": written("xml", "json", "the body holds XML", "map: {fields: {a: 1, b: [{c: {value: body}}]}}"),
    "a group of XML without a format": Case(
        "from: {folder: in, files: '*.x'}\nformat: {xml: {records: T}}\nsteps: [{split: {group: [record.number]}}]\n"
        f"to:\n  - §id: a\n    {HTTP}\n", "E0629", "the body holds XML, which the format 'json' cannot write"),
    "XML that is collected without a format": Case(
        "from: {folder: in, files: '*.x'}\nformat: {xml: {records: T}}\nsteps: [{split: records}]\n"
        f"to:\n  - §id: a\n    collect: message\n    {HTTP}\n", "E0629", "the body is XML, which the format 'json'"),
    "bytes as JSON": written("bytes", "json", "set the `format` of the route"),
    "a group of texts as CSV": written("json", "csv", "`map`", "split: {by: \"body.a | split(',')\", group: [record.number]}"),
    "an object as text": target(f"format: §text, {HTTP}", "E0629", "template"),
    "columns of a CSV": target(f"format: {{csv: {{columns: [order_no, §knd]}}}}, {HTTP}", "W0628", "did you mean 'kind'?"),
    "what makes two rows the same": target("send: {sql: dwh, table: t, conflict: [order_no, §lin]}", "W0628", "'lines'"),
    "typed columns of a CSV": target(f"format: {{csv: {{columns: {{order_no: text, §knd: text}}}}}}, {HTTP}", "W0628"),
    # formats
    "a cell that is text": of_file(CSV, "split: records", "filter: §body.sku > 5", code="E0621"),
    "a column that is not there": of_file(CSV, "split: records", "filter: §body.skuu == 'x'", code="W0620", says="body.sku"),
    "a cell that a header names": of_file(HEADER, "split: records", "filter: §body.price * 2 > 5", code="E0622"),
    "rows before they are split": of_file(CSV, "filter: §body.sku == 'x'", code="W0620",
                                          says="let a `split` stand before it"),
    "a list to validate": of_file(CSV, "validate: §orders.Order", code="E0629", says="let a `split` stand before it"),
    "a field of XML": of_file("xml", "filter: §body.a == 'x'", code="W0620", says="| xpath("),
    "a field of bytes": of_file("bytes", "filter: §body.a == 'x'", code="W0620", says="'format'"),
    "a field of text": of_file("text", "filter: §body.a == 'x'", code="W0620"),
    "a date of JSON": of_file("json", "filter: §(body.at | iso) == 'x'", code="E0623", says="`| date`"),
    "XML of JSON": of_file("json", "xslt: §x.xsl", code="E0629", says="format: xml", files={
        "transforms/templates/x.xsl": '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'}),
    "a field of a group": of_file("{fixed: {layout: notes}}", "split: records", "filter: §body.head.store == 'x'", code="W0620",
                                  says="body.header", files=NOTES),
    "members of a group": of_file("{fixed: {layout: notes}}", "split: records", "filter: §body.line.qty > 1", code="W0620",
                                  says="body.line[0].qty", files=NOTES),
    "a cell of fixed width": of_file("{fixed: {layout: lines}}", "split: records", "filter: §body.on == '20260101'",
                                     code="E0621", files=LINES),
    "records that are grouped": of_file(CSV, "split: {group: [body.sku]}", "filter: §body.sku == 'x'", code="W0620",
                                        says="body[0].sku"),
    "a group by what is not there": of_file(CSV, "split: {group: [§body.skuu]}", code="W0620", says="body.sku"),
    # maps
    "a field in a map": in_map("fields:\n  a: §body.order_num\n", "W0620", "did you mean 'body.order_no'?"),
    "a nested field in a map": in_map("fields:\n  a: {b: {c: §body.order_no * 2}}\n", "E0622"),
    "an item in a map": in_map("fields:\n  a:\n    each: line in body.lines\n    fields:\n      b: §line.sku + 1\n", "E0622"),
    "what a map loops over": in_map("fields:\n  a: {each: §line in body.order_no, value: line}\n", "E0626", "not a list"),
    "a where in a map": in_map("fields:\n  a: {each: x in body.lines, where: §x.qty > '1', value: x}\n", "E0621"),
    "a when in a map": in_map("fields:\n  a: {value: body.note, when: §body.note}\n", "E0624"),
    "an element of a list": in_map("fields:\n  a: [body.note, {value: §body.nte}]\n", "W0620", "body.note"),
    "what a map has not built yet": in_map("fields:\n  a: §out.b\n  b: body.note\n", "W0620", "has no fields"),
    "what a map built": in_map("fields: {a: body.order_no}\n", "W0620", "body has a", "filter: §body.order_no == 'x'"),
    "the items that a map built": in_map(
        "fields:\n  a: {each: x in body.lines, fields: {n: x.qty}}\n  b: §out.a | sum('m')\n", "W0620", "each item of out.a"),
    "a constant of a map": in_map("fields: {a: {const: web}}\n", "W0625", "there are web", "filter: §body.a == 'shop'"),
    "a map that keeps": in_map("keep: all\nfields: {a: body.order_no}\n", "W0620", "", "filter: §body.order_num == 'x'"),
    "a map in its route": steps("map: {fields: {a: {b: §body.order_num}}}", code="W0620", says="body.order_no"),
    # templates
    "a field in a template": in_template("<a>\n  {{ §body.order_num }}</a>", "W0620", "body.order_no"),
    "an item in a template": in_template("{% for x in body.lines %}\n  {{ §x.skuu }}{% endfor %}", "W0620", "x.sku"),
    "a text in quotes in JSON": in_template('{"no": "{{ §body.order_no }}"}', "E0626", "quotes", name="t.json.j2"),
    "what a template loops over": in_template("{% for x in §body.order_no %}{{ x }}{% endfor %}", "E0626", "not a list"),
    "a condition in a template": in_template("a {% if §body.note %}b{% endif %}", "E0624"),
    "a filter in a template": in_template("é {{ §body.customer | upper }}", "E0623"),
    "an object in a template": in_template("{{ §body.customer }}", "E0626", "`| json`"),
    "a variable in a template": in_template("{% set x = body.order_no %}{{ §x * 2 }}", "E0622"),
    "a value in single braces": in_template("<a>\né §{body.order_no}</a>", "W0404", "write '{{ body.order_no }}'"),
    "single braces with blanks": in_template("{{ body.note }} a §{ file.stem } b", "W0404", "{{ file.stem }}", "t.txt.j2"),
    "an item in single braces": in_template("{% if body.express -%}\n a§{body.lines[0]}{% endif %}", "W0404", "body.lines[0]"),
    "single braces in JSON": in_template('{"a": §{body.order_no}}', "W0404", "{{ body.order_no }}", "t.json.j2"),
    "a root in single braces": in_template("a,§{record}\n", "W0404", "'{record}' is sent as it stands", "t.csv.j2"),
    "a template with blanks cut off": in_template("a \n {%- if body.express -%} \n {{ §body.nte }}\n{%- endif %}", "W0620"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_mistake(case: Case) -> None:
    texts, place = marked(case.route, case.files)
    problems = checked(*texts)
    assert brief(problems) == [(case.code, *place)], [str(p) for p in problems]
    assert case.says in f"{problems[0].message}; {problems[0].hint}"
    assert problems[0].level == ("error" if case.code.startswith("E") else "warning")


def test_the_table_is_large() -> None:
    assert len(CASES) >= 100
