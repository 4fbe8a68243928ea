"""Shapes of the grammar: mappings with known keys, mappings by name, lists, and mappings whose first key says what
they are. Each reports all mistakes below it and hands on what is right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, missing, validates_schema

from router.config import scalars
from router.config.nearest import did_you_mean, nearest, one_of
from router.config.references import Unset
from router.config.schema.fields import Entry, check_id
from router.config.schema.mistakes import ABSENT, KIND, TWICE, Mistake, Partly, Wrong, kind, not_yet, unknown
from router.config.spots import KEY


class Words(Schema):
    """A mapping with known keys; others are mistakes, at the key. `later` are words of later versions; `elsewhere`
    says of a known word where it belongs instead."""

    later: Sequence[str] = ()
    elsewhere: Mapping[str, str] = {}
    others: str = ""
    """What may have been meant by a key that is near to none."""
    either: Sequence[str] = ()
    """Keys of which one must be there."""
    product: Any = None
    """The policy that holds where a key is given nowhere."""
    examples: Sequence[Mapping[str, Any]] = ()
    """Right ones, as they are written."""

    class Meta:
        unknown = EXCLUDE

    @classmethod
    def words(cls) -> list[str]:
        """The keys, as they are written."""
        left_out = getattr(cls.Meta, "exclude", ())
        return [field.data_key or name for name, field in cls._declared_fields.items() if name not in left_out]

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def known_keys(self, data: Any, original: Any, **kwargs: Any) -> None:
        known = self.words()
        mistakes = {key: [self.stranger(key, known)] for key in original if key not in known}
        if mistakes:
            raise ValidationError(mistakes)

    def stranger(self, key: str, known: Sequence[str]) -> Mistake:
        if key in self.elsewhere:
            return unknown(key, self.elsewhere[key])
        if key.startswith("x-"):
            return unknown(key, "keys that begin with x- are left out at the top of a file only; remove it, or move it there")
        near = did_you_mean(key, known, otherwise=False) or self.others
        hint = near or did_you_mean(key, known) if known else "remove it: nothing is said here but the name alone"
        return not_yet(key) if key in self.later else unknown(key, hint)


def load(schema: Schema, value: Any) -> Any:
    """The loaded mapping; raises ValidationError with what is valid of it."""
    if not isinstance(value, dict):
        keys = [field.data_key or name for name, field in schema.fields.items()]
        raise kind(value, "a mapping", f"its keys are {', '.join(keys[:6])}{', …' if len(keys) > 6 else ''}")
    return schema.load(value)


class Nest(Entry):
    """A mapping with known keys."""

    def __init__(self, schema: type[Words], note: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.schema = schema()

    @property
    def optional(self) -> bool:
        """Whether its key may stand alone."""
        return False

    def read(self, value: Any) -> Any:
        return load(self.schema, value)

    def unset(self, value: Unset) -> Any:
        return self.read(str(value))


class Collected:
    """Values and mistakes of the entries of one mapping or list."""

    def __init__(self, values: Any) -> None:
        self.values = values
        self.mistakes: dict[Any, Any] = {}

    def take(self, key: Any, field: Entry, value: Any) -> Any:
        """The loaded value, as far as it is valid; `missing` where nothing of it is."""
        try:
            return field.deserialize(value)
        except ValidationError as error:
            self.mistakes[key] = error.messages
            return missing if error.valid_data in (None, {}, []) else error.valid_data

    def result(self) -> Any:
        if self.mistakes:
            raise Partly(self.mistakes, self.values)
        return self.values


class Named(Entry):
    """A mapping from names to one kind of value."""

    def __init__(self, field: Entry, names: re.Pattern[str] | None = scalars.ID, note: str = "", **opts: Any) -> None:
        super().__init__(note, **opts)
        self.field, self.names = field, names

    @property
    def form(self) -> str:
        """A regular expression that each name matches as a whole; empty where any name is possible."""
        return self.names.pattern if self.names is not None else ""

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise kind(value, "a mapping", "begin each entry with 'NAME:', without '- '" if isinstance(value, list) else "")
        found = Collected({})
        for name, one in value.items():
            taken = found.take(name, self.field, one)
            self.check_name(name, found)
            if taken is not missing:
                found.values[name] = taken
        return found.result()

    def check_name(self, name: str, found: Collected) -> None:
        try:
            self.accept_name(name)
        except Wrong as error:
            said = [replace(mistake, at=KEY, bare=True) for mistake in error.mistakes]
            below = found.mistakes.get(name)
            found.mistakes[name] = {**below, "_schema": said} if isinstance(below, dict) else said + list(below or [])

    def accept_name(self, name: str) -> None:
        """Raises Wrong where the name is not possible."""
        if self.names is not None:
            check_id(name, self.names)


class Listing(Entry):
    """A list of one kind of value. `single`: one value may stand without its brackets."""

    def __init__(self, field: Entry, note: str = "", least: int = 0, single: bool = False, **options: Any) -> None:
        super().__init__(note, **options)
        self.field, self.least, self.single = field, least, single

    def read(self, value: Any) -> Any:
        if self.single and not isinstance(value, list | dict):
            return [self.field.deserialize(value)]
        if not isinstance(value, list):
            hint = "write [ ] around it" if not isinstance(value, dict) else "begin each item with '- '"
            raise kind(value, "a list", hint)
        if len(value) < self.least:
            raise ValidationError([Mistake(KIND, "the list is empty", "it needs at least one item")])
        found = Collected([])
        for n, one in enumerate(value):
            # positions stay those of the list as it was written, so that later mistakes are found again
            taken = found.take(n, self.field, one)
            found.values.append(None if taken is missing else taken)
        return found.result()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of several kinds a mapping is, and its options (or its value)."""

    kind: str
    value: Any


