"""Whole routes, run by their tests: what the product does, with a simulated clock and outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.registry import registry
from adapters.testing.running import run_project_tests
from tests.adapters.testing.shelf import Shelf

ORDERS = """
orders:
  from: {http: /orders, method: POST, clients: [web-shop], reply: accepted}
  format: json
  steps:
    - dedupe: {key: body.no, within: 7d}
    - filter: body.kind != 'test'
    - map: {fields: {id: body.no, qty: body.qty}}
  to:
    - {id: erp, send: {http: erp, method: POST, path: "/orders/{{ body.id }}", headers: {X-Shop: web}}}
    - {id: big, when: body.qty > 10, send: {folder: outbox, name: "{{ body.id }}.json"}}
"""


def test_an_order_survives_two_outages_and_the_clock_is_simulated(tmp_path: Path) -> None:
    Shelf(tmp_path, ORDERS, """
      two outages:
        route: orders
        given: {body: {no: "1", kind: web, qty: 3}}
        replies: {erp: [503, timeout, {status: 201, body: {id: 7}}]}
        expect:
          targets:
            erp: {calls: 3, body: {id: "1", qty: 3}, headers: {x-shop: web, content-type: application/json}}
            big: {calls: 0}
          state: delivered
          dead: 0
          after: {at_most: 18s}
    """).passes()  # 2 s and 6 s of waiting, 10 s for the timeout


def test_what_is_not_as_expected_is_said_field_by_field_with_the_trace(tmp_path: Path) -> None:
    result = Shelf(tmp_path, ORDERS, """
      wrong:
        route: orders
        given: {body: {no: "1", kind: web, qty: 3}}
        replies: {erp: [503]}
        expect:
          targets: {erp: {calls: 1, body: {id: "2", qty: 3}}, big: {}}
          state: dead
          dead: 1
          after: {at_most: 1s}
    """).one()
    assert not result.passed
    assert list(result.details) == [
        "erp.calls: expected 1, got 2",
        'erp.body.id: expected "2", got "1"',
        "big: expected calls, got none",
        'state: expected "dead", got "delivered"',
        "dead: expected 1, got 0",
        "after: expected at most 1 s, got 2 s",
    ]
    assert result.reason == "erp.calls: expected 1, got 2 (and 5 more)"
    trace = "\n".join(result.trace)
    assert "+0.0s accepted" in trace
    assert 'map: {fields: …} → {"id":"1","qty":3}' in trace
    assert "503: HTTP 503 Service Unavailable" in trace
    assert "+2.0s → orders.erp POST http://erp.example/orders/1: ok 200" in trace
    assert (result.file, result.line) == ("routes.yaml", 23)


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ('{body: {no: "1", kind: test, qty: 1}}', "{state: filtered, targets: {erp: {calls: 0}}}"),
        ('[{body: {no: "1", kind: w, qty: 1}}, {body: {no: "1", kind: w, qty: 1}, after: 6d}]',
         "{state: [delivered, duplicate], targets: {erp: {calls: 1}}, answer: {status: 202}}"),
        ('[{body: {no: "1", kind: w, qty: 1}}, {body: {no: "1", kind: w, qty: 1}, after: 8d}]',
         "{state: delivered, targets: {erp: {calls: 2}}}"),
        ('[{body: {no: "1", kind: w, qty: 1}}, {body: {no: "1", kind: w, qty: 2}, after: 6d}]',
         "{state: [delivered, refused], targets: {erp: {calls: 1}}, reason: other content}"),
        ('{body: "{no: 1"}', "{state: refused, answer: {status: 400}}"),
        ('{body: {no: "1", kind: w}}', "{state: dead, dead: 1, reason: body.qty is undefined}"),
    ],
)  # fmt: skip
def test_every_end_of_a_message(tmp_path: Path, given: str, expect: str) -> None:
    Shelf(tmp_path, ORDERS, f"t: {{route: orders, given: {given}, expect: {expect}}}").passes()


def test_what_no_retry_helps_is_dead_and_a_breaker_opens(tmp_path: Path) -> None:
    Shelf(tmp_path, ORDERS, """
      rejected:
        route: orders
        given: {body: {no: "1", kind: web, qty: 3}}
        replies: {erp: 422}
        expect: {targets: {erp: {calls: 1}}, state: dead, dead: 1, reason: HTTP 422}
      breaker:
        route: orders
        given: [{body: {no: "1", kind: w, qty: 1}}, {body: {no: "2", kind: w, qty: 1}}, {body: {no: "3", kind: w, qty: 1}},
                {body: {no: "4", kind: w, qty: 1}}, {body: {no: "5", kind: w, qty: 1}}, {body: {no: "6", kind: w, qty: 1}}]
        replies: {erp: [connect, connect, connect, connect, connect]}
        expect: {targets: {erp: {calls: 11}}, state: delivered, after: {at_most: 60s}}
    """).passes()


ORDERED = """
stock:
  from: {amqp: bus, queue: stock}
  format: json
  to:
    - {id: one, order_by: body.sku, send: {amqp: bus, queue: out}}
    - {id: hold, order_by: body.sku, when_dead: hold, when: body.hold | default(false), send: {redis: events, stream: s}}
