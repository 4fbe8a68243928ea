"""What one delivery writes: rows made from the message and the options of `send`, or the fields of its body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.outbound.sql.names import checked_name, checked_table
from adapters.outbound.sql.session import Entry, Job, Refused, Row, Upsert, Write
from adapters.outbound.sql.statement import check_params, read_statement
from router.errors import DecodeError, ExpressionError, MessageError
from router.message import Envelope, Message, parse_id, utc_now
from router.ports import Expression, Member, Parcel
from transforms.codecs.json import JsonCodec

JSON = JsonCodec()
NOBODY = Envelope("", "", "", utc_now())
OTHER_ARRAY = (
    "an array that another target gave up has no columns here: leave 'columns' and 'params' out of the fallback, or 'collect' "
    "out of the target"
)


@dataclass(frozen=True, slots=True)
class SqlAddress:
    """`into` is the table, or the statement, for people. `rows` is None where the fields of the parcel's body are the
    columns: what leaves the target's own steps is what is written. `message` is what it was made of."""

    into: str
    rows: tuple[Row, ...] | None
    write: Write = field(repr=False)
    message: Message | None = field(default=None, repr=False)


def prepare(send: Mapping[str, Any]) -> Callable[[Message], SqlAddress]:
    """Raises ValueError where the options alone cannot work."""
    if send.get("statement") is not None:
        return of_statement(str(send["statement"]), dict(send.get("params") or {}))
    keys = tuple(checked_name("conflict", str(name)) for name in send.get("conflict") or ())
    id_column = send.get("id_column")
    if id_column is not None:
        id_column = checked_name("id_column", str(id_column))
        keys = (id_column,)
    write = Upsert(checked_table(str(send["table"])), keys, id_column or "")
    columns = send.get("columns")
    return of_table(write, None if columns is None else dict(columns))


def of_table(write: Upsert, columns: dict[str, Expression] | None) -> Callable[[Message], SqlAddress]:
    if columns is None:
        whole = SqlAddress(write.name, None, write)
        return lambda message: whole
    for name in columns:
        checked_name("columns", name)
    if write.id_column in columns:
        raise ValueError(f"columns.{write.id_column}: it gets the delivery id; leave it out, or write 'conflict'")
    missing = [key for key in write.keys if key not in columns and key != write.id_column]
    if missing:
        raise ValueError(f"conflict: {missing[0]} is not one of the columns; add it to columns")
    return lambda message: SqlAddress(write.name, (values_of(message, columns, "columns"),), write, message)


def of_statement(text: str, params: dict[str, Expression]) -> Callable[[Message], SqlAddress]:
    statement = read_statement(text)
    check_params(statement, params)
    shown = " ".join(text.split())
    return lambda message: SqlAddress(shown, (values_of(message, params, "params"),), statement, message)


def values_of(message: Message, expressions: Mapping[str, Expression], field: str) -> Row:
    values = {}
    for name, expression in expressions.items():
        try:
            values[name] = expression(message)
        except ExpressionError as error:
            raise MessageError("send", error.error, f"{field}.{name}: {error.reason}") from None
    return values


def job_of(parcel: Parcel) -> Job:
    """Of an array (`collect: {records}`) all rows are one job, each with the delivery id of its member: however the members
    are gathered, each row is told apart by the same id. Raises Refused."""
    address: SqlAddress = parcel.address
    if parcel.members:
        return tuple(entry_of(parcel, n, member) for n, member in enumerate(parcel.members))
    if address.rows is None:
        return (Entry(address.write, fields_of(body_of(parcel), "the body"), parcel.delivery_id),)
    if (parse_id(parcel.delivery_id) or ("",))[0] != made_of(address):
        raise Refused(OTHER_ARRAY)
    return (Entry(address.write, address.rows[0], parcel.delivery_id),)


def made_of(address: SqlAddress) -> str:
    return address.message.envelope.id if address.message is not None else ""


def entry_of(parcel: Parcel, number: int, member: Member) -> Entry:
    """An array that its own target gave up comes with one address of this target's, for its first member alone."""
    own = parcel.members[0].address is parcel.address
    address: SqlAddress = member.address if own else parcel.address
    if address.rows is None:
        return Entry(address.write, fields_of(member.body, f"member {number} of the array"), member.delivery_id)
    if not own:
        raise Refused(OTHER_ARRAY)
    return Entry(address.write, address.rows[0], member.delivery_id)


def body_of(parcel: Parcel) -> Any:
    try:
        return JSON.decode(parcel.body, NOBODY)
    except DecodeError:
        kind = parcel.content_type.partition(";")[0] or "no JSON"
        raise Refused(f"the body is {kind}, which has no fields: name the columns, or let a step make an object") from None


def fields_of(body: Any, what: str) -> Row:
    if not isinstance(body, Mapping):
        kind = {list: "a list", str: "a text", type(None): "null"}.get(type(body), "a single value")
        raise Refused(f"{what} is {kind}, which has no fields: name the columns, or let a step make an object")
    return body


