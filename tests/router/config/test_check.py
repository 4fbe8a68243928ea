from __future__ import annotations

import random

import pytest

from router.config.check import build, build_for_trial, check
from router.config.problems import ConfigError, in_order
from router.config.project import read_project
from tests.router.config.desk import HEAD, Desk, brief

WORK = (
    HEAD.replace("version: 1\n", "version: 1\nx-retry: &patient {first: 5s, for: 7d}\n")
    + """\
  r:
    about: Everything that there is
    from: {folder: pos, files: "*.csv", ready: {marker: "{{ file.name }}.ok"}, done: delete}
    format: {csv: {delimiter: ";", columns: {qty: int, at: {datetime: "%d.%m.%Y"}}}}
    keys: {order: body.order}
    steps:
      - dedupe: {key: body.x, within: 2d}
      - split: {by: records, bad: reject}
      - map: {fields: {a: body.a, b: {each: x in body.b, value: x}}}
      - set: {"body.x": 1, "headers.y": body.y}
      - filter: body.qty > 0
    match: first
    to:
      - {id: lake, when: body.a, format: ndjson, collect: message, send: {folder: out, name: "{{ file.stem }}.ndjson"}}
      - id: erp
        when: body.b
        order_by: body.store
        retry: {<<: *patient, errors: [timeout, 5xx]}
        send: {http: erp, method: PUT, path: "/a/{{ body.id }}", query: {q: "{{ body.q }}"}, ok: ["200-204", 409]}
      - otherwise: {dead: "no rule"}
"""
)
"""A sound project with a bit of everything."""


def test_all_mistakes_at_once_in_order_of_place(desk: Desk) -> None:
    problems = desk.check("""\
version: 1
connections:
  erp: {type: http, timeout: 5 m}
  out: {type: folder, path: x, hed: 1}
routes:
  r:
    from: {http: /r, clients: [shop]}
    to:
      - {id: a, when: "body.x ==", send: {http: erb, path: /x}}
      - {id: a, when: body.y, send: {folder: erp, name: x}}
""")
    assert brief(problems) == [
        ("E0202", 3, 3, "connections.erp.url"),
        ("E0204", 3, 30, "connections.erp.timeout"),
        ("E0201", 4, 32, "connections.out.hed"),
        ("E0503", 7, 32, "routes.r.from.clients[0]"),
        ("E0601", 8, 5, "routes.r.to"),
        ("E0401", 9, 23, "routes.r.to[0].when"),
        ("E0501", 9, 49, "routes.r.to[0].send.http"),
        ("E0604", 10, 14, "routes.r.to[1].id"),
        ("E0502", 10, 46, "routes.r.to[1].send.folder"),
    ]


def test_the_json_fields(desk: Desk) -> None:
    [problem] = desk.head("path: outbox", "path: outbox, hed: 1")
    assert list(problem.as_dict())[:8] == ["level", "code", "file", "line", "column", "path", "message", "hint"]
    assert str(problem).startswith("routes.yaml:4:37 error[E0201] unknown field 'hed' in connection 'out'; one of: ")


def test_what_is_not_set_is_a_warning_of_check_and_an_error_of_build(desk: Desk) -> None:
    del desk.environ["SHOP_TOKEN"]
    assert [(p.level, p.code, p.line, p.column) for p in desk.check(HEAD)] == [("warning", "W0302", 7, 21)]
    with pytest.raises(ConfigError) as error:
        desk.build(HEAD)
    assert [(p.level, p.code) for p in error.value.problems] == [("error", "E0302")]
    assert "SHOP_TOKEN" in error.value.reason


def test_an_unset_reference_hides_nothing_else(desk: Desk) -> None:
    """Whatever its field is, the value counts as unknown and not as wrong."""
    text = (
        WORK.replace("5s", "${env:GONE}")
        .replace("bad: reject", "bad: '${env:GONE}'")
        .replace("when: body.a", "when: ${env:GONE}".replace("${", "'${").replace("}", "}'"))
        .replace("PUT", "'${env:GONE}'")
    )
    text = text.replace("first: ${env:GONE}", "first: '${env:GONE}'")
    problems = desk.check(text)
    assert {p.code for p in problems} == {"W0302"}
    assert len(problems) == 4


def test_what_an_anchor_brought_to_many_is_said_once_at_the_anchor(desk: Desk) -> None:
    problems = desk.check(
        HEAD.replace("version: 1\n", "version: 1\nx-t: &t {timeot: 5s}\n").replace(
            'url: "http://erp.test"', 'url: "http://erp.test", <<: *t'
        )
    )
    assert [(p.code, p.line, p.column, p.path) for p in problems] == [("E0201", 2, 10, "connections.erp.timeot")]


