"""`send`: where a target's messages go; the first key names the adapter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError, validates_schema

from router.config.nearest import nearest
from router.config.schema.connections import Headers
from router.config.schema.fields import Entry, Formula, Pattern, Text, Whole, Word
from router.config.schema.mistakes import ABSENT_HERE, RULE, Mistake, wrong
from router.config.schema.plain import NamedPlainly, PlainName, Statement
from router.config.schema.shapes import Listing, Named, OneOf, Words
from router.config.schema.sources import Method
from router.config.schema.templates import FileNamePattern, UrlPath
from router.config.spots import KEY


class Status(Text):
    """A status, or a range of them."""

    form, examples = r"([1-5]\d\d)(?:-([1-5]\d\d))?", ("200-299", "204")

    def alternatives(self) -> Sequence[Entry | str]:
        return (Text(form=self.form), Whole(least=100, most=599))

    def read(self, value: Any) -> Any:
        return super().read(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)

    def check(self, value: str) -> Any:
        found = re.fullmatch(self.form, value)
        if not found or (found[2] and found[2] < found[1]):
            group = re.fullmatch(r"([1-5])[xX]{2}", value)
            hint = f'write "{group[1]}00-{group[1]}99"' if group else ""
            raise wrong(value, 'a status such as 204 or a range such as "200-299" is expected', hint)
        return value


BESIDE = "it stands beside 'send', in the target itself"
A_TARGET_EACH = "write a target for each, with 'when'"


class Sent(Words):
    """What a target says of itself is no part of how it sends."""

    elsewhere: Mapping[str, str] = dict.fromkeys(
        ("when", "steps", "format", "order_by", "collect", "retry", "when_dead", "fallback", "id"), BESIDE
    )


class HttpSend(Sent):
    """A request."""

    elsewhere: Mapping[str, str] = {
        **Sent.elsewhere, **dict.fromkeys(("timeout", "auth", "rate", "tls", "breaker"), "it stands at the connection"),
        "body": "the body is what the steps of the target make, with 'template' or 'map'",
        "content_type": "it follows from the template's suffix or the target's format; or name it in 'headers'",
    }  # fmt: skip

    examples = (
        {"http": "erp", "path": "/salesorders"},
        {"http": "erp", "method": "PUT", "path": "/stock/{{ body.sku }}", "query": {"store": "{{ body.store }}"},
         "ok": ["200-299", 409], "ok_when": "reply.body.status == 'OK'"},
    )  # fmt: skip

    http = Text("The connection.", required=True)
    method = Method("The method.")
    path = UrlPath("Added to the connection's address.", required=True)
    query = NamedPlainly(Pattern(), None, "Parameters of the address.", load_default=dict)
    headers = Headers(Pattern(), "Headers of the request.", load_default=dict)
    ok = Listing(Status(), "Which statuses are a success.", least=1, single=True, load_default=lambda: ["200-299"])
    ok_when = Formula("What the answer must be beside its status.", load_default=None)
    idempotency = Word(("Idempotency-Key", "none"), "The header with the delivery id.", load_default="Idempotency-Key")


class FolderSend(Sent):
    """A file."""

    examples = ({"folder": "out", "name": "{{ file.stem }}.ndjson"},)

    folder = Text("The connection.", required=True)
    name = FileNamePattern("The name of the file.", required=True)
    exists = Word(("fail", "suffix", "replace"), "What happens where the name is taken.", load_default="fail")


class AmqpSend(Sent):
    """A message to a queue or an exchange."""

    either = ("queue", "exchange")
    examples = (
        {"amqp": "bus", "queue": "orders"},
        {"amqp": "bus", "exchange": "fulfilment", "routing_key": "order.{{ body.store }}", "headers": {"kind": "order"}},
    )

    amqp = Text("The connection.", required=True)
    queue = PlainName("The queue, which must exist.", A_TARGET_EACH)
    exchange = PlainName("The exchange, which must exist.", "what changes stands in 'routing_key'")
    routing_key = Pattern("The routing key.")
    headers = Headers(Pattern(), "Headers of the message.", load_default=dict)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def goes_somewhere(self, data: Any, original: Any, **kwargs: Any) -> None:
        if "queue" not in original and "exchange" not in original:
            raise ValidationError({"queue": [replace(ABSENT_HERE, hint="or write 'exchange' with its 'routing_key'")]})
        _apart(original, "queue", ("exchange", "routing_key"))


class RedisSend(Sent):
    """An entry of a stream."""

    examples = ({"redis": "events", "stream": "sold-out", "maxlen": 100_000},)

    redis = Text("The connection.", required=True)
    stream = PlainName("The stream.", A_TARGET_EACH, required=True)
    maxlen = Whole("About so many entries are kept.", least=1)


class SqlSend(Sent):
    """A row, or a statement."""

    either = ("table", "statement")
    examples = (
        {"sql": "dwh", "table": "sales_line", "conflict": ["transaction_id", "line"]},
        {"sql": "dwh", "table": "stock", "id_column": "delivery_id", "columns": {"sku": "body.sku", "on_hand": "body.qty"}},
        {"sql": "dwh", "statement": "update stock set on_hand = :qty where sku = :sku",
         "params": {"qty": "body.qty", "sku": "body.sku"}},
    )  # fmt: skip

    sql = Text("The connection.", required=True)
    table = PlainName("The table, which must exist.", A_TARGET_EACH)
    conflict = Listing(PlainName(), "The columns that make two rows the same: the later one replaces it.", least=1)
    id_column = PlainName("A unique column for the delivery id: a row that is there is left alone.")
    columns = NamedPlainly(Formula(), None, "What each column gets; default: the fields of the body.")
    statement = Statement("A statement with :name for each parameter.")
    params = Named(Formula(), None, "What each parameter gets.", load_default=dict)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def is_once(self, data: Any, original: Any, **kwargs: Any) -> None:
        meant = {nearest(key, self.either) for key in original if key not in self.words()}
        if not {"table", "statement"} & set(original) and not meant & set(self.either):
            raise ValidationError({"table": [replace(ABSENT_HERE, hint="or write a 'statement'")]})
        _apart(original, "statement", ("table", "conflict", "id_column", "columns"))
        _apart(original, "table", ("params",))
        _apart(original, "conflict", ("id_column",))
        if "table" in original and "conflict" not in original and "id_column" not in original:
            raise ValidationError({"conflict": [replace(ABSENT_HERE, hint="or write 'id_column', for the delivery id")]})


class RouteSend(Sent):
    """Another route."""

    examples = ({"route": "credit-notes"},)

    route = Text("The route that receives, whose source is {route: true}.", required=True)


def _apart(original: Any, first: str, others: tuple[str, ...]) -> None:
    """Raises for the first of the others that stands beside `first`."""
    for other in others:
        if first in original and other in original:
            message = f"'{other}' cannot stand beside '{first}'"
            raise ValidationError({other: [Mistake(RULE, message, "remove one of them", KEY, bare=True)]})


SENDS: dict[str, type[Words]] = {
    "http": HttpSend, "folder": FolderSend, "amqp": AmqpSend, "redis": RedisSend, "sql": SqlSend, "route": RouteSend,
}  # fmt: skip


class SendField(OneOf):
    def __init__(self, note: str = "", **options: Any) -> None:
        super().__init__(SENDS, (), "target adapter", note, **options)