"""


def test_order_is_kept_per_key_through_retries(tmp_path: Path) -> None:
    Shelf(tmp_path, ORDERED, """
      in order:
        route: stock
        given: [{body: {sku: A, n: 1}}, {body: {sku: B, n: 1}, after: 1ms}, {body: {sku: A, n: 2}, after: 1ms}]
        replies: {one: [io]}
        expect:
          targets:
            one: {calls: 4, bodies: [{sku: A, n: 1}, {sku: B, n: 1}, {sku: A, n: 2}]}
          state: delivered
      returned:
        route: stock
        given: {body: {sku: A, n: 1}}
        replies: {one: returned}
        expect: {state: dead, dead: 1}
      held behind a dead one:
        route: stock
        given: [{body: {sku: A, n: 1, hold: true}}, {body: {sku: A, n: 2, hold: true}, after: 1s}]
        replies: {hold: [refused]}
        expect: {targets: {hold: {calls: 1}}, state: [dead, retry], dead: 1}
    """).passes()


DAY_FILE = """
sales:
  from: {folder: inbox, files: "SALES_*.csv"}
  format: {csv: {delimiter: ";", decimal: ",", columns: {qty: int, price: decimal}}}
  steps:
    - split: records
    - filter: body.store != '9999'
  to:
    - {id: lake, format: ndjson, collect: message, send: {folder: outbox, name: "{{ file.stem }}.ndjson"}}
    - {id: dwh, collect: {records: 2, within: 1s}, send: {sql: dwh, table: sale, conflict: [line], columns: {line: record.number, qty: body.qty}}}
    - {id: back, when: body.qty < 0, send: {http: erp, path: /back}, fallback: {send: {folder: outbox, name: "{{ record.number }}.json"}}}
    - {id: mail, format: csv, collect: message, send: {http: erp, path: /day}}
"""  # noqa: E501
SALES = "store;line;qty;price\n0042;1;2,;1\n0042;1;2;19,90\n9999;2;1;1,00\n0042;3;-1;4,50\n0042;4;7;0,10\n"


def test_a_file_is_split_collected_put_into_arrays_and_falls_back(tmp_path: Path) -> None:
    Shelf(tmp_path, DAY_FILE, """
      day file:
        route: sales
        given: {file: samples/SALES_1.csv}
        replies: {back: [404], dwh: [timeout]}
        expect:
          targets:
            lake: {calls: 1, body: "@samples/lake.ndjson"}
            dwh: {calls: 3, bodies: [[{line: 2, qty: 2}, {line: 4, qty: -1}], [{line: 5, qty: 7}]]}
            back: {calls: 1, body: {includes: {qty: -1, price: 4.50}}}
            "back:fallback": {calls: 1, body: {includes: {qty: -1}}}
            mail: {calls: 1, body: {includes: {line: "4"}}}
          state: dead
          dead: 1
          reason: "qty: '2,'"
      a full disk:
        route: sales
        given: {file: samples/SALES_1.csv}
        replies: {lake: [io, io]}
        expect: {targets: {lake: {calls: 3, body: "@samples/lake.ndjson"}}, dead: 1, after: {at_most: 60s}}
      the same file again:
        route: sales
        given: [{file: samples/SALES_1.csv}, {file: samples/SALES_1.csv, name: SALES_2.csv, after: 1h}]
        expect: {state: [dead, duplicate]}
    """, {
        "samples/SALES_1.csv": SALES,
        "samples/lake.ndjson": '{"store":"0042","line":"1","qty":2,"price":19.9}\n'
        '{"store":"0042","line":"3","qty":-1,"price":4.50}\n{"store":"0042","line":"4","qty":7,"price":0.10}\n',
    }).passes()  # fmt: skip


HOURLY = """
sales:
  from: {http: /sales, clients: anyone}
  format: json
  order_by: headers.till
  to: [{id: lake, format: ndjson, collect: {records: 50, within: 6h}, send: {folder: outbox, name: "{{ message.id }}.ndjson"}}]
