from __future__ import annotations

import json

import pytest

from adapters import wiring
from router.config.problems import ConfigError
from tests.adapters.commands.typing_room import Room


def test_a_new_project_has_no_mistakes(room: Room) -> None:
    assert room.say("routes", "check") == 0
    assert (room.out, room.err) == ("", "routes.yaml: no errors\n")
    assert not (room.folder / "var").exists(), "a check writes nothing"


def test_every_mistake_has_its_place_and_the_code_is_two(room: Room) -> None:
    path = room.folder / "routes.yaml"
    path.write_text(path.read_text().replace("map: sale_to_line", "map: sale_to_lien"))
    assert room.say("routes", "check", "-o", "json") == 2
    (problem,) = json.loads(room.out)
    names = ["level", "code", "file", "line", "column", "path", "message", "hint"]
    assert list(problem) == [*names, "end_column", "related"]
    assert (problem["level"], problem["file"]) == ("error", "routes.yaml")
    assert problem["path"].startswith("routes.till-sales.steps[2]")


def test_mistakes_of_many_routes_are_found_wherever_they_stand(room: Room) -> None:
    path = room.folder / "routes.yaml"
    to = "to: [{{id: erp, send: {{folder: orders, name: a}}}}]"
    route = "\n  copy-{n}: {{from: {{http: /copies/{n}, clients: anyone}}, keys: {{k: {key}}}, " + to + "}}"
    keys = {3: "body.id | uper", 117: "body.id +"}
    many = "".join(route.format(n=n, key=keys.get(n, "body.id")) for n in range(120))
    path.write_text(path.read_text().replace("\nroutes:", f"\nroutes:{many}"))
    assert room.say("routes", "check", "-o", "json") == 2
    found = [problem["path"] for problem in json.loads(room.out) if problem["level"] == "error"]
    assert found == ["routes.copy-3.keys.k", "routes.copy-117.keys.k"]


def test_routes_are_listed_without_a_ledger(room: Room) -> None:
    orders, sales = room.json("routes", "list")
    assert list(orders)[:6] == ["id", "from", "targets", "enabled", "paused", "version"]
    assert (orders["id"], orders["targets"], orders["version"]) == ("web-orders", ["web-orders.erp"], 0)
    assert sales["from"] == "folder till SALES_*.csv"
    assert not (room.folder / "var").exists()


def test_one_route_is_shown_with_its_steps(room: Room) -> None:
    shown = room.json("routes", "show", "web-orders")
    assert shown["steps"] == ["validate: orders.Order", "map: order_to_sales_order"]
    assert room.say("routes", "show", "nothing") == 3


def test_a_sample_is_tried_step_by_step_and_nothing_is_sent(room: Room) -> None:
    tried = room.json("routes", "try", "web-orders", "transforms/samples/order.json")
    assert [step["verb"] for step in tried["steps"]] == ["decode", "validate", "map"]
    assert tried["steps"][2]["body"]["total"] == "44.30"
    (target,) = tried["targets"]
    assert (target["id"], target["chosen"]) == ("web-orders.erp", True)
    assert json.loads(target["body"])["external_id"] == "1001"
    assert target["request"]["name"] == "1001.json"
    assert not (room.folder / "var").exists()
    assert list((room.folder / "out").iterdir()) == []


def test_a_record_of_a_file_is_tried(room: Room) -> None:
    sample = "transforms/samples/SALES_0042.csv"
    tried = room.json("routes", "try", "till-sales", sample, "--record", 2)
    assert tried["steps"][0] == {
        "verb": "decode", "rule": "decode", "note": "record 2 of 5",
        "body": {"store": "0042", "sku": "4005556", "qty": 1, "price": 4.5},
    }  # fmt: skip
    assert room.json("routes", "try", "till-sales", sample, "--record", 3)["filtered"] == "filter: body.qty != 0"


