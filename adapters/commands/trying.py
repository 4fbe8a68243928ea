"""A trial as JSON, and as lines for people."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
import msgspec

from adapters.charset import text_of
from adapters.commands.lazy import late
from adapters.commands.output import pretty
from adapters.printable import printable
from router.operating.trial import ALWAYS, Choice, Dead, Trial, TriedTarget
from router.testing.compare import show

if TYPE_CHECKING:
    from transforms import codecs
else:
    codecs = late("transforms.codecs")

INDENT = "    "
MOST_LINES = 5_000
"""Of both bodies, up to which they are compared."""
AROUND = 1
BRACKETS = ("", "{", "}", "[", "]", "},", "],")


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
    type_ = str((target.request or {}).get("content_type") or "")
    row: dict[str, Any] = {
        "id": target.id, "chosen": target.chosen,
        "body": text_of(target.body, type_) if target.body is not None else None,
        "request": dict(target.request) if target.request is not None else None,
    }  # fmt: skip
    if target.dead is not None:
        row["dead"] = dead_row(target.dead)
    if target.note:
        row["note"] = target.note
    if told := choice_row(target.choice):
        row["choice"] = told
    return row


def choice_row(choice: Choice) -> dict[str, Any]:
    row = {"when": choice.when, "values": plain(dict(choice.values)), "undefined": [*choice.undefined], "why": choice.why}
    return {name: value for name, value in row.items() if value}


class Shown:
    """A trial as a person reads it: blocks of lines, one a step and one a target."""

    def __init__(self, colour: bool = False) -> None:
        self.colour = colour

    def blocks(self, row: dict[str, Any]) -> Iterator[list[str]]:
        before: str | None = None
        for step in row["steps"]:
            after = None if step["body"] is None else body_text(step["body"])
            yield [self.paint(title(step), bold=True), *self.body(before, after)]
            before = after
        if "filtered" in row:
            yield [self.paint(printable(f"filtered: {row['filtered']}"), fg="yellow")]
        for target in row["targets"]:
            yield [*self.target(target)]
        if "dead" in row:
            yield [*self.dead(row["dead"], "")]

    def paint(self, text: str, **style: Any) -> str:
        return click.style(text, **style) if self.colour else text

    def body(self, before: str | None, after: str | None) -> Iterator[str]:
        """What changed; all of it where there was nothing before, or nothing of it is left."""
        if after is None:
            return
        if before == after:
            yield f"{INDENT}(the same body)"
            return
        changes = None if before is None else diff(before, after)
        if changes is None:
            yield from indented(after)
            return
        for line in changes:
            colour = {"+": "green", "-": "red"}.get(line[:1])
            yield INDENT[2:] + (self.paint(line, fg=colour) if colour else line)

    def target(self, target: dict[str, Any]) -> Iterator[str]:
        if not target["chosen"]:
            yield self.paint(f"→ {target['id']}: not chosen", dim=True)
            yield from self.choice(target)
            return
        request = target["request"] or {}
        told = ("type", "connection", "method", "path", "query", "name", "exchange", "routing_key", "stream", "into")
        words = [str(request[name]) for name in told if request.get(name)]
        yield self.paint(printable(f"→ {target['id']}: {' '.join(words) or target.get('note', '')}"), fg="cyan", bold=True)
        yield from self.choice(target)
        if "dead" in target:
            yield from self.dead(target["dead"], "  ")
        if request.get("to"):
            yield printable(f"  {request['to']}")
        headers = request.get("headers") or {"content-type": request.get("content_type", "")}
        yield from (printable(f"  {name}: {value}") for name, value in headers.items() if value)
        if target["body"] is not None:
            yield from indented(target["body"])

    def choice(self, target: dict[str, Any]) -> Iterator[str]:
        """The condition, and the values that decided."""
        choice = target.get("choice", {})
        why = f" ({choice['why']})" if choice.get("why") else ""
        if not choice.get("when"):
            if why and choice["why"] != ALWAYS:
                yield f"  {choice['why']}"
            return
        values = [f"{name} = {show(value)}" for name, value in choice.get("values", {}).items()]
        values += [f"{name} is undefined" for name in choice.get("undefined", ())]
        yield printable(f"  when: {choice['when']}{why}" + (f" → {', '.join(values)}" if values else ""))

    def dead(self, dead: dict[str, Any], indent: str) -> Iterator[str]:
        text = f"{indent}dead at stage {dead['stage']} ({dead['error']}): {dead['reason']}"
        yield self.paint(printable(text), fg="red", bold=True)
        for detail in dead["details"]:
            yield printable(f"{indent}  {detail['path']}: {detail['message']}")


def title(step: dict[str, Any]) -> str:
    note = f"  ({step['note']})" if step.get("note") else ""
    rule = step["rule"] if step["rule"].startswith(step["verb"]) else f"{step['verb']}: {step['rule']}"
    return printable(f"{rule}{note}")


def diff(before: str, after: str) -> list[str] | None:
    """Lines with `+`, `-` and a little of what is the same around them; None where too little is the same to tell."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) + len(new) > MOST_LINES:
        return None
    lines: list[str] = []
    for group in difflib.SequenceMatcher(None, said(before), said(after)).get_grouped_opcodes(AROUND):
        lines += ["…"] if group[0][1] or group[0][3] else []
        for what, i1, i2, j1, j2 in group:
            lines += [f"  {line}" for line in new[j1:j2]] if what == "equal" else []
            lines += [f"- {line}" for line in old[i1:i2]] if what != "equal" else []
            lines += [f"+ {line}" for line in new[j1:j2]] if what != "equal" else []
    kept = [line for line in lines if line.startswith("  ") and line.strip() not in BRACKETS]
    return list(map(printable_line, lines)) if kept else None


def said(text: str) -> list[str]:
    """Its lines, as they are compared: the comma that JSON needs before another field changes nothing."""
    lines = text.split("\n")
    return [line.removesuffix(",") for line in lines] if text[:1] in ("{", "[") else lines


def body_text(body: Any) -> str:
    return (body if isinstance(body, str) else pretty(body)).rstrip("\n")


def indented(text: str) -> Iterator[str]:
    for line in text.rstrip("\n").split("\n"):
        yield INDENT + printable_line(line)


def printable_line(line: str) -> str:
    """Tabs may stay."""
    return "\t".join(map(printable, line.split("\t")))
