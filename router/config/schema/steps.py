"""`steps`: one verb each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError

from router.config import scalars
from router.config.nearest import nearest
from router.config.references import Unset
from router.config.schema.fields import Entry, Flag, Formula, Note, Text, Word
from router.config.schema.measures import Duration
from router.config.schema.mistakes import RULE, Mistake, kind, wrong
from router.config.schema.shapes import Listing, Named, Nest, Verb, Words

LATER_STEPS: tuple[str, ...] = ()
MEMBER = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+"
SET_PATH = re.compile(r"body(\.[^.\s]+)+|headers\.[!#$%&'*+^_`|~0-9A-Za-z-]+")


class FileName(Text):
    """The name of a content file, from its own folder."""

    def check(self, value: str) -> Any:
        if value.startswith("/") or ".." in value.split("/") or "\\" in value:
            raise wrong(value, "the name of a file is expected, from its folder under transforms/", "leave its folder out")
        return super().check(value)


class MapName(FileName):
    def check(self, value: str) -> Any:
        if value.endswith((".yaml", ".yml")):
            raise wrong(value, "a map is named without its suffix", f"write {value.rsplit('.', 1)[0]}")
        return super().check(value)


class SchemaName(Text):
    """`module.Schema`: a class in `transforms/schemas/module.py`."""

    form, examples = MEMBER, ("orders.WebOrder",)

    def check(self, value: str) -> Any:
        if not re.fullmatch(MEMBER, value):
            raise wrong(value, "a schema is named module.Schema, for transforms/schemas/module.py")
        return value


class FunctionName(Text):
    """`module.function`: a function in `transforms/python/module.py`."""

    form, examples = MEMBER, ("prices.round_up",)

    def check(self, value: str) -> Any:
        if not re.fullmatch(MEMBER, value):
            raise wrong(value, "a function is named module.function, for transforms/python/module.py", "write module.function")
        return value


class Either(Entry):
    """A value in its short form, or a mapping with options."""

    def __init__(self, short: Entry, options: type[Words], note: str = "", **others: Any) -> None:
        super().__init__(note, **others)
        self.short, self.options = short, Nest(options)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.short, self.options)

    def unset(self, value: Unset) -> Any:
        return self.short.deserialize(value)

    def read(self, value: Any) -> Any:
        return (self.options if isinstance(value, dict) else self.short).deserialize(value)


class ValidateOptions(Words):
    examples = ({"schema": "orders.WebOrder", "unknown": "exclude"},)

    schema = SchemaName("The schema.", required=True)
    unknown = Word(  # type: ignore[assignment]  # a key of ours; marshmallow takes it out of the class
        ("raise", "exclude", "include"), "What happens to fields that the schema does not name."
    )


class PythonOptions(Words):
    examples = ({"call": "prices.from_service", "pure": False},)

    call = FunctionName("The function.", required=True)
    pure = Flag("The same message gives the same result, at each attempt.", load_default=True)


class Dedupe(Words):
    examples = ({"key": "body.order_no", "within": "7d"},)

    key = Formula("What makes two messages the same.", required=True)
    within = Duration("For how long it is remembered.", load_default=7 * 86_400.0)
    changed = Word(("dead", "duplicate", "deliver"), "The same key with other content.", load_default="dead")


class InlineFields(Entry):
    """The fields of a map; the map itself checks them."""

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise kind(value, "a mapping from fields to expressions")
        return value


class InlineMap(Words):
    examples = ({"fields": {"sku": "body.sku", "gross": "(body.price * 1.19) | text(2)"}},)
    others = "fields of the new body stand below 'fields'"

    about = Note("What it is, for people.")
    fields = InlineFields("What the new body holds.", required=True)  # type: ignore[assignment]
    keep = Word(("all",), "Starts from the body instead of an empty one.")


class Stylesheet(Words):
    examples = ({"stylesheet": "poslog_to_receipt.xsl", "params": {"store": "body | xpath('Store/text()')"}},)

    stylesheet = FileName("The stylesheet.", required=True)
    params = Named(Formula(), None, "Its parameters.", load_default=dict)


class Set(Named):
    """Fields of the body and headers, with their new values."""

    form, examples = SET_PATH.pattern, ({"body.customer_no": "body.customer.id"},)

    def __init__(self, note: str) -> None:
        super().__init__(Formula(allow_none=True), None, note)

    def accept_name(self, name: str) -> None:
        if not SET_PATH.fullmatch(name):
            root, _, rest = name.partition(".")
            near = nearest(root, ("body", "headers")) if rest else None
            better = f"{near}.{rest}" if near else f"body.{name}"
            hint = f"write {better}" if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", name) else ""
            raise wrong(name, "'set' names a field as body.field or headers.name", hint)

    def read(self, value: Any) -> Any:
        found = super().read(value)
        if not found:
            raise ValidationError([Mistake(RULE, "nothing is set here", 'write {"body.field": EXPRESSION}')])
        return {path: "none" if one is None else one for path, one in found.items()}


class Split(Words):
    examples = ({"by": "body.lines"}, {"group": ["body.receipt"], "keys": {"receipt": "body[0].receipt"}, "bad": "reject"})

    by = Formula("`records` of the format, or an expression that gives a list.", load_default="records")
    group = Listing(Formula(), "Neighbours with equal values make one body, a list.", least=1, load_default=None)
    keys = Named(Formula(), scalars.KEY_NAME, "Business keys of each body that results.", load_default=dict)
    bad = Word(("dead_letter", "reject"), "What a record that cannot be decoded does.", load_default="dead_letter")


class Records(Text):
    def alternatives(self) -> Sequence[Entry | str]:
        return ("records",)

    def check(self, value: str) -> Any:
        if value != "records":
            meant = f"body.{value}" if re.fullmatch(r"[A-Za-z_]\w*", value) else value
            raise wrong(value, "the short form is 'split: records'", f"write 'split: records', or {{by: {meant}}} for a list")
        return value


class NotHere(Entry):
    """A verb that is known, but not at a target."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def read(self, value: Any) -> Any:
        raise ValidationError([Mistake(RULE, self.why, "put it among the route's steps", at="key", bare=True)])


