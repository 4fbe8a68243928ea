"""The rest of routes.yaml: the file, routes, targets, policies, clients, tests, and values with units."""

from __future__ import annotations

from collections.abc import Iterator

from docs.printing.keys import keys
from docs.printing.markdown import Page, code, either, page, table, words
from docs.printing.yaml import yaml
from router.config.jsonschema import about
from router.config.schema.connections import Client, Connection
from router.config.schema.measures import Duration, Measure, Rate, Share, Size
from router.config.schema.policies import Defaults, LimitsWords
from router.config.schema.route_tests import RouteTestWords
from router.config.schema.routes import ProjectFile, RouteWords
from router.config.schema.targets import OtherwiseField, TargetWords

MEASURES: tuple[type[Measure], ...] = (Duration, Size, Rate, Share)
OUTSIDE = ("connections", "clients", "routes", "tests", "defaults", "limits")


def grammar() -> Iterator[Page]:
    yield page(
        "reference/routes-yaml.md", "routes.yaml",
        "The keys of the file, of routes and of targets. [Adapters](adapters/index.md), [steps](steps/index.md) and "
        "[formats](formats/index.md) have pages of their own. Unknown keys are errors; keys at the top that begin with `x-` "
        "are not read.",
        "## The file", keys(ProjectFile, depth=1),
        "A file that is named by `include` has the same keys, without `include`, `defaults` and `limits`.",
        "## `routes.NAME`", keys(RouteWords, without=("to",)),
        "`to` lists the route's targets.",
        "## `to[]`: a target", keys(TargetWords, without=("retry",)),
        "`retry` replaces keys of [`defaults.retry`](#defaults).",
        "## `otherwise`", OtherwiseField().note,
        table(("key", "what it is"), ([f"`otherwise.{end}`", one.note] for end, one in OtherwiseField().ends.items())),
        "Beside these, `otherwise` may be a target without `when`.",
        "## `defaults`", keys(Defaults),
        "## `limits`", about(LimitsWords), keys(LimitsWords),
        "## `connections.NAME`", f"`type` is one of {either([link(name) for name in Connection.kinds])}.",
        "## `clients.NAME`", about(Client),
        *(code(yaml({"clients": {"my-client": dict(one)}}), "yaml") for one in Client.examples), keys(Client),
        "## `tests.NAME`", "Read on: [tests of routes](../route-tests.md).", keys(RouteTestWords),
    )  # fmt: skip
    yield page(
        "reference/values.md", "Values",
        "Texts, numbers, `true` and `false` are those of YAML 1.2. These have a unit:",
        table(("value", "how it is written", "for example"), (measure(one) for one in MEASURES)),
        "A setting, `${env:NAME}` or `${env:NAME:-default}`, or a secret, `${secret:NAME}`, may stand wherever a scalar may; "
        "alone in its scalar it takes the type of the key. `$${` is a literal `${`. Read on: [operating](../operating.md).",
        "Some keys hold [expressions and templates](../expressions.md).",
    )  # fmt: skip


def link(name: str) -> str:
    return f"[`{name}`](adapters/{name}.md)"


def measure(one: type[Measure]) -> list[str]:
    return [one.what, one().expected, ", ".join(words(example) for example in one.examples)]