def test_a_large_project_takes_little_time(desk: Desk) -> None:
    routes = "".join(
        f"""  r{n}:
    from: {{http: /r/{n}, clients: [web-shop]}}
    steps: [{{filter: body.a}}]
    to: [{{id: a, send: {{http: erp, path: /a}}}}]
"""
        for n in range(200)
    )
    assert desk.check(HEAD + routes) == []


@pytest.mark.parametrize("seed", range(12))
def test_no_edit_makes_it_fall_over(desk: Desk, seed: int) -> None:
    """Lines and words deleted, doubled, swapped, damaged: there are problems or there are none, and what `check`
    accepts `build` takes."""
    chance = random.Random(seed)
    for _ in range(12):
        text = mutated(WORK, chance)
        desk.write("routes.yaml", "")
        (desk.folder / "routes.yaml").write_bytes(text.encode())
        project = read_project(desk.folder / "routes.yaml", desk.environ)
        problems = check(project, desk.registry, desk.environ)
        assert problems == in_order(problems)
        assert all(p.file and p.line >= 1 and p.column >= 1 and p.message for p in problems)
        if not any(p.level == "error" or p.code == "W0302" for p in problems):
            build(project.files(), "routes.yaml", 1, desk.registry, desk.environ, desk.folder)


def mutated(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        n = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0:
                del lines[n]
            case 1:
                lines.insert(n, lines[chance.randrange(len(lines))])
            case 2:
                lines[n] = (
                    chance.choice(["  ", ""]) + lines[n].lstrip(" ") if chance.random() < 0.5 else "  " + lines[n]
                )
            case 3:
                at = chance.randrange(len(lines[n]))
                lines[n] = lines[n][:at] + chance.choice("{}[]:,'\"&*$x5\t\0é-") + lines[n][at + 1 :]
            case 4:
                words = lines[n].split(" ")
                words[chance.randrange(len(words))] = chance.choice(
                    ["null", "5", "[]", "{}", "true", "x", "1.5", "*patient"]
                )
                lines[n] = " ".join(words)
            case 5:
                lines[n] = lines[n].replace(": ", chance.choice([": [] #", ": {a: ", ": &p ", ": !x ", ":\n"]), 1)
            case 6:
                words = lines[n].rstrip("\n").split(" ")
                chance.shuffle(words)
                lines[n] = " ".join(words) + "\n"
            case 7:
                lines[n] = lines[n].replace("e", "", 1)
        lines = lines or [""]
    return "".join(lines)


def test_the_sound_project_is_sound(desk: Desk) -> None:
    assert desk.check(WORK) == []
    desk.build(WORK)


WITH_SETTINGS = (
    HEAD.replace("http://erp.test", "${env:ERP}")
    + """  r:
    from: {http: /r, clients: [web-shop]}
    steps: [{filter: "body.store == '${env:STORE}'"}]
    to: [{id: erp, when: WHEN, send: {http: erp, path: "/${env:AREA}/x"}}, {otherwise: {ignore: "no"}}]
"""
)


def test_for_a_trial_what_is_not_set_stands_as_it_is_written_and_is_a_warning(desk: Desk) -> None:
    desk.environ = {}
    desk.write("routes.yaml", WITH_SETTINGS.replace("WHEN", "body.ok"))
    project = read_project(desk.folder / "routes.yaml", desk.environ)
    table, unset = build_for_trial(project, desk.registry, desk.environ)
    assert [(p.code, p.path) for p in unset] == [
        ("W0302", "connections.erp.url"), ("W0302", "clients.web-shop.token"),
        ("W0302", "routes.r.steps[0].filter"), ("W0302", "routes.r.to[0].send.path"),
    ]  # fmt: skip
    assert table.connections["erp"].options["url"] == "${env:ERP}"
    (target,) = table.routes["r"].targets
    assert len(table.routes["r"].steps) == 1
    assert target.send.options["path"].source == "encoded /$AREA/x"
    with pytest.raises(ConfigError):
        desk.build(WITH_SETTINGS.replace("WHEN", "body.ok"))


def test_a_trial_is_refused_where_anything_else_is_wrong(desk: Desk) -> None:
    desk.environ = {}
    desk.write("routes.yaml", WITH_SETTINGS.replace("WHEN", '"body.x =="'))
    project = read_project(desk.folder / "routes.yaml", desk.environ)
    with pytest.raises(ConfigError) as found:
        build_for_trial(project, desk.registry, desk.environ)
    codes = [p.code for p in found.value.problems]
    assert codes.count("E0401") == 1
    assert codes.count("W0302") == 4, "what is not set may be the reason"
