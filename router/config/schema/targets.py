"""`to`: the targets of a route, and `send`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from router.config.nearest import nearest
from router.config.references import Unset
from router.config.schema.fields import Entry, Formula, Id, Note, Whole, Word
from router.config.schema.formats import Format
from router.config.schema.measures import Duration
from router.config.schema.mistakes import RULE, Mistake, Partly, kind, unknown, wrong
from router.config.schema.policies import WHEN_DEAD, Retry
from router.config.schema.sends import SendField
from router.config.schema.shapes import Chosen, Collected, Nest, Verb, Words, chosen, the_one_key
from router.config.schema.steps import AT_TARGET, Steps
from router.config.spots import KEY

BELOW = "indent it below 'otherwise' if it belongs to its target"


class ArrayWords(Words):
    records = Whole("So many at most make an array.", least=1, most=10_000, required=True)
    within = Duration("How long an array waits to be filled.", load_default=1.0)
    failed = Formula("The indexes, from 0, of the members that the other side refused.", load_default=None)


class Collect(Entry):
    """`message`: all records of a message make one output; `{records, within, failed}`: arrays."""

    arrays = Nest(ArrayWords)

    def alternatives(self) -> Sequence[Entry | str]:
        return ("message", self.arrays)

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self.arrays.deserialize(value)
        if value != "message":
            expected = "message, or {records: 500, within: 1s}"
            refused = wrong(value, f"{expected} is expected", f"write {expected}")
            raise refused if isinstance(value, str) else kind(value, expected, f"write {expected}")
        return value


class FallbackWords(Words):
    others = "write {send: {…}}: how it goes there stands below 'send'"

    send = SendField("Where it goes instead.", required=True)


class TargetWords(Words):
    id = Id("The name of the target in its route.", required=True)
    when = Formula("Which messages it gets.")
    steps = Steps(AT_TARGET, "What happens to the body on its way here.", load_default=list)
    format = Format(False, "How the body is written.", load_default=None)
    order_by = Formula("Messages with the same value go one after the other.")
    collect = Collect("One output for all records of a message.", load_default=None)
    send = SendField("Where it goes.", required=True)
    retry = Nest(Retry, "Replaces keys of `defaults.retry`.", load_default=dict)
    when_dead = Word(WHEN_DEAD, "What happens to the key behind a dead delivery.")
    limit = Whole("So many deliveries may be open here; beyond, its route takes nothing in.", least=1, load_default=None)
    fallback = Nest(FallbackWords, "Where a delivery goes that is dead here.")


class OtherwiseTarget(TargetWords):
    elsewhere: Mapping[str, str] = {"when": "'otherwise' takes what no 'when' took: remove it"}

    class Meta(Words.Meta):
        exclude = ("when",)


class Reason(Note):
    def read(self, value: Any) -> Any:
        text = super().read(value)
        if not text.strip():
            raise wrong(value, "say why, in a few words")
        return text


class OtherwiseField(Entry):
    """`{dead: why}`, `{ignore: why}`, or a target."""

    def __init__(self) -> None:
        super().__init__("What becomes of a message that no target's `when` took.")
        self.ends = {
            "dead": Reason("It is a dead letter, for this reason."),
            "ignore": Reason("It ends here as filtered, for this reason."),
        }
        self.target = Nest(OtherwiseTarget)

    def alternatives(self) -> Sequence[Entry | str]:
        return (Verb(self.ends, (), "end"), self.target)

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise kind(value, "a mapping", 'one of {dead: "why"}, {ignore: "why"} or a target {id, send, …}')
        if "id" in value or "send" in value:
            return chosen("target", self.target, value)
        end = the_one_key(value, tuple(self.ends), (), "end")
        mistakes: dict[str, Any] = {
            key: [Mistake(RULE, f"'{key}' cannot stand beside '{end}'", "remove it", KEY, bare=True)]
            for key in value.keys() - {end}
        }
        try:
            last = Chosen(end, self.ends[end].deserialize(value[end]))
        except ValidationError as error:
            mistakes[end] = error.messages
        if mistakes:
            raise Partly(mistakes, Chosen(end, ""))
        return last


class TargetField(Entry):
    """A target, or `otherwise`."""

    target = Nest(TargetWords)
    otherwise = OtherwiseField()

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.target, Verb({"otherwise": self.otherwise}, (), "last entry"))

    def unset(self, value: Unset) -> Any:
        return self.read(str(value))

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise kind(value, "a target", "for example {id: erp, send: {http: erp, path: /orders}}")
        if not {"otherwise", "id", "send"} & value.keys() and (end := next(filter(seems_an_end, value), None)):
            raise Partly({end: [unknown(end, "did you mean 'otherwise'?")]}, Chosen("otherwise", None))
        if "otherwise" not in value:
            return chosen("target", self.target, value)
        mistakes: dict[str, Any] = {
            key: [Mistake(RULE, f"'{key}' cannot stand beside 'otherwise'", BELOW, KEY, bare=True)]
            for key in value.keys() - {"otherwise"}
        }
        found = Collected(None)
        last = Chosen("otherwise", found.take("otherwise", self.otherwise, value["otherwise"]))
        if mistakes or found.mistakes:
            raise Partly({**mistakes, **found.mistakes}, last)
        return last


def seems_an_end(key: Any) -> bool:
    return nearest(str(key), ("otherwise", *TargetWords().fields)) == "otherwise"


def is_target(item: Any) -> bool:
    """Whether an entry of `to` is a target that was chosen by its `when`, or always."""
    return isinstance(item, Chosen) and item.kind == "target"