def test_a_sample_that_would_be_dead_says_why(room: Room) -> None:
    sample = "transforms/samples/SALES_0042.csv"
    assert room.say("routes", "try", "till-sales", sample, "--record", 4, "-o", "json") == 1
    dead = json.loads(room.out)["dead"]
    assert (dead["stage"], dead["reason"]) == ("decode", "line 5, column qty: 'x' is not a whole number")
    bad = room.folder / "bad.json"
    bad.write_text('{"order_no": "7"}')
    assert room.say("routes", "try", "web-orders", bad, "-o", "json") == 1
    assert {d["path"] for d in json.loads(room.out)["dead"]["details"]} == {"customer", "lines"}


CONNECTION = "connections:\n  erp: {type: http, url: '${env:ERP_URL}', auth: {bearer: '${secret:ERP_TOKEN}'}}\n"
OTHER = "  spare: {type: http, url: '${env:SPARE_URL}'}\n"
ROUTE = """\
  other:
    from: {folder: till, files: "*.other"}
    to: [{id: spare, send: {http: spare, path: /x}}]
  away:
    from: {folder: till, files: "*.away"}
    format: json
    steps: [{filter: "body.store == '0042' or 'x' == '${env:STORE}'"}]
    to: [{id: erp, send: {http: erp, path: "/${env:AREA}/{{ body.n }}"}}]
"""


def with_settings(room: Room) -> None:
    path = room.folder / "routes.yaml"
    text = path.read_text().replace("connections:\n", CONNECTION + OTHER, 1)
    path.write_text(text.replace("\nroutes:\n", f"\nroutes:\n{ROUTE}", 1))
    (room.folder / "a.json").write_text('{"n": 7, "store": "0042"}')


def test_what_is_not_set_is_a_warning_of_a_trial(room: Room) -> None:
    with_settings(room)
    tried = room.json("routes", "try", "away", "a.json")
    (target,) = tried["targets"]
    assert [step["verb"] for step in tried["steps"]] == ["decode", "filter"], "no step is left out"
    assert target["request"]["path"] == "/$AREA/7"
    warnings = room.err.splitlines()
    assert [name for name in ("ERP_URL", "ERP_TOKEN", "STORE", "AREA") if not any(name in w for w in warnings)] == []
    assert len(warnings) == 4, "of other routes and connections nothing is said"
    assert all("warning[W0302]" in warning for warning in warnings)
    assert not (room.folder / "var").exists()


def test_what_is_not_set_stops_what_runs(room: Room) -> None:
    with_settings(room)
    assert room.say("routes", "check") == 0
    assert room.out.count("warning[W0302]") == 5
    assert [row["from"] for row in room.json("routes", "list")][:1], "a table to look at needs no secrets"
    assert room.say("routes", "show", "away") == 0
    with pytest.raises(ConfigError, match="E0302"):
        wiring.prepare(room.settings)


