"""A trial as JSON, and as lines for people."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.commands.lazy import late
from adapters.commands.output import pretty
from router.trial import Dead, Trial, TriedTarget

if TYPE_CHECKING:
    from transforms import codecs
else:
    codecs = late("transforms.codecs")

INDENT = "    "


def plain(body: Any) -> Any:
    """A body as JSON has it: texts, numbers, lists, objects; what is none of them as its text."""
    if isinstance(body, (str, int, float, bool, Decimal, type(None))):
        return body
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    if isinstance(body, dict):
        return {str(key): plain(value) for key, value in body.items()}
    if isinstance(body, (list, tuple)):
        return [plain(value) for value in body]
    try:
        return msgspec.to_builtins(body)
    except (TypeError, ValueError):
        return as_text(body)


def as_text(body: Any) -> str:
    """An element tree says itself how it is written; the rest is its `str`."""
    try:
        return codecs.CODECS["xml"]({}, None).encode(body).decode()  # type: ignore[arg-type]
    except Exception:
        return str(body)


def trial_row(trial: Trial) -> dict[str, Any]:
    steps = [
        {"verb": step.verb, "rule": step.rule, "body": plain(step.body), **({"note": step.note} if step.note else {})}
        for step in trial.steps
    ]
    row: dict[str, Any] = {"steps": steps, "targets": [target_row(target) for target in trial.targets]}
    if trial.dead is not None:
        row["dead"] = dead_row(trial.dead)
    if trial.filtered:
        row["filtered"] = trial.filtered
    return row


def dead_row(dead: Dead) -> dict[str, Any]:
    return dataclasses.asdict(dead)


def target_row(target: TriedTarget) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": target.id, "chosen": target.chosen,
        "body": target.body.decode("utf-8", "replace") if target.body is not None else None,
        "request": dict(target.request) if target.request is not None else None,
    }  # fmt: skip
    if target.dead is not None:
        row["dead"] = dead_row(target.dead)
    if target.note:
        row["note"] = target.note
    return row


def shown(row: dict[str, Any]) -> Iterator[str]:
    """Step by step."""
    for step in row["steps"]:
        note = f"  ({step['note']})" if step.get("note") else ""
        rule = step["rule"] if step["rule"].startswith(step["verb"]) else f"{step['verb']}: {step['rule']}"
        yield f"{rule}{note}"
        if step["body"] is not None:
            yield indented(step["body"])
    if "filtered" in row:
        yield f"filtered: {row['filtered']}"
    if "dead" in row:
        yield from dead_lines(row["dead"], "")
    for target in row["targets"]:
        yield from target_lines(target)


def target_lines(target: dict[str, Any]) -> Iterator[str]:
    if not target["chosen"]:
        yield f"→ {target['id']}: not chosen"
        return
    request = target["request"] or {}
    told = ("type", "connection", "method", "path", "query", "name", "exchange", "routing_key", "stream", "into")
    words = [str(request[name]) for name in told if request.get(name)]
    yield f"→ {target['id']}: {' '.join(words) or target.get('note', '')}"
    if "dead" in target:
        yield from dead_lines(target["dead"], "  ")
    if target["body"] is not None:
        yield f"  {request.get('content_type', '')}"
        yield indented(target["body"])


def dead_lines(dead: dict[str, Any], indent: str) -> Iterator[str]:
    yield f"{indent}dead at stage {dead['stage']} ({dead['error']}): {dead['reason']}"
    for detail in dead["details"]:
        yield f"{indent}  {detail['path']}: {detail['message']}"


def indented(body: Any) -> str:
    text = body if isinstance(body, str) else pretty(body)
    return "\n".join(INDENT + line for line in text.rstrip("\n").split("\n"))