def the_one_key(value: Any, known: Sequence[str], later: Sequence[str], what: str) -> str:
    """The one key of a mapping that says what it is. Raises ValidationError, at the key that is wrong."""
    if not isinstance(value, dict):
        word = value if isinstance(value, str) else ""
        close = nearest(word.split(":")[0], known) if word else None
        raise kind(value, f"a mapping that begins with its {what}", f"write {{{close}: …}}" if close else one_of(known))
    found: list[str] = [key for key in value if key in known or key in later]
    if len(found) > 1:
        message = f"'{found[0]}' and '{found[1]}' cannot stand together: there is one {what} here"
        raise ValidationError({found[1]: [Mistake(TWICE, message, f"remove '{found[1]}'", KEY, bare=True)]})
    if found and found[0] in later:
        raise ValidationError({found[0]: [not_yet(found[0], what)]})
    if found:
        return found[0]
    if not value:
        raise ValidationError([Mistake(ABSENT, f"there is no {what} here", one_of(known))])
    kinds = [key for key in value if key in ("type", "kind", "name") and value[key] in known]
    key = next((key for key in (*kinds, *value) if key in kinds or nearest(key, known)), next(iter(value)))
    said = value[key]
    meant = f"write {{{said}: …}}" if key in ("type", "kind", "name") and said in known else did_you_mean(key, known)
    raise ValidationError({key: [unknown(key, meant, what)]})


def chosen(kind_: str, field: Entry, value: Any) -> Chosen:
    """The loaded value with its kind; a mistake hands on what is valid in the same shape."""
    try:
        return Chosen(kind_, field.deserialize(value))
    except ValidationError as error:
        raise Partly(error.messages, Chosen(kind_, error.valid_data)) from None


class OneOf(Entry):
    """A mapping of known keys; which keys, one of them says by its name: the adapter of `from` and `send`."""

    def __init__(
        self, kinds: Mapping[str, type[Words]], later: Sequence[str], what: str, note: str = "", **o: Any
    ) -> None:
        super().__init__(note, **o)
        self.kinds = {name: Nest(schema) for name, schema in kinds.items()}
        self.later, self.what = later, what

    def read(self, value: Any) -> Any:
        name = the_one_key(value, tuple(self.kinds), self.later, self.what)
        return chosen(name, self.kinds[name], value)


class Verb(Entry):
    """A mapping of exactly one key, whose name says how its value is read: a step, a format with options."""

    def __init__(self, verbs: Mapping[str, Entry], later: Sequence[str], what: str, note: str = "", **o: Any) -> None:
        super().__init__(note, **o)
        self.verbs, self.later, self.what = verbs, later, what

    def read(self, value: Any) -> Any:
        verb = the_one_key(value, tuple(self.verbs), self.later, self.what)
        found = Collected({})
        taken = found.take(verb, self.verbs[verb], value[verb])
        for key in value.keys() - {verb}:
            hint = did_you_mean(key, self.verbs, otherwise=False) or f"one {self.what} stands alone in its mapping"
            found.mistakes[key] = [unknown(key, f"indent it below '{verb}' if it is an option of it; {hint}")]
        if found.mistakes:
            raise Partly(found.mistakes, None if taken is missing else Chosen(verb, taken))
        return Chosen(verb, taken)
