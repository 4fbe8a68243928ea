"""What came of a test beside what it expects: every difference as a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.charset import DEFAULT, charset_of, text_of
from adapters.testing.outside import Call
from adapters.testing.playing import Played
from adapters.web import answers
from router.browse import STATES as WORST
from router.config.content import StoredContent
from router.errors import CrossdockError
from router.message import Envelope, utc_now
from router.ports import Codec
from router.route import Table, Target
from router.testing.case import FALLBACK, Answer, Body, ExpectedTarget, RouteTest
from router.testing.compare import NOTHING, Difference, differences, lacking
from transforms.codecs import CODECS, codec_for
from transforms.structures import structure

ENCODED = ("csv", "text")
"""Codecs whose content type says their encoding."""
NOBODY = Envelope("", "", "", utc_now())


def judged(test: RouteTest, played: Played, table: Table) -> list[str]:
    """Nothing where all is as expected."""
    if played.unforeseen:
        return [f"an error of Crossdock's own: {text}" for text in played.unforeseen]
    return [str(one) if isinstance(one, Difference) else one for one in Judge(test, played, table).all()]


class Judge:
    """One test's expectations, one after the other."""

    def __init__(self, test: RouteTest, played: Played, table: Table) -> None:
        self.test, self.played, self.table = test, played, table

    def all(self) -> Iterator[Difference | str]:
        expect = self.test.expect
        for name, target in expect.targets.items():
            yield from self.target(name, target)
        yield from self.states(expect.states)
        if expect.dead is not None and expect.dead != len(self.played.letters):
            yield Difference("dead", expect.dead, len(self.played.letters))
        if expect.at_most is not None and self.played.elapsed > expect.at_most:
            yield f"after: expected at most {expect.at_most:g} s, got {self.played.elapsed:g} s"
        if expect.reason and not any(expect.reason in reason for reason in self.reasons()):
            yield Difference("reason", expect.reason, "; ".join(self.reasons()) or NOTHING)
        if expect.answer is not None:
            yield from self.answer(expect.answer)

    # --- what became of the messages ---
    def states(self, expected: Sequence[str]) -> Iterator[Difference]:
        given = len(self.played.arrivals)
        if len(expected) > 1:
            got = [view.state for view in self.played.views[:given]]
            yield from differences(list(expected), got, "state")
        elif expected and self.worst() != expected[0]:
            yield Difference("state", expected[0], self.worst())

    def worst(self) -> str:
        """Of all messages, those that went on into other routes too."""
        return min((view.state for view in self.played.views), key=WORST.index)

    def reasons(self) -> list[str]:
        """Why something is dead, or ended before any target."""
        found = [letter.reason for letter in self.played.letters]
        found += [text for view in self.played.views for text in (view.reason, *(t.reason for t in view.targets)) if text]
        return list(dict.fromkeys(found))

    # --- what the outside got ---
    def label(self, name: str) -> str:
        """As the test calls it."""
        return name.removeprefix(f"{self.test.route}.")

    def target(self, name: str, expected: ExpectedTarget) -> Iterator[Difference | str]:
        calls = [call for call in self.played.calls if call.target == name]
        label = self.label(name)
        if expected.calls is not None and len(calls) != expected.calls:
            yield Difference(f"{label}.calls", expected.calls, len(calls))
        elif expected.calls is None and not calls:
            yield f"{label}: expected calls, got none"
        if expected.body is not None:
            yield from self.each(label, calls, expected.body)
        if expected.bodies is not None:
            yield from self.deliveries(label, calls, expected.bodies)
        for call in calls[:1] if not expected.headers else calls:
            yield from headers(f"{label}.headers", expected.headers, call.headers)

    def each(self, label: str, calls: Sequence[Call], body: Body) -> Iterator[Difference | str]:
        """Every call; of what is sent again, the first."""
        for n, call in enumerate(firsts(calls)):
            path = f"{label}.body" if n == 0 else f"{label} ({n + 1}).body"
            yield from compared(body, call.body, self.codec(call), path)

    def deliveries(self, label: str, calls: Sequence[Call], bodies: Sequence[Body]) -> Iterator[Difference | str]:
        found = firsts(calls)
        if len(found) != len(bodies):
            yield f"{label}.bodies: expected {len(bodies)} deliveries, got {len(found)}"
        for n, (body, call) in enumerate(zip(bodies, found, strict=False)):
            yield from compared(body, call.body, self.codec(call), f"{label}.bodies[{n}]")

    def codec(self, call: Call) -> Codec:
        target = self.table.target(call.target.removesuffix(FALLBACK))
        return codec_of(target, call)

    # --- what the caller got ---
    def answer(self, expected: Answer) -> Iterator[Difference | str]:
        for n, (arrival, receipt) in enumerate(zip(self.played.arrivals, self.played.receipts, strict=True)):
            if self.played.results and receipt.state in ("accepted", "duplicate"):
                found = answers.of_result(self.played.results[n], receipt.id, arrival.envelope.source)
            else:
                found = answers.of_receipt(receipt, arrival, arrival.envelope.source)
            if expected.status is not None and found.status != expected.status:
                yield Difference("answer.status", expected.status, found.status)
            if expected.body is not None:
                type_ = dict(found.headers).get(b"content-type", b"").decode("latin-1")
                yield from compared(expected.body, found.body, plain_codec(type_, None), "answer.body")


def firsts(calls: Sequence[Call]) -> list[Call]:
    """The first call of each delivery."""
    found: dict[str, Call] = {}
    for call in calls:
        found.setdefault(call.delivery, call)
    return list(found.values())


def codec_of(target: Target | None, call: Call) -> Codec:
    """How the body of a call is read."""
    if target is not None and target.codec is not None:
        return target.codec
    if not call.content_type and target is not None and target.collect and target.by_body is not None:
        return target.by_body([])
    name = getattr(call.address, "name", None)
    return plain_codec(call.content_type, name if isinstance(name, str) else None)


def plain_codec(content_type: str, name: str | None) -> Codec:
    kind, charset = codec_for(content_type or None, name), charset_of(content_type)
    if charset and kind in ENCODED:
        try:
            return CODECS[kind]({"encoding": charset}, StoredContent())
        except ValueError:  # none that Crossdock knows
            pass
    return CODECS[kind]({}, StoredContent())


def compared(expected: Body, got: Any, codec: Codec, path: str) -> Iterator[Difference]:
    """By structure where both can be read, else as texts."""
    value = read(expected.value, codec) if isinstance(expected.value, bytes) else expected.value
    found = structure(got) if not isinstance(got, bytes) else read(got, codec)
    if isinstance(value, str) and not isinstance(found, str) and isinstance(got, bytes):
        if expected.part:
            found = text_of(got, codec.content_type)
        else:
            value = read(in_charset(value, codec), codec)
    compare = lacking if expected.part else differences
    yield from compare(value, found, path)


def read(raw: bytes, codec: Codec) -> Any:
    """The structure of a body; its text where it is none."""
    try:
        return structure(codec.decode(raw, NOBODY))
    except CrossdockError:
        return text_of(raw, codec.content_type)


def in_charset(text: str, codec: Codec) -> bytes:
    """As the codec reads it; as UTF-8 what its charset cannot write."""
    try:
        return text.encode(charset_of(codec.content_type) or DEFAULT)
    except (LookupError, ValueError):
        return text.encode()


def headers(path: str, expected: Mapping[str, str], got: Mapping[str, str]) -> Iterator[Difference]:
    for name, value in expected.items():
        found = got.get(name.lower())
        if found != value:
            yield Difference(f"{path}.{name}", value, NOTHING if found is None else found)