"""


def test_an_array_that_waits_for_hours_costs_no_time(tmp_path: Path) -> None:
    """Looked at each hundredth of a simulated second it had taken minutes."""
    shelf = Shelf(tmp_path, HOURLY, """
      two sales:
        route: sales
        given: [{body: {n: 1}, headers: {till: a}}, {body: {n: 2}, headers: {till: a}}]
        expect: {targets: {lake: {calls: 1, body: "@samples/two.ndjson"}}, after: {at_most: 361m}}
    """, {"samples/two.ndjson": '{"n":1}\n{"n":2}\n'})  # fmt: skip
    shelf.passes()


TWO_ROUTES = """
first:
  from: {http: /in, method: POST, clients: anyone, reply: accepted}
  format: json
  to:
    - {id: next, send: {route: second}}
second:
  from: {route: true}
  format: json
  to:
    - {id: erp, send: {http: erp, path: /x, ok_when: reply.body.good}}
ask:
  from: {http: "/stock/{sku}", method: GET, clients: anyone, reply: result, timeout: 5s}
  to:
    - {id: erp, send: {http: erp, method: GET, path: "/s/{{ message.params.sku }}"}}
"""


def test_messages_go_on_into_other_routes_and_callers_wait_for_answers(tmp_path: Path) -> None:
    Shelf(tmp_path, TWO_ROUTES, """
      through both:
        route: first
        given: {body: {a: 1}}
        replies: {second.erp: [{status: 503}, {body: {good: true}}]}
        expect: {targets: {next: {calls: 1}, second.erp: {calls: 2, body: {a: 1}}}, state: delivered}
      refused by its answer:
        route: first
        given: {body: {a: 1}}
        replies: {second.erp: {body: {good: false}}}
        expect: {targets: {second.erp: {calls: 1}}, state: dead, dead: 1, reason: ok_when is false}
      asked:
        route: ask
        given: {params: {sku: a/b}}
        replies: {erp: {body: {on_hand: 3}}}
        expect: {targets: {erp: {calls: 1}}, answer: {status: 200, body: {on_hand: 3}}, state: delivered}
      too late:
        route: ask
        given: {params: {sku: A}}
        replies: {erp: [503, 503, 503]}
        expect: {answer: {status: 504}, state: dead}
      told before the try that was in flight has ended:
        route: ask
        given: {params: {sku: A}}
        replies: {erp: timeout}
        expect: {targets: {erp: {calls: 1}}, answer: {status: 504}, state: dead, reason: the caller was told 504}
    """).passes()


def test_settings_of_a_test_and_xml_by_structure(tmp_path: Path) -> None:
    Shelf(tmp_path, """
      labels:
        from: {folder: inbox, files: "*.json", ready: at_once}
        format: json
        steps: [{template: label.xml.j2}]
        to: [{id: erp, send: {http: erp, path: "/${env:AREA}/labels"}}]
    """, """
      label:
        route: labels
        env: {AREA: north}
        given: {body: {name: "A & B"}}
        expect: {targets: {erp: {body: "<label  b='2' a='1'><!-- x --><name>A &amp; B</name></label>"}}, state: delivered}
    """, {"templates/label.xml.j2": '<label a="1" b="2">\n  <name>{{ body.name }}</name>\n</label>\n'}).passes()  # fmt: skip


def test_the_door_for_others_runs_all_or_those_that_are_named(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, ORDERS, """
      a: {route: orders, given: {body: {no: "1", kind: w, qty: 1}}, expect: {state: delivered}}
      b: {route: orders, given: {body: {no: "1", kind: w, qty: 1}}, expect: {state: dead}}
    """)
    results = run_project_tests(shelf.project(), registry(), {})
    assert [(r.name, r.passed, r.reason) for r in results] == [
        ("a", True, ""), ("b", False, 'state: expected "dead", got "delivered"')
    ]  # fmt: skip
    assert [r.name for r in run_project_tests(shelf.project(), registry(), {}, ["b"])] == ["b"]
    assert run_project_tests(shelf.project(), registry(), {}, route="other") == []
