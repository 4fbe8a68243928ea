"""What an engineer sees while typing routes.yaml of a new project, in any editor with yaml-language-server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from adapters.commands.init import init
from tests.integration.conftest import unavailable
from tests.integration.servers import yaml_language_server
from tests.integration.servers.yaml_language_server import Editor

MODELINE = "# yaml-language-server: $schema=.crossdock/routes.schema.json\n"
ROUTE = MODELINE + "version: 1\nconnections:\n  out: {type: folder, path: out}\nroutes:\n  r:\n"
GOOD = ROUTE + "    from: {http: /a, clients: anyone}\n    to: [{id: t, send: {folder: out, name: a}}]\n"


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    if reason := yaml_language_server.missing():
        unavailable(reason)
    folder = tmp_path_factory.mktemp("editor") / "shop"
    assert CliRunner().invoke(init, [str(folder)], standalone_mode=False).return_value == 0
    opened = Editor(folder)
    try:
        yield opened
    finally:
        opened.close()


def test_the_new_project_is_right_by_its_own_modeline(editor: Editor) -> None:
    text = (editor.folder / "routes.yaml").read_text("utf-8")
    assert text.startswith(MODELINE)
    assert editor.problems("routes.yaml", text) == []
    assert editor.problems("spoilt.yaml", text.replace("keys:", "kees:")) != [], "it is read with the schema"


@pytest.mark.parametrize(
    ("name", "text", "offered"),
    [
        ("top", MODELINE + "version: 1\n|\n", {"connections", "clients", "routes", "defaults", "limits", "tests"}),
        ("kind", MODELINE + "version: 1\nconnections:\n  a:\n    type: |\n", {"folder", "http", "amqp", "redis", "sql"}),
        ("http", MODELINE + "version: 1\nconnections:\n  a:\n    type: http\n    |\n", {"url", "auth", "breaker", "tls"}),
        ("from", ROUTE + "    from:\n      |\n", {"http", "folder", "amqp", "redis", "route"}),
        ("folder", ROUTE + "    from:\n      folder: out\n      |\n", {"files", "ready", "done", "duplicates"}),
        ("match", ROUTE + "    match: |\n", {"all", "first"}),
        ("format", ROUTE + "    format: |\n", {"json", "csv", "text", "xml"}),
        ("csv", ROUTE + "    format:\n      csv:\n        |\n", {"delimiter", "columns", "encoding", "decimal"}),
        ("step", ROUTE + "    steps:\n      - |\n", {"validate", "map", "split", "filter", "xslt"}),
        ("send", ROUTE + "    to:\n      - id: t\n        send:\n          |\n", {"http", "folder", "sql", "route"}),
    ],
)  # fmt: skip
def test_keys_values_and_options_are_completed(editor: Editor, name: str, text: str, offered: set[str]) -> None:
    assert offered <= set(editor.completions(f"complete-{name}.yaml", text))


def test_options_of_other_adapters_are_not_offered(editor: Editor) -> None:
    found = editor.completions("other.yaml", ROUTE + "    from:\n      folder: out\n      |\n")
    assert not {"queue", "stream", "method", "folder"} & set(found)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("files", ROUTE + "    from: {folder: out, fi|les: a}\n", ["Which files", "SALES_*.csv"]),
        ("first", MODELINE + "version: 1\ndefaults:\n  retry:\n    fir|st: 2s\n", ["Wait after the first failure", "500ms"]),
        ("step", ROUTE + "    steps:\n      - valid|ate: a.B\n", ["Checks the body", "orders.WebOrder"]),
        ("csv", ROUTE + "    format: {csv: {deli|miter: ';'}}\n", ["Stands between cells"]),
    ],
)  # fmt: skip
def test_keys_are_explained(editor: Editor, name: str, text: str, said: list[str]) -> None:
    found = editor.hover(f"hover-{name}.yaml", text)
    assert [part for part in said if part not in found] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "said"),
    [
        ("key", "path: out", "path: out, hed: 1", 4, "hed"),
        ("value", "clients: anyone", "clients: anyone, reply: acepted", 7, "accepted"),
        ("unit", "clients: anyone", "clients: anyone, reply: result, timeout: 5 sec", 7, "a whole positive number with a unit"),
        ("missing", ", name: a", "", 8, "name"),
        ("type", "type: folder", "type: ftp", 4, "folder"),
        ("option", "    to:", "    format: {csv: {delimeter: ';'}}\n    to:", 8, "delimeter"),
    ],
)  # fmt: skip
def test_mistakes_are_marked_in_their_line(editor: Editor, name: str, old: str, new: str, line: int, said: str) -> None:
    assert editor.problems(f"good-{name}.yaml", GOOD) == []
    assert GOOD.count(old) == 1
    found = editor.problems(f"bad-{name}.yaml", GOOD.replace(old, new))
    assert [text for at, text in found if at == line and said in text], found