def test_a_value_that_is_set_is_used(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    with_settings(room)
    monkeypatch.setenv("AREA", "north")
    (target,) = room.json("routes", "try", "away", "a.json")["targets"]
    assert target["request"]["path"] == "/north/7"


def test_a_trial_with_a_mistake_is_refused(room: Room) -> None:
    with_settings(room)
    path = room.folder / "routes.yaml"
    path.write_text(path.read_text().replace("body.store == '0042' or", "body.store = '0042' or"))
    assert room.say("routes", "try", "away", "a.json") == 2
    assert "(at character 12): `=` cannot stand here; write `==` to compare" in room.err


def test_every_mistake_of_a_map_file_has_its_line(room: Room) -> None:
    path = room.folder / "transforms/maps/sale_to_line.yaml"
    path.write_text("fields:\n  a: body.sku ~\n  b: body.sku\n  c: (body.sku\n")
    assert room.say("routes", "check", "-o", "json") == 2
    places = [(p["file"], p["line"]) for p in json.loads(room.out)]
    assert places == [("transforms/maps/sale_to_line.yaml", 2), ("transforms/maps/sale_to_line.yaml", 4)]


PRACTICE = """
version: 1
connections:
  out: {type: folder, path: out}
clients:
  anna: {token: t-o-k-e-n}
routes:
  scripts:
    from: {http: "/rx/{clinic}", clients: [anna]}
    steps:
      - set: {"body.clinic": message.params.clinic, "body.by": message.client, "body.source": message.source}
    to: [{id: out, send: {folder: out, name: "{{ body.clinic }}.json"}}]
"""


def test_a_sample_may_have_parameters_of_its_path_and_a_client(room: Room) -> None:
    (room.folder / "routes.yaml").write_text(PRACTICE)
    (room.folder / "rx.json").write_text("{}")
    tried = room.json("routes", "try", "scripts", "rx.json", "--param", "clinic=west", "--client", "anna")
    assert json.loads(tried["targets"][0]["body"]) == {"clinic": "west", "by": "anna", "source": "/rx/{clinic}"}
    assert room.say("routes", "try", "scripts", "rx.json", "--param", "west") == 2
    assert "'west' is not like NAME=VALUE" in room.err


FUNCTIONS = """
version: 1
connections:
  out: {type: folder, path: out}
routes:
  prices:
    from: {http: /prices, clients: anyone}
    steps: [python: prices.doubled]
    to: [{id: out, send: {folder: out, name: "{{ body.sku }}.json"}}]
"""
DOUBLED = "def doubled(message):\n    message.body['price'] *= 2\n    return message\n"


def test_a_function_of_the_project_is_a_step(room: Room) -> None:
    (room.folder / "routes.yaml").write_text(FUNCTIONS)
    (room.folder / "transforms/python").mkdir()
    (room.folder / "transforms/python/prices.py").write_text(DOUBLED)
    (room.folder / "p.json").write_text('{"sku": "A", "price": 1.10}')
    tried = room.json("routes", "try", "prices", "p.json")
    assert [step["rule"] for step in tried["steps"]] == ["decode", "python: prices.doubled"]
    assert tried["targets"][0]["body"] == '{"sku":"A","price":2.20}'
    room.send("prices", '{"sku": "B", "price": 0.5}')
    id = room.send("prices", '{"sku": "C"}')
    room.work()
    assert (room.folder / "out/B.json").read_text() == '{"sku":"B","price":1.0}'
    (letter,) = room.json("dlq", "list")
    assert (letter["message"], letter["stage"], letter["error"]) == (id, "python", "exception")
    assert letter["reason"] == "transforms/python/prices.py, line 2: KeyError: 'price'"


CARELESS = """
def doubled(message):
    sku = message.body["sku"]
    if sku == "says":
        raise ValueError("no\\n\\ud800")
    if sku == "headers":
        message.headers = None
    if sku == "key":
        message.body["sku"] = "\\ud800"
    return message
"""


def test_nothing_that_a_function_does_holds_up_the_others(room: Room) -> None:
    (room.folder / "routes.yaml").write_text(FUNCTIONS.replace("{id: out,", "{id: out, order_by: body.sku,"))
    (room.folder / "transforms/python").mkdir()
    (room.folder / "transforms/python/prices.py").write_text(CARELESS)
    for sku in ("says", "headers", "key", "good"):
        room.send("prices", json.dumps({"sku": sku}))
    room.work()
    assert (room.folder / "out/good.json").exists()
    assert sorted((letter["stage"], letter["reason"]) for letter in room.json("dlq", "list")) == [
        ("python", "headers is null, not headers"),
        ("python", "transforms/python/prices.py, line 5: ValueError: no \\ud800"),
        ("route", "order_by: the key holds the lone surrogate U+D800"),
    ]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("prices.dubled", "there is no function dubled"),
        ("price.doubled", "there is no file transforms/python/price.py"),
        ("doubled", "a function is named module.function"),
    ],
)
def test_a_function_that_cannot_be_a_step(room: Room, step: str, said: str) -> None:
    (room.folder / "routes.yaml").write_text(FUNCTIONS.replace("[python: prices.doubled]", f"[{{python: {step}}}]"))
    (room.folder / "transforms/python").mkdir()
    (room.folder / "transforms/python/prices.py").write_text(DOUBLED)
    assert room.say("routes", "check") == 2
    assert said in room.out + room.err
