"""04: expressions, templates and content that do not compile."""

from __future__ import annotations

from router.config.codes.code import Code

TILL = 'routes:\n  sales:\n    from: {folder: pos, files: "*.json"}\n'
OUT = "    to: [{id: out, send: {folder: out, name: a.json}}]\n"
LINE = {"transforms/maps/sale_to_line.yaml": "fields:\n  sku: body.sku\n"}

CODES = (
    Code(
        "E", "0401", "an expression or a template that cannot be read",
        "Expressions are Jinja's, without braces: `body.qty > 0 and body.store == '0042'`. Templates are texts with "
        "`{{ }}`. The message says at which character it went wrong.",
        TILL + "    steps: [{filter: body.qty >}]\n" + OUT,
        TILL + "    steps: [{filter: body.qty > 0}]\n" + OUT,
    ),
    Code(
        "E", "0402", "a content file that is missing or wrong",
        "Maps, templates, stylesheets, schemas, layouts and functions stand under transforms/, each in its own folder. "
        "What is wrong inside such a file is reported there, with its line.",
        TILL + "    steps: [{map: sale_to_lien}]\n" + OUT,
        TILL + "    steps: [{map: sale_to_line}]\n" + OUT,
        LINE,
    ),
    Code(
        "E", "0403", "options that a step or a format refuses",
        "The words are right, but the step or the format cannot be made of them.",
        TILL + '    format: {xml: {records: "p:Sale"}}\n' + OUT,
        TILL + '    format: {xml: {records: "p:Sale", namespaces: {p: "urn:pos"}}}\n' + OUT,
    ),
    Code(
        "W", "0404", "a {word} in a template",
        "A single brace is text and is sent as it stands. A value stands in two: `{{ body.id }}`. In template files only "
        "what can be a value is said, as `{body.id}`; what is meant so is written `{{ '{body.id}' }}`.",
        TILL + '    to: [{id: erp, send: {http: erp, path: "/sales/{store}"}}]\n',
        TILL + '    to: [{id: erp, send: {http: erp, path: "/sales/{{ body.store }}"}}]\n',
    ),
    Code(
        "W", "0405", "a certificate that is not there",
        "Paths of certificates and keys start at the project folder, in `tls` as in an address (`?cacertfile=certs/bus.pem`). "
        "Without the file the connection cannot be opened.",
        "connections:\n  erp: {type: http, url: https://erp.test, tls: {ca: certs/erp.pem}}\n",
        "connections:\n  erp: {type: http, url: https://erp.test, tls: {ca: certs/own.pem}}\n",
        {"certs/own.pem": "-----BEGIN CERTIFICATE-----\n"},
    ),
    Code(
        "E", "0406", "a send that its adapter refuses",
        "The words are right, but the adapter cannot send so: the message says its rule.",
        'routes:\n  sales:\n    from: {folder: pos, files: "*.json"}\n    to:\n'
        '      - {id: dwh, send: {sql: dwh, statement: "update stock set qty = :qty", params: {quantity: body.qty}}}\n',
        'routes:\n  sales:\n    from: {folder: pos, files: "*.json"}\n    to:\n'
        '      - {id: dwh, send: {sql: dwh, statement: "update stock set qty = :qty", params: {qty: body.qty}}}\n',
    ),
)  # fmt: skip