VERBS: dict[str, Entry] = {
    "validate": Either(
        SchemaName(), ValidateOptions, "Checks the body by a marshmallow schema of the project; it becomes what that loads."
    ),
    "dedupe": Nest(Dedupe, "Takes each message once, by a key of its body; what comes again is a duplicate."),
    "map": Either(
        MapName(examples=("web_order_to_order",)), InlineMap,
        "Makes a new body, field by field: by a map of the project, or of fields that stand here.",
    ),
    "template": FileName("Makes a text of the body, by a Jinja template of the project.", examples=("order_to_erp.xml.j2",)),
    "xslt": Either(
        FileName(examples=("poslog_to_receipt.xsl",)), Stylesheet,
        "Makes another XML, or a text, of a body of XML, by an XSLT 1.0 stylesheet of the project.",
    ),
    "set": Set("Sets fields of the body, and headers, to values of expressions; null where nothing is written."),
    "filter": Formula(
        "Lets through where the condition is true; else the message is filtered, with this rule as the reason.",
        examples=("body.store != '9999'",),
    ),
    "python": Either(
        FunctionName(), PythonOptions,
        "Calls a function of the project: `def f(message)`, which changes `message.body` and returns the message.",
    ),
    "split": Either(
        Records(examples=("records",)), Split, "Makes each record of the format, or item of a list, a body of its own."
    ),
}  # fmt: skip
AT_TARGET: dict[str, Entry] = VERBS | {
    "split": NotHere("'split' is not possible at a target"),
    "dedupe": NotHere("'dedupe' is not possible at a target"),
}


class Steps(Listing):
    """A list of steps."""

    def __init__(self, verbs: dict[str, Entry], note: str = "", **options: Any) -> None:
        super().__init__(Verb(verbs, LATER_STEPS, "step"), note, **options)
