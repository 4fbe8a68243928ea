"""What the outside must offer: codecs, steps, targets, sources, the doorbell. Every adapter passes its contract suite.

The ledger's port has a room of its own: `router/ledger/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, runtime_checkable

from router.errors import MessageError
from router.message import Envelope, Message

Expression = Callable[..., Any]
"""A compiled expression or template: `expression(message, **names)`; raises ExpressionError. `.source` is its text."""


# --- codecs -----------------------------------------------------------------------------------------------------------
class Codec(Protocol):
    """Bytes to a body and back: the one bridge between the two. Built once a version from the options of `format`."""

    name: str
    content_type: str
    suffixes: tuple[str, ...]

    def decode(self, raw: bytes, envelope: Envelope) -> Any:
        """The body. Raises DecodeError with line and column, or byte, and the value."""

    def encode(self, body: Any) -> bytes:
        """The bytes of one body. Raises EncodeError with the field."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A chunk of a stream at record boundaries: bytes `offset`, `length`; records `first_record` … counted from 1;
    `first_line` is the line of the file on which it starts, counted from 1."""

    n: int
    offset: int
    length: int
    first_record: int
    records: int
    first_line: int
    first_member: int = 0
    members: int = 0
    """Of a chunk of groups: the first record in it, and how many there are."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that could not be decoded, in the place of its body. `cells` is what could be read, as texts by column
    name, so that an operator can edit it; `raw` its bytes."""

    error: MessageError
    cells: Any = None
    raw: bytes = b""


@runtime_checkable
class RecordCodec(Codec, Protocol):
    """A codec that can be read record by record (`split: records`), in chunks, with bounded memory."""

    def cut(self, stream: BinaryIO, after: Cut | None = None, size: int = 262_144) -> Iterator[Cut]:
        """Cuts a seekable stream from its start, or on from the last chunk, into pieces of about `size` bytes.
        A record is never cut; one that is longer than 16 MiB raises DecodeError, as does what makes the whole
        stream unreadable (a missing header)."""

    def records(self, stream: BinaryIO, cut: Cut, wanted: Sequence[int] | None = None) -> list[tuple[int, Any]]:
        """(record number, body or Bad) of one chunk, in order; only the `wanted` numbers where given. The stream is
        the whole message: a codec reads what it needs of its start (a header) by itself."""

    def record_from_cells(self, cells: Any) -> Any:
        """The body of a record whose cells an operator edited; types apply again. Raises DecodeError."""


class Joiner(Protocol):
    """Writes many bodies into one output (`collect`)."""

    @property
    def content_type(self) -> str: ...

    def begin(self, first: Any) -> bytes:
        """What stands before the first body (a CSV header, `[`)."""

    def join(self, bodies: Sequence[Any], first: bool) -> bytes:
        """The bodies one after the other; `first` where nothing stands before them. Raises EncodeError if one of
        them cannot be written; the caller then writes them one by one."""

    def end(self) -> bytes:
        """What stands after the last body."""


@runtime_checkable
class JoinCodec(Codec, Joiner, Protocol):
    """A codec that can write many bodies into one output."""


@runtime_checkable
class HeadedCodec(JoinCodec, Protocol):
    """One whose later bodies depend on how the output begins: a CSV's first record names its columns."""

    def going_on(self, head: bytes) -> Joiner:
        """What writes all further bodies of an output that begins with these bytes, the first 1 MiB of it at most. Raises
        EncodeError."""


# --- steps ------------------------------------------------------------------------------------------------------------
class Step(Protocol):
    """One verb of `steps`: pure, no clock, no chance."""

    verb: str
    rule: str
    """The step in words, as the trace shows it (`filter: body.store != '9999'`)."""

    def apply(self, message: Message) -> Message | None:
        """A new message, or None where it is filtered by this rule. Raises MessageError with the stage's name."""


class ImpureStep(Step, Protocol):
    """A step whose result is not the same the next time: it is kept, and the step runs once a message."""

    impure: bool

    def keep(self, message: Message) -> bytes:
        """What it made, written down. Raises MessageError."""

    def kept(self, message: Message, data: bytes) -> Message:
        """What it made of this message before."""


