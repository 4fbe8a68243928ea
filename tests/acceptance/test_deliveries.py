"""Arrays, fallbacks, routes that send to routes, groups, duplicates of records, functions that are not pure: run for real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.outside import Outside

Wait = Callable[[Callable[[], object]], None]

ROUTES = """
    version: 1
    connections:
      pos: {type: folder, path: inbox}
      out: {type: folder, path: outbox}
      erp: {type: http, url: "${env:ERP_URL}", timeout: 3s, breaker: {open_after: 50, cool_down: 1s}}
    defaults: {retry: {first: 200ms, factor: 1, jitter: 0%}}
    routes:
      tickets:
        from: {folder: pos, files: "T_*.csv", ready: at_once}
        format: {csv: {delimiter: ";", columns: {qty: int}}}
        steps:
          - split: {by: records, group: [body.store, body.ticket], keys: {ticket: "body[0].ticket"}}
          - map: {fields: {ticket: "body[0].ticket", qty: "body | sum('qty')"}}
        to:
          - id: erp
            collect: {records: 3, within: 2s, failed: reply.body.failed}
            send: {http: erp, path: /bulk}
            fallback: {send: {folder: out, name: "failed-{{ body.ticket }}.json"}}
          - {id: on, send: {route: loyalty}}
      loyalty:
        from: {route: true}
        steps:
          - dedupe: {key: body.ticket, changed: duplicate}
          - python: {call: points.add, pure: false}
        to:
          - {id: one, send: {http: erp, path: /points}, fallback: {send: {folder: out, name: "one-{{ body.ticket }}.json"}}}
          - {id: two, format: json, send: {folder: out, name: "two-{{ body.ticket }}.json"}}
      day:
        from: {folder: pos, files: "D_*.csv", ready: at_once}
        format: {csv: {delimiter: ";"}}
        steps:
          - split: records
          - dedupe: {key: "body.store ~ '/' ~ body.ticket ~ '/' ~ body.sku"}
        to:
          - {id: lake, format: ndjson, collect: message, send: {folder: out, name: "{{ file.stem }}.ndjson"}}
          - {id: whole, format: csv, collect: message, send: {http: erp, path: "/days/{{ file.stem }}"}}
"""
POINTS = """
    import random

    def add(message):
        message.body["points"] = random.randint(1, 10**12)
        return message
"""
TICKETS = "store;ticket;sku;qty\n1;11;A;1\n1;11;B;2\n1;12;A;1\n1;13;C;4\n2;14;D;x\n2;14;E;1\n"
DAY = "store;ticket;sku\n1;11;A\n1;11;B\n"


@pytest.fixture(scope="module", autouse=True)
def written(project: Path, outside: Outside) -> None:
    (project / "routes.yaml").write_text(dedent(ROUTES))
    (project / "transforms/python").mkdir(parents=True)
    (project / "transforms/python/points.py").write_text(dedent(POINTS))
    (project / "inbox").mkdir()
    outside.script.replies["/points"].extend([(422, {"no": True})] * 4)
    outside.script.replies["/bulk"].extend([(503, {}), (207, {"failed": [2]}), (200, {"failed": []})])


def drop(project: Path, name: str, text: str) -> None:
    (project / "inbox" / f".{name}").write_text(text)
    (project / "inbox" / f".{name}").rename(project / "inbox" / name)


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def tickets(project: Path, crossdock: Crossdock, wait: Wait) -> Path:
    """The folder of all that came out of one file of tickets."""
    out = project / "outbox"
    drop(project, "T_1.csv", TICKETS)
    wait(lambda: len(list(out.glob("t*.json"))) == 4 and len(list(out.glob("one-*.json"))) == 4)
    wait(lambda: (out / "failed-13.json").exists())
    return out


def test_neighbours_are_one_ticket_and_tickets_one_request(tickets: Path, outside: Outside, wait: Wait) -> None:
    wait(lambda: len(outside.script.at("/bulk")) == 3)
    first, again, *rest = outside.script.at("/bulk")
    assert first.json == [{"ticket": "11", "qty": 3}, {"ticket": "12", "qty": 1}, {"ticket": "13", "qty": 4}]
    assert (again.body, again.key) == (first.body, first.key)
    assert [item["ticket"] for request in rest for item in request.json] == ["14"]


def test_what_the_answer_refuses_goes_to_the_fallback(tickets: Path) -> None:
    assert read(tickets / "failed-13.json") == {"ticket": "13", "qty": 4}


def test_a_function_that_is_not_pure_ran_once_for_both_targets(tickets: Path) -> None:
    for ticket in ("11", "12", "13", "14"):
        points = {read(tickets / f"{name}-{ticket}.json")["points"] for name in ("one", "two")}
        assert len(points) == 1


def test_only_the_bad_line_is_dead(tickets: Path, crossdock: Crossdock) -> None:
    [letter] = crossdock.rows("dlq", "list")
    assert (letter["stage"], letter["reason"]) == ("decode", "line 6, column qty: 'x' is not a whole number")


def test_a_corrected_day_file_sends_what_is_new(project: Path, crossdock: Crossdock, wait: Wait) -> None:
    out = project / "outbox"
    drop(project, "D_1.csv", DAY)
    wait(lambda: (out / "D_1.ndjson").exists())
    drop(project, "D_2.csv", DAY + "1;12;B\n")
    wait(lambda: (out / "D_2.ndjson").exists())
    assert [json.loads(line)["ticket"] for line in (out / "D_2.ndjson").read_text().splitlines()] == ["12"]


def test_a_day_is_one_request_to_who_wants_it_so(
    project: Path, crossdock: Crossdock, outside: Outside, wait: Wait
) -> None:
    outside.script.replies["/days/D_3"].append((503, {}))
    drop(project, "D_3.csv", "store;ticket;sku\n9;91;A\n9;91;B\n9;92;C\n")
    wait(lambda: len(outside.script.at("/days/D_3")) == 2)
    first, again = outside.script.at("/days/D_3")
    assert first.body == b"store,ticket,sku\n9,91,A\n9,91,B\n9,92,C\n"
    assert (again.body, again.key) == (first.body, first.key)
    assert first.key.endswith(":whole")


def test_messages_are_replayed_where_they_are_asked_for(tickets: Path, crossdock: Crossdock) -> None:
    [message] = crossdock.rows("messages", "find", "--key", "ticket=12")
    [job] = crossdock.rows("messages", "replay", message["id"], "--target", "on", "--yes", "--wait", good=(4,))
    assert (job["kind"], job["skipped"]) == ("replay", 0)
    [found] = crossdock.rows("messages", "show", f"{message['id']}.p2")
    assert [(t["id"], t["state"]) for t in found["targets"]] == [("tickets.on", "delivered")]


def test_nothing_is_missing(tickets: Path, crossdock: Crossdock) -> None:
    crossdock.run("ledger", "verify")
