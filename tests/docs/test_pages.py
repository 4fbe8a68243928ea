"""The reference is printed from the declarations: whatever is declared has its page."""

from __future__ import annotations

import re

import pytest

from adapters.targets import TARGETS
from docs.printing.commands import all_commands, named, slug
from docs.printing.kinds import kind_of
from docs.printing.markdown import table
from docs.printing.pages import printed
from router.config.codes.catalogue import CATALOGUE
from router.config.codes.code import Code
from router.config.schema.connections import Connection
from router.config.schema.sends import FolderSend
from router.config.schema.shapes import Listing
from router.config.schema.sources import SOURCES
from router.config.schema.steps import VERBS
from transforms.codecs import CODECS
from transforms.filters import FILTERS
from transforms.steps import STEPS

PAGES = {page.path: page.text for page in printed()}


@pytest.mark.parametrize(
    ("room", "names"),
    [
        ("adapters", {*Connection.kinds, *SOURCES, *TARGETS}),
        ("steps", set(STEPS)),
        ("formats", set(CODECS)),
        ("filters", set(FILTERS)),
        ("codes", {code.name for code in CATALOGUE.values()}),
        ("commands", {slug(named(context)) for _, context in all_commands()}),
    ],
)
def test_whatever_there_is_has_a_page_and_is_listed(room: str, names: set[str]) -> None:
    start = f"reference/{room}/"
    assert {path.removeprefix(start).removesuffix(".md") for path in PAGES if path.startswith(start)} == {*names, "index"}
    assert set(re.findall(r"\]\(([^/)#]+)\.md\)", PAGES[f"{start}index.md"])) >= names


def test_the_keys_of_an_adapter_stand_there_with_default_and_example() -> None:
    found = PAGES["reference/adapters/http.md"]
    assert "| `timeout` | The longest a request takes. | [a duration](../values.md), at most `100s` | `30s` |  |" in found
    assert "| `breaker.open_after` | So many failures in a row open it. | a whole number | `5` |  |" in found
    assert "| `auth.basic.password` | The password. | a text | mandatory |  |" in found
    assert 'from: {http: /orders/v1, clients: [web-shop]}' in found
    assert found.index("## The connection") < found.index("## `from: {http: …}`") < found.index("## `send: {http: …}`")


def test_what_the_product_takes_where_nothing_is_said_is_a_default_too() -> None:
    found = PAGES["reference/routes-yaml.md"]
    assert "| `retry.first` | Wait after the first failure. | [a duration](values.md) | `2s` |" in found
    assert "| `retry.jitter` | How much each wait varies by chance. | [a share](values.md) | `20%` |" in found


def test_forms_of_a_value_are_said_once() -> None:
    rows = [line.split(" | ")[0] for line in PAGES["reference/routes-yaml.md"].splitlines() if line.startswith("| `given")]
    assert len(rows) == len(set(rows)) > 5
    assert "a mapping, or a list of such" in PAGES["reference/routes-yaml.md"]
    assert kind_of(Listing(FolderSend._declared_fields["exists"])) == "a list: `fail`, `suffix` or `replace`"


@pytest.mark.parametrize("code", [code for code in CATALOGUE.values() if code.wrong], ids=lambda code: code.name)
def test_the_page_of_a_code_has_its_wrong_and_its_right_example(code: Code) -> None:
    found = PAGES[f"reference/codes/{code.name}.md"]
    assert found.startswith(f"# {code.name}: {code.title}\n")
    said = re.search(rf"^\S+:\d+:\d+ \w+\[({'|'.join(code.names)})\]", found, re.MULTILINE)
    assert said, "what the checker says of the wrong one"
    assert found.index(code.wrong.strip("\n")) < said.start() < found.rindex(code.right.strip("\n"))


def test_a_complaint_points_into_the_example_as_it_stands() -> None:
    found = PAGES["reference/codes/E0201.md"]
    assert "routes.yaml:4:40 error[E0201] unknown field 'nmae'" in found
    assert "  hint: did you mean 'name'?" in found


def test_a_command_has_its_help_example_and_options() -> None:
    found = PAGES["reference/commands/routes-plan.md"]
    assert "```sh\ncrossdock routes plan --messages 10000 -o json\n```" in found
    assert "| `--messages INTEGER RANGE` |" in found
    assert "fish: crossdock completion fish > " in PAGES["reference/commands/completion.md"]
    assert "`CROSSDOCK_LEDGER_URL`" in PAGES["reference/commands/index.md"]


def test_a_filter_says_how_it_is_called() -> None:
    assert "```text\nvalue | pad(width, fill=' ')\n```" in PAGES["reference/filters/pad.md"]
    assert "value | datetime([format], [zone])" in PAGES["reference/filters/datetime.md"]


def test_stages_and_errors_of_dead_letters_are_listed() -> None:
    found = PAGES["reference/reasons.md"]
    assert "| `decode` | The bytes could not be read as the format says. |" in found
    assert "| `undefined` | Something was read that is not there. |" in found


def test_metrics_stand_by_the_names_to_ask_for() -> None:
    found = PAGES["reference/metrics.md"]
    assert "| `crossdock_messages_accepted_total` | counter | `route` | Messages stored. |" in found
    assert "| `crossdock_circuit_open` | gauge | `connection` |" in found
    assert "| `crossdock_version_served` | gauge |  |" in found
    assert "| `crossdock_http_accept_seconds` | histogram |  |" in found


def test_every_verb_and_format_has_an_example() -> None:
    for verb in VERBS:
        assert f"  - {verb}:" in PAGES[f"reference/steps/{verb}.md"], verb
    for name in CODECS:
        assert "```yaml\nformat:" in PAGES[f"reference/formats/{name}.md"], name


def test_a_bar_does_not_end_a_cell() -> None:
    assert table(("a", "b"), [["x | y", "two\nlines"]]).splitlines()[-1] == "| x \\| y | two lines |"
    assert table(("a", "b"), [["x", ""]]).splitlines()[0] == "| a |", "a column without anything is left out"
    assert table(("a",), []) == ""
