from __future__ import annotations

import pytest

from adapters.commands.routes_try import hidden
from tests.adapters.commands.typing_room import Room

SECRETS = """\
version: 1
connections:
  erp: {type: http, url: "http://erp.example", auth: {header: {name: X-Key, value: plain-key}}}
clients: {}
routes:
  orders:
    from: {http: /orders, clients: anyone}
    format: json
    match: first
    to:
      - id: erp
        when: body.qty > 0
        send: {http: erp, path: /orders, headers: {X-Shop: "shop ${secret:SHOP}"}}
      - {id: late, when: body.qty > 2, send: {http: erp, path: /late}}
      - otherwise: {ignore: nothing ordered}
"""


@pytest.fixture
def erp(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    (room.folder / "routes.yaml").write_text(SECRETS)
    (room.folder / "three.json").write_text('{"qty": 3}')
    (room.folder / "none.json").write_text('{"qty": 0}')
    monkeypatch.setenv("SHOP", "s3cret-shop")
    return room


def test_a_request_is_shown_without_its_secrets(erp: Room) -> None:
    tried = erp.json("routes", "try", "orders", "three.json")
    first, late = tried["targets"]
    assert (first["id"], first["chosen"], first["body"]) == ("orders.erp", True, '{"qty": 3}')
    assert first["request"]["to"] == "POST http://erp.example/orders"
    assert first["request"]["headers"]["X-Shop"] == "shop ***"
    assert first["request"]["headers"]["X-Key"] == "***"
    assert first["choice"] == {"when": "body.qty > 0", "values": {"body.qty": 3}}
    assert (late["chosen"], late["choice"]["why"]) == (False, "not asked: one before it is taken")
    assert erp.say("routes", "try", "orders", "three.json") == 0
    assert "s3cret-shop" not in erp.out
    assert "plain-key" not in erp.out
    assert "  when: body.qty > 0 → body.qty = 3" in erp.out.splitlines()


def test_what_is_not_chosen_says_its_values_too(erp: Room) -> None:
    assert erp.say("routes", "try", "orders", "none.json") == 0
    assert "→ orders.erp: not chosen\n  when: body.qty > 0 → body.qty = 0\n" in erp.out
    assert "filtered: nothing ordered" in erp.out


def test_credentials_are_hidden_at_any_depth() -> None:
    fields = {"path": "/a?k=k3y", "headers": {"Authorization": "Basic x", "a": "k3y!"}, "n": 1}
    assert dict(hidden(fields, ["k3y"])) == {"path": "/a?k=***", "headers": {"Authorization": "***", "a": "***!"}, "n": 1}


def test_a_message_of_the_ledger_is_tried(room: Room) -> None:
    room.say("send", "till-sales", "transforms/samples/SALES_0042.csv", "-o", "id")
    id = room.out.strip()
    assert room.json("routes", "try", "--message", id, "--record", 2)["steps"][0]["body"]["sku"] == "4005556"
    assert room.json("routes", "try", "--message", f"{id}:3")["filtered"] == "filter: body.qty != 0"
    assert room.say("routes", "try", "till-sales", "--message", f"{id}:4") == 1
    assert "dead at stage decode" in room.out
    assert room.say("routes", "try", "--message", "nothing") == 3


@pytest.mark.parametrize("words", [(), ("web-orders",), ("web-orders", "transforms/samples/order.json", "--message", "x"),
                                   ("web-orders", "transforms/samples/order.json", "--step")])  # fmt: skip
def test_what_cannot_be_asked_for(room: Room, words: tuple[str, ...]) -> None:
    assert room.say("routes", "try", *words) == 2


def test_without_a_client_it_is_the_first_that_the_route_allows(erp: Room) -> None:
    routes = erp.folder / "routes.yaml"
    text = SECRETS.replace("clients: {}", "clients: {web: {token: long-enough-token-1}, app: {token: long-enough-token-2}}")
    text = text.replace("clients: anyone", "clients: [web, app]").replace("body.qty > 0", "message.client == 'web'")
    routes.write_text(text)
    first = erp.json("routes", "try", "orders", "three.json")["targets"][0]
    assert first["chosen"]
    first = erp.json("routes", "try", "orders", "three.json", "--client", "app")["targets"][0]
    assert not first["chosen"]


def test_a_dead_letter_is_tried_as_it_was_edited(room: Room) -> None:
    id = room.dead_delivery()
    assert room.say("dlq", "edit", id, "--set", "body.lines[0].qty=4") == 0
    for message, total in ((id, "4.00"), (id.partition(":")[0], "1.00")):
        tried = room.json("routes", "try", "--message", message)
        assert tried["steps"][-1]["body"]["total"] == total
    assert "as it was edited" not in room.err


def test_a_record_is_tried_as_it_was_edited(room: Room) -> None:
    id = room.dead_record()
    assert room.say("routes", "try", "--message", id) == 1
    assert room.say("dlq", "edit", id, "--set", "body.qty=3") == 0
    for words in ((id,), (id.partition(":")[0], "--record", 2)):
        tried = room.json("routes", "try", "--message", *words)
        assert (tried["steps"][0]["body"]["qty"], tried.get("dead")) == (3, None)
    assert room.say("routes", "try", "--message", id) == 0
    assert "with record 2 as it was edited" in room.err


AT_TARGETS = """\
version: 1
connections:
  erp: {type: http, url: "http://erp.example"}
  out: {type: folder, path: out}
routes:
  r:
    from: {http: /r, clients: anyone}
    format: json
    to:
      - {id: a, steps: [{map: {fields: {v: target.id}}}], send: {folder: out, name: "{{ target.id }}.json"}}
      - {id: b, steps: [{set: {body.v: target.id}}, {filter: target.id == 'b'}], send: {folder: out, name: x.json}}
      - {id: c, steps: [{template: t.txt.j2}], send: {folder: out, name: x.txt}}
      - id: d
        when: target.id == 'd'
        send: {http: erp, path: "/{{ target.id }}", query: {t: "{{ target.id }}"}, headers: {x-t: "{{ target.id }}"}}
      - {id: e, send: {http: erp, path: "/a/{word}"}}
"""


def test_a_target_knows_its_id_wherever_it_is_asked(room: Room) -> None:
    (room.folder / "routes.yaml").write_text(AT_TARGETS)
    (room.folder / "transforms/templates").mkdir(exist_ok=True)
    (room.folder / "transforms/templates/t.txt.j2").write_text("id {{ target.id }}")
    (room.folder / "m.json").write_text("{}")
    assert room.say("routes", "check", "-o", "id") == 0
    assert room.out.split() == ["W0404"]
    a, b, c, d, e = room.json("routes", "try", "r", "m.json")["targets"]
    assert (a["body"], a["request"]["name"]) == ('{"v":"a"}', "a.json")
    assert (b["body"], c["body"]) == ('{"v":"b"}', "id c")
    assert d["request"]["query"] == "t=d"
    assert d["request"]["headers"]["x-t"] == "d"
    assert d["choice"] == {"when": "target.id == 'd'", "values": {"target.id": "d"}}
    assert e["request"]["path"] == "/a/%7Bword%7D", "it is sent as it stands, in a path with its braces encoded"


def test_headers_have_the_names_that_are_sent(room: Room) -> None:
    (room.folder / "routes.yaml").write_text("""\
version: 1
connections:
  bus: {type: amqp, url: "amqp://bus.example/shop"}
  erp: {type: http, url: "http://erp.example", headers: {X-Shop: web}}
routes:
  r:
    from: {http: /r, clients: anyone}
    format: json
    to:
      - {id: a, send: {amqp: bus, queue: q, headers: {__TypeId__: "{{ body.type }}"}}}
      - {id: b, send: {http: erp, path: /b, headers: {x-SHOP: app}}}
""")
    (room.folder / "m.json").write_text('{"type": "com.example.Order"}')
    amqp, http = (target["request"]["headers"] for target in room.json("routes", "try", "r", "m.json")["targets"])
    assert amqp == {"__TypeId__": "com.example.Order"}
    assert http.keys() == {"User-Agent", "Content-Type", "Idempotency-Key", "x-SHOP"}
    assert http["x-SHOP"] == "app"
    assert room.say("routes", "try", "r", "m.json") == 0
    assert "  __TypeId__: com.example.Order\n" in room.out


def test_before_the_targets_there_is_none(room: Room) -> None:
    route = AT_TARGETS.replace("    to:", "    steps: [{set: {body.t: target.id}}]\n    to:")
    (room.folder / "routes.yaml").write_text(route.replace("t.txt.j2", "order.txt.j2"))
    room.say("routes", "check", "-o", "jsonl")
    assert "target is not there: it is only at a target" in room.out


def test_a_body_in_another_encoding_can_be_read(erp: Room) -> None:
    codec = "format: {csv: {encoding: cp1252, delimiter: ';', columns: [b, a]}}"
    text = SECRETS.replace("when: body.qty > 0\n", f"when: body.qty > 0\n        {codec}\n").replace("qty", "a")
    (erp.folder / "routes.yaml").write_text(text)
    (erp.folder / "western.json").write_text('{"a": 1, "b": "ä€"}')
    first = erp.json("routes", "try", "orders", "western.json")["targets"][0]
    assert (first["body"], first["request"]["content_type"]) == ("b;a\nä€;1\n", "text/csv; charset=cp1252")
