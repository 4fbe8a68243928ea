"""Whatever comes in, a codec of records answers with records and mistakes: no other exception, nothing lost, alike in chunks
of any size."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from router.config.content import StoredContent
from router.errors import DecodeError
from router.ports import Bad
from tests.transforms.codecs.fixed.layouts import PRICES, SALES
from transforms.codecs import CODECS

BLOCKS = "length: 9\nfields: {a: {at: 1, length: 4}, n: {at: 5, length: 5, type: int}}\n"
LAYOUTS = {"sales": SALES, "flat": SALES.partition("group:")[0], "prices": PRICES, "blocks": BLOCKS,
           "open": SALES.replace(", end: T1", "")}  # fmt: skip
CONTENT = StoredContent({f"transforms/layouts/{name}.yaml": text.encode() for name, text in LAYOUTS.items()})
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "cp037", "cp273", "shift_jis")

fixed = st.tuples(st.just("fixed"), st.fixed_dictionaries({
    "layout": st.sampled_from(sorted(LAYOUTS)), "encoding": st.sampled_from(ENCODINGS),
}))  # fmt: skip
table = st.tuples(st.just("csv"), st.fixed_dictionaries(
    {"encoding": st.sampled_from(ENCODINGS)},
    optional={"delimiter": st.just(";"), "quote": st.just("'"), "skip": st.just(1), "columns": st.just({"a": "int"})},
))  # fmt: skip
xml = st.tuples(st.just("xml"), st.sampled_from([
    {"records": "T"}, {"records": "p:T", "namespaces": {"p": "urn:p"}}, {"records": "\u00e4"},
]))  # fmt: skip
formats = st.one_of(fixed, table, xml, st.just(("ndjson", {})))
FRAGMENTS = [
    "H1004220260301\n", "D14006381333931   1200000399-\n", "T1000001\n", "A  00012", "a,b\n", "a;b\r\n", '1,"2\n3"\n', "1;2\r",
    '"', "'", "\n", "\r\n", "\r", "\x85", "\0", "\x1a", "\ufeff", "\u00e4", "<r>", '<r xmlns:p="urn:p">', "<T>", "</T>", "<T/>",
    "<p:T a='>'>", "</p:T>", "</r>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "<!DOCTYPE r>", "&amp;", "&x;", "{", "}",
    '{"a": 1}\n', "[1]\n", ' xmlns=""', "<", ">", " ",
]  # fmt: skip
texts = st.tuples(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join), st.sampled_from(ENCODINGS)).map(
    lambda pair: pair[0].encode(pair[1], "replace")
)
raws = st.one_of(st.binary(max_size=60), texts, st.tuples(texts, st.binary(max_size=3), texts).map(b"".join))


def shown(body: Any) -> Any:
    if isinstance(body, Bad):
        assert body.error.reason
        return body.error.reason, body.cells
    return etree.tostring(body) if isinstance(body, etree._Element) else repr(body)


def read(codec: Any, raw: bytes, size: int) -> tuple[list[Any], str]:
    """The records, and what makes the rest of the stream unreadable."""
    stream, found = io.BytesIO(raw), []
    try:
        for cut in codec.cut(stream, None, size):
            records = codec.records(stream, cut)
            assert len(records) == cut.records
            found += [(number, shown(body)) for number, body in records]
    except DecodeError as error:
        return found, error.reason
    return found, ""


@settings(deadline=None, max_examples=500)
@given(formats, raws, st.integers(1, 80))
def test_any_bytes(format: tuple[str, dict[str, Any]], raw: bytes, size: int) -> None:
    name, options = format
    codec = CODECS[name](options, CONTENT)
    found, broken = read(codec, raw, 262_144)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    again, broken_again = read(codec, raw, size)
    assert bool(broken) == bool(broken_again)
    if not broken:
        assert again == found
