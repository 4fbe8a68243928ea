"""07: tests of routes."""

from __future__ import annotations

from router.config.codes.code import Code

SALES = 'routes:\n  sales:\n    from: {folder: pos, files: "*.json"}\n'
ORDERS = "routes:\n  orders:\n    from: {http: /orders, clients: [shop]}\n"
FILE = "    to: [{id: out, send: {folder: out, name: a.json}}]\n"
CALL = "    to: [{id: erp, send: {http: erp, path: /sales}}]\n"
CLIENT = "clients:\n  shop: {token: \"${env:SHOP_TOKEN}\"}\n"


def a_test(route: str, given: str = "body: {}", rest: str = "expect: {state: delivered, targets: {out: {calls: 1}}}") -> str:
    return f"tests:\n  one:\n    route: {route}\n    given: {{{given}}}\n    {rest}\n"


ERP, OUT = (f"expect: {{targets: {{{id}: {{calls: 1}}}}}}" for id in ("erp", "out"))

CODES = (
    Code(
        "E", "0701", "a test of a route that is not there",
        "`route` of a test names a route of this project.",
        SALES + FILE + a_test("sale"),
        SALES + FILE + a_test("sales"),
    ),
    Code(
        "E", "0702", "a test that names a target that is not there",
        "Replies and expectations name targets of the route by their ids, those of other routes as ROUTE.TARGET, and a "
        "fallback as ID:fallback.",
        SALES + FILE + a_test("sales", rest="expect: {targets: {ou: {calls: 1}, out: {calls: 1}}}"),
        SALES + FILE + a_test("sales"),
    ),
    Code(
        "E", "0703", "a test whose client may not call the route",
        "The client of a given message is one of those that the route lets in.",
        CLIENT + ORDERS + CALL + a_test("orders", "client: till, body: {}", ERP),
        CLIENT + ORDERS + CALL + a_test("orders", "client: shop, body: {}", ERP),
    ),
    Code(
        "E", "0704", "a sample that cannot be used",
        "A body is written in the test, or stands in a file of transforms/samples, which is named @samples/NAME or by "
        "`file`; one of the two.",
        SALES + FILE + a_test("sales", "file: samples/missing.json"),
        SALES + FILE + a_test("sales", "file: samples/sale.json"),
        {"transforms/samples/sale.json": "{}"},
    ),
    Code(
        "E", "0705", "a reply that the target never gives",
        "http targets reply a status or fail by timeout, connect or reset; the others are ok or fail by timeout, connect, io, "
        "refused or returned.",
        SALES + FILE + a_test("sales", rest="replies: {out: [503]}\n    " + OUT),
        SALES + FILE + a_test("sales", rest="replies: {out: [io]}\n    " + OUT),
    ),
    Code(
        "E", "0706", "a file that the route does not take",
        "The name of a given file fits `files` of the route's source.",
        SALES + FILE + a_test("sales", "name: sale.csv, body: {}"),
        SALES + FILE + a_test("sales", "name: sale.json, body: {}"),
    ),
    Code(
        "E", "0707", "headers where none are sent",
        "Only http and amqp targets, and other routes, are sent headers.",
        SALES + FILE + a_test("sales", rest="expect: {targets: {out: {headers: {a: b}}}}"),
        SALES + FILE + a_test("sales", rest="expect: {targets: {out: {calls: 1}}}"),
    ),
    Code(
        "E", "0708", "an answer where nobody is answered",
        "Only a caller of an http route gets an answer.",
        SALES + FILE + a_test("sales", rest="expect: {answer: {status: 202}, targets: {out: {calls: 1}}}"),
        CLIENT + ORDERS + CALL + a_test("orders", "body: {}", "expect: {answer: {status: 202}, targets: {erp: {calls: 1}}}"),
    ),
    Code(
        "A", "0710", "a target that no test names",
        "The project has tests, and none expects anything of this target. `crossdock routes test --coverage` says what is "
        "reached.",
        SALES + FILE + a_test("sales", rest="expect: {state: delivered}"),
        SALES + FILE + a_test("sales"),
    ),
)  # fmt: skip