class SplitStep(Protocol):
    """`split`: one message becomes records. Never applied like a step: the pipeline cuts by it."""

    verb: str
    rule: str
    by_codec: bool
    """True for `records`: the codec of the format cuts the stream."""
    reject: bool
    """`bad: reject`: the whole message is checked before anything of it is sent."""
    group: tuple[Expression, ...]
    """Neighbours for which all of these are equal are one record, a list."""
    keys: Mapping[str, Expression]
    """Business keys of each record that results."""

    def bodies(self, message: Message) -> Sequence[Any]:
        """The bodies of the records, where not by codec. Raises MessageError."""


class DedupeStep(Protocol):
    """`dedupe`: names what makes two messages the same. The ledger decides, in the transaction that stores."""

    verb: str
    rule: str
    within: float
    changed: str

    def key(self, message: Message) -> str:
        """The key of this message. Raises MessageError."""


# --- targets ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Member:
    """One of the deliveries that make an array: its own id, its body before it is encoded, and its address."""

    delivery_id: str
    body: Any
    address: Any


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one send gets: bytes that never change while the outcome is unknown, and where they go."""

    delivery_id: str
    idempotency_key: str
    body: bytes
    content_type: str
    address: Any
    """What the adapter's `prepare` made of the message: for the same adapter only."""
    epoch: int = 0
    """Of the lane's owner: tells files of a late owner from those of the present one."""
    members: tuple[Member, ...] = ()
    """Of an array, where its adapter asks for them (`TargetKind.rows`)."""


UNSENT = "unsent"
"""The error of a parcel that an adapter has not begun with: it is no try, and comes again with its lane."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one send ended. `error` is None for success, else a class of `retry.errors`: `connect timeout reset io
    returned refused`, or a status as text (`503`)."""

    error: str | None = None
    reason: str = ""
    status: int | None = None
    retry_after: float | None = None
    sent_to: str = ""
    response: bytes = b""
    response_type: str = ""
    response_headers: Mapping[str, str] = field(default_factory=dict)
    duration: float = 0.0
    failed: tuple[int, ...] = ()
    """Of an array that arrived: which members (from 0) the other side refused."""
    answered: bool = False
    """Of an `io`: the system works, and refused what is one place in it (a queue, a stream, a table). It is no sign against
    the connection, by which others of its places are reached."""
    cut: bool = False
    """Whether `response` is only the beginning of an answer that was too long to be read."""
    undo: Any = None
    """What `settled` of the adapter needs after the outcome was committed."""

    @property
    def ok(self) -> bool:
        return self.error is None


class Target(Protocol):
    """An open connection to an outside system, in one worker child."""

    batch: int
    """How many parcels one `send` takes at most."""

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """One outcome a parcel, in order. Never raises for what the other side does; bounded by the timeout."""

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        """Called after the outcomes were committed; may be called again after a crash, or never."""

    async def close(self) -> None:
        """Gives up connections."""


class TargetKind(Protocol):
    """An adapter of `send`, by its first key. Declared in `adapters/wiring.py`."""

    name: str
    collects: bool
    """True where `collect: message` is possible."""
    rows: bool
    """True where each member of an array needs an address of its own: `Parcel.members` holds them."""

    def prepare(self, send: Mapping[str, Any], content_type: str, target: str) -> Callable[[Message], Any]:
        """From the checked options of `send` (templates and expressions compiled): the address of each message.
        Pure. What it returns raises MessageError (stage `send`)."""

    def open(self, name: str, options: Mapping[str, Any], children: int) -> Target:
        """From the checked options of the connection. Does not connect yet."""


@runtime_checkable
class Visits(Protocol):
    """A kind whose other side can be tried without a send."""

    def visit(self, name: str, options: Mapping[str, Any], seconds: float) -> str:
        """Connects and logs in with the options of the connection, as a send would, and parts. Blocks, for about
        `seconds` at most. The address, without user and password. Raises Unreachable."""


# --- sources ----------------------------------------------------------------------------------------------------------
class Bell(Protocol):
    """The doorbell. It may be lost or doubled; ringing never raises and never blocks for long."""

    def ring(self) -> None: ...


# --- content ----------------------------------------------------------------------------------------------------------
class Content(Protocol):
    """The text of a project at one version: routes.yaml and everything under transforms/. Paths use `/`."""

    version: int

    def text(self, path: str) -> str:
        """Raises KeyError where there is no such file."""

    def bytes(self, path: str) -> bytes: ...

    def paths(self) -> Iterable[str]: ...
