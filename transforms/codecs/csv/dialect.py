"""The options of `format: csv`, as its parts use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transforms.codecs.charset import Charset, charset


@dataclass(frozen=True, slots=True)
class Dialect:
    """`names` are the columns where there is no header, or those that a target writes; `types` by column name."""

    delimiter: str
    quote: str
    header: bool
    names: tuple[str, ...]
    types: Mapping[str, Any]
    charset: Charset
    decimal: str
    skip: int

    @property
    def bytewise(self) -> bool:
        """Whether line ends, quotes and delimiters can be found among the bytes: true for all encodings that extend ASCII,
        where both are of ASCII."""
        try:
            probe = f"\r\n{self.quote}{self.delimiter}aZ0"
            return probe.encode(self.charset.name) == probe.encode("ascii")
        except UnicodeEncodeError:
            return False

    def reader_options(self) -> dict[str, Any]:
        return {"delimiter": self.delimiter, "quotechar": self.quote, "doublequote": True, "strict": False}


def dialect(options: Mapping[str, Any]) -> Dialect:
    """Raises ValueError where the options contradict each other."""
    columns = options.get("columns") or {}
    listed = isinstance(columns, Sequence) and not isinstance(columns, str)
    header = bool(options.get("header", True))
    names = tuple(str(c) for c in columns)
    if not header and not names:
        raise ValueError("columns must be given where the file has no header")
    delimiter, quote = str(options.get("delimiter", ",")), str(options.get("quote", '"'))
    for name, one in (("delimiter", delimiter), ("quote", quote)):
        if len(one) != 1 or one in "\r\n":
            raise ValueError(f"{name} is one character, not {one!r}")
    return Dialect(
        delimiter, quote, header, names, {} if listed else dict(columns), charset(str(options.get("encoding", "utf-8"))),
        str(options.get("decimal", ".")), int(options.get("skip", 0)),
    )  # fmt: skip
