"""The page of stages and errors of dead letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docs.printing.markdown import Page, page, table, words
from router.reasons import LASTING, RETRIED, STAGES


def reasons() -> Iterator[Page]:
    yield page(
        "reference/reasons.md", "Dead letters: stages and errors",
        "`crossdock dlq list` says of each dead letter the stage at which it ended, the class of the error, and the reason in "
        "a sentence. `--stage` and `--error` select by these words.",
        "## Stages", listed("stage", STAGES),
        "## Errors of a send",
        "Tried again where [`retry.errors`](routes-yaml.md#defaults) names them, beside statuses such as `429` and `5xx`; dead "
        "when the policy ends, or at once where they are not named.",
        listed("error", RETRIED),
        "## Errors of a message",
        "The same message would meet them again, so it is dead at once, until it is edited or the route is put right.",
        listed("error", LASTING),
    )  # fmt: skip


def listed(what: str, names: Mapping[str, str]) -> str:
    return table((what, "means"), ([words(name), meaning] for name, meaning in names.items()))
