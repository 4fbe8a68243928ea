"""Fields of the grammar that hold one scalar. What a reference gives takes the field's type; what is not set passes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from marshmallow import fields, missing

from router.config import scalars
from router.config.nearest import did_you_mean, one_of
from router.config.references import Resolved, Unset
from router.config.schema.mistakes import ABSENT_HERE, KIND, Mistake, Wrong, kind, wrong


class Entry(fields.Field[Any]):
    """A field; `note` is its sentence for the reference and for editors, with `examples` as they are written. A subclass
    reads the value that was written."""

    examples: Sequence[Any] = ()

    def __init__(self, note: str = "", examples: Sequence[Any] = (), **options: Any) -> None:
        metadata = {"note": note} if note else {}
        self.examples = tuple(examples) or self.examples
        nothing = Mistake(KIND, "nothing is given here", "give it a value, or remove the key")
        absent = replace(ABSENT_HERE, hint=f"add it: {note[0].lower()}{note[1:].rstrip('.')}") if note else ABSENT_HERE
        messages: dict[str, Any] = {"null": [nothing], "required": [absent]}
        options.setdefault("allow_none", False)  # a default of None does not mean that null may be written
        super().__init__(metadata=metadata, error_messages=messages, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """As every field does it, without the validators and hooks that no entry has: most entries are not there."""
        if value is missing or value is None:
            return super().deserialize(value, attr, data, **kwargs) if self.required or value is None else self.default()
        return self._deserialize(value, attr, data, **kwargs)

    def default(self) -> Any:
        """`missing` where there is none."""
        default = self.load_default
        return default() if callable(default) else default

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Unset):
            return self.unset(value)
        try:
            return self.read(value)
        except Wrong as error:
            raise Wrong(*(one if one.hint else replace(one, hint=self.helps) for one in error.mistakes)) from None

    @property
    def note(self) -> str:
        return str(self.metadata.get("note", ""))

    @property
    def helps(self) -> str:
        """What helps where nothing better is known."""
        if self.examples:
            return f"for example {self.examples[0]}"
        return f"it is for: {self.note[0].lower()}{self.note[1:].rstrip('.')}" if self.note else ""

    def alternatives(self) -> Sequence[Entry | str]:
        """The forms that it may be written in, where there are several: words, and fields of their own."""
        return ()

    def unset(self, value: Unset) -> Any:
        """What stands for a value that is not known; only `check` gets to see it."""
        default = self.default()
        return None if default is missing else default

    def read(self, value: Any) -> Any:
        raise NotImplementedError


class Text(Entry):
    """A text. A number or `true` that is meant as text is put in quotes. `form` is a regular expression that each right
    value matches as a whole; not every rule has one."""

    form = r"[\s\S]*\S[\s\S]*"

    def __init__(self, note: str = "", form: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.form = form or self.form

    def unset(self, value: Unset) -> Any:
        return value

    def read(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.check(value)
        scalar = isinstance(value, bool | int | Decimal)
        braces = "put it in quotes where it begins with a brace" if isinstance(value, dict) else ""
        raise kind(value, "a text", "put it in quotes" if scalar else braces)

    def check(self, value: str) -> Any:
        if not value.strip():
            raise wrong(value, "a text that is not empty is expected")
        return value


class AnyText(Text):
    """A text that may be empty."""

    form = ""

    def check(self, value: str) -> Any:
        return value


class Note(AnyText):
    """`about`, `owner`, reasons: words for people, also numbers."""

    def read(self, value: Any) -> Any:
        return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else super().read(value)


class Id(Text):
    """The id of something named elsewhere, or here."""

    form = scalars.ID.pattern

    def check(self, value: str) -> Any:
        check_id(value)
        return value


def check_id(value: str, pattern: re.Pattern[str] = scalars.ID) -> None:
    """Raises Wrong where a name is not an id."""
    if not pattern.fullmatch(value):
        under = "_" if pattern is scalars.KEY_NAME else ""
        better = better_name(value)
        signs = ", '-' and '_'" if under else " and '-'"
        form = f"a name is made of the letters a to z, the digits 0 to 9{signs}, and begins with a letter"
        raise wrong(value, form, f"for example '{better}'" if better else "for example 'web-orders'")


def better_name(value: str) -> str:
    """The id that is nearest to a text: `Café Orders` is `cafe-orders`."""
    plain = normalize("NFKD", value.replace("ß", "ss")).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", plain).lower()
    return re.sub(r"[^a-z0-9-]+", "-", parted).strip("-").lstrip("0123456789-")


class Word(Text):
    """One of a few words."""

    def __init__(self, words: Sequence[str], note: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.words = tuple(words)

    def check(self, value: str) -> Any:
        if value not in self.words:
            raise wrong(value, one_of(self.words), did_you_mean(value, self.words, otherwise=False))
        return value

    @property
    def helps(self) -> str:
        return f"write {self.words[0]}" if len(self.words) == 1 else f"write {' or '.join(self.words)}"


class Literal(Entry):
    """A field whose plain scalar is not a text."""

    def read(self, value: Any) -> Any:
        return self.check(scalars.plain(value) if isinstance(value, Resolved) and value.whole else value, value)

    def check(self, value: Any, shown: Any) -> Any:
        raise NotImplementedError


SWITCHES = {
    **dict.fromkeys(("true", "yes", "on", "y", "1"), "true"), **dict.fromkeys(("false", "no", "off", "n", "0"), "false"),
}  # fmt: skip
"""What people mean by words that YAML 1.1 took for true and false; YAML 1.2 takes them for texts."""


class Flag(Literal):
    def check(self, value: Any, shown: Any) -> Any:
        if not isinstance(value, bool):
            meant = SWITCHES.get(str(value).lower().rstrip(",;"))
            raise kind(shown, "true or false", f"write {meant}, without quotes" if meant else "")
        return value


class Whole(Literal):
    """A whole number."""

    def __init__(self, note: str = "", least: int = 0, most: int = 2**31 - 1, **options: Any) -> None:
        super().__init__(note, **options)
        self.least, self.most = least, most

    def check(self, value: Any, shown: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            quoted = isinstance(value, str) and re.fullmatch(r"\d+", value)
            raise kind(shown, "a whole number", "write it without quotes" if quoted else "")
        if not self.least <= value <= self.most:
            raise wrong(shown, *bounds(self.least, self.most))
        return value


class Factor(Literal):
    """A number of at least 1."""

    least, most = 1, 1000

    def check(self, value: Any, shown: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise kind(shown, "a number")
        if not self.least <= value <= self.most:
            raise wrong(shown, *bounds(self.least, self.most))
        return float(value)


def bounds(least: int, most: int) -> tuple[str, str]:
    """What is expected, and what to write."""
    endless = most == 2**31 - 1
    expected = f"a number of at least {least} is expected" if endless else f"a number from {least} to {most} is expected"
    return expected, f"write {least} or more" if endless else f"write {least} to {most}"


class Formula(Entry):
    """An expression. A plain number, true, false or null is one too."""

    @property
    def helps(self) -> str:
        return "an expression is written like body.order_no, or body.qty > 0"

    def unset(self, value: Unset) -> Any:
        return value

    def read(self, value: Any) -> Any:
        if isinstance(value, dict | list):
            several = isinstance(value, list) and len(value) > 1
            joined = f"join them: {' ~ '.join(map(str, value))}" if several and all(isinstance(v, str) for v in value) else ""
            raise kind(value, "an expression", joined or "put it in quotes where it holds braces or brackets")
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None or not str(value).strip():
            raise kind(value, "an expression")
        return str(value) if isinstance(value, int | Decimal) else value


class Pattern(AnyText):
    """A template: a text with `{{ }}`. A plain number is one too."""

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            raise kind(value, "a text", "put it in quotes: a plain text cannot begin with a brace")
        return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else super().read(value)
