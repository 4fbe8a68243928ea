"""`tests`: what comes in, what the outside replies, and what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from router.config.nearest import did_you_mean
from router.config.references import Unset
from router.config.schema.fields import AnyText, Entry, Id, Note, Text, Whole, Word
from router.config.schema.measures import Duration
from router.config.schema.mistakes import RULE, Mistake, Partly, kind, wrong
from router.config.schema.shapes import Chosen, Listing, Named, Nest, Words
from router.config.schema.steps import FileName
from router.testing.case import BROKEN, STATES

WORDS = ("ok", *BROKEN)
REPLY = "ok, a status such as 503, timeout, connect, reset, io, returned, refused, or {status, headers, body}"


class Anything(Entry):
    """A value of any shape, as it is written."""

    def __init__(self, note: str = "", **options: Any) -> None:
        super().__init__(note, allow_none=True, **options)

    def unset(self, value: Unset) -> Any:
        return str(value)

    def read(self, value: Any) -> Any:
        return value


class Headers(Named):
    """Texts by name; a number is one too."""

    def __init__(self, note: str) -> None:
        super().__init__(Note(), None, note, load_default=dict)


class GivenWords(Words):
    body = Anything("The body: @samples/FILE, a text, or a structure.")
    file = FileName("A sample whose name is the file's name: samples/FILE.")
    name = Text("The name of the file, where it is not that of the sample.")
    headers = Headers("Headers of the message.")
    params = Headers("Parameters of the path.")
    client = Id("Who sends it.")
    after = Duration("So long after the one before it comes in.", load_default=0.0)


class OneOrMore(Entry):
    """One mapping, or a list of such."""

    def __init__(self, entry: Entry, note: str = "", **options: Any) -> None:
        super().__init__(note, **options)
        self.entry, self.all = entry, Listing(entry, least=1)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.entry, self.all)

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return self.all.deserialize(value)
        try:
            return [self.entry.deserialize(value)]
        except ValidationError as error:
            raise Partly(error.messages, [error.valid_data or None]) from None


class ReplyWords(Words):
    status = Whole("The status of the answer.", least=100, most=599, load_default=200)
    headers = Headers("Headers of the answer.")
    body = Anything("The body of the answer.")


class ReplyField(Entry):
    """A word, a status, or an answer."""

    answer = Nest(ReplyWords)

    def alternatives(self) -> Sequence[Entry | str]:
        return (*WORDS, Whole(least=100, most=599), self.answer)

    def read(self, value: Any) -> Any:
        if isinstance(value, dict):
            return Chosen("answer", self.answer.deserialize(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return Chosen("answer", {"status": status(value)})
        if isinstance(value, str):
            if value not in WORDS:
                nearest = did_you_mean(value, WORDS, otherwise=False)
                raise wrong(value, f"a reply is {REPLY}", nearest or "write 503, connect or timeout for a target that is down")
            return Chosen("word", value)
        raise kind(value, REPLY, f"write {WORDS[0]}, a status such as 503, or {{status: 503, body: …}}")


def status(value: int) -> int:
    if not 100 <= value <= 599:
        raise wrong(value, "a status from 100 to 599 is expected", "for example 503")
    return value


class Replies(Entry):
    """A list: one reply a call, then ok. A single one: the reply to every call."""

    reply = ReplyField()
    listed = Listing(ReplyField(), least=1)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.reply, self.listed)

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return Chosen("listed", self.listed.deserialize(value))
        return Chosen("always", self.reply.deserialize(value))


class ExpectedTargetWords(Words):
    calls = Whole("How often it is called.")
    body = Anything("The body of every call; {includes: …} names a part of it.")
    bodies = Listing(Anything(), "The body of each delivery, in the order of the first calls.", least=1)
    headers = Headers("Headers of every call, among others.")


class States(Entry):
    word = Word(STATES)
    listed = Listing(Word(STATES), least=1)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.word, self.listed)

    def read(self, value: Any) -> Any:
        return self.listed.deserialize(value) if isinstance(value, list) else [self.word.deserialize(value)]


class AfterWords(Words):
    at_most = Duration("The longest that all may take, by the simulated clock.", required=True)


class AnswerWords(Words):
    status = Whole("The status that the caller gets.", least=100, most=599)
    body = Anything("The body that the caller gets.")


class ExpectWords(Words):
    targets = Named(Nest(ExpectedTargetWords), None, "What targets get, by their id.", load_default=dict)
    state = States("What becomes of the message: its worst state; a list: of each that is given.")
    dead = Whole("How many deliveries are dead in the end.")
    after = Nest(AfterWords, "How long it takes.")
    reason = AnyText("A part of the reason why something is dead, filtered or refused.")
    answer = Nest(AnswerWords, "What the caller of an http source is answered.")


class Expect(Entry):
    words = Nest(ExpectWords)

    def alternatives(self) -> Sequence[Entry | str]:
        return (self.words,)

    def read(self, value: Any) -> Any:
        if value == {}:
            hint = "for example {state: delivered}"
            raise ValidationError([Mistake(RULE, "it expects nothing, so it could never fail", hint)])
        return self.words.deserialize(value)


class Moment(Text):
    """A time with its zone."""

    examples = ("2026-01-31T18:00:00Z",)

    def check(self, value: str) -> Any:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise wrong(value, "a time with its zone is expected", "for example 2026-01-31T18:00:00Z")
        return found


class RouteTestWords(Words):
    route = Id("The route that it tests.", required=True)
    given = OneOrMore(Nest(GivenWords), "What comes in.", required=True)
    env = Named(Note(), None, "Settings that are other ones in this test.", load_default=dict)
    replies = Named(Replies(), None, "What the outside replies, by the id of the target.", load_default=dict)
    at = Moment("When the first message comes in.")
    expect = Expect("What comes of it.", required=True)
