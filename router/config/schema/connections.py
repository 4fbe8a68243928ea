"""`connections` and `clients`: the outside systems, and who may call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, missing, validates_schema

from router.config import scalars
from router.config.nearest import did_you_mean, one_of
from router.config.references import Unset
from router.config.schema.fields import AnyText, Entry, Text, Whole, Word
from router.config.schema.measures import Duration, Rate
from router.config.schema.mistakes import (
    ABSENT_HERE,
    RULE,
    UNKNOWN,
    WRONG,
    Mistake,
    Wrong,
    kind,
    show,
    unknown,
    wrong,
)
from router.config.schema.plain import SETTING, PlainPath, refuse_template
from router.config.schema.shapes import Named, Nest, Verb, Words, chosen
from router.config.schema.systems import LONGEST_TIMEOUT, Amqp, BreakerWords, Described, Redis, Sql, as_reference
from router.config.spots import KEY

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Url(Text):
    """An address of http or https."""

    examples = ("https://erp.example.com/api", "${env:ERP_URL}")

    def check(self, value: str) -> Any:
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
        except ValueError as error:
            raise wrong(value, f"an address is expected ({error})") from None
        if not good or re.search(r"[\s\x00-\x1f]", value):
            raise wrong(
                value,
                "an address such as https://erp.example.com/api is expected",
                as_reference(value) or ("" if "://" in value or "{" in value else f"write http://{value}"),
            )
        refuse_template(value, "an address as it is", SETTING)
        if parts.fragment:
            raise wrong(value, "the address of a connection has no '#'", "take it out, with what follows")
        return value


class HeaderValue(AnyText):
    def check(self, value: str) -> Any:
        if re.search(r"[\r\n\x00]", value):
            raise wrong(value, "the value of a header is one line", "take the line end out")
        return value


class FixedHeader(HeaderValue):
    """Sent as it stands, and no secret by its place alone."""

    def check(self, value: str) -> Any:
        refuse_template(value, "a plain text", "it is sent as it stands; what changes with the message stands in 'send'")
        return super().check(value)


class Headers(Named):
    """Names of headers with their values."""

    form = HEADER_NAME.pattern

    def __init__(self, field: Entry, note: str = "", **options: Any) -> None:
        super().__init__(field, None, note, **options)

    def accept_name(self, name: str) -> None:
        if not HEADER_NAME.fullmatch(name):
            raise wrong(name, "this is not the name of a header", "a name has letters, digits and '-', as in X-Shop")


class Basic(Words):
    user = AnyText("The user.", required=True)
    password = AnyText("The password.", required=True)


class HeaderAuth(Words):
    name = Text("The header's name.", required=True)
    value = HeaderValue("The header's value.", required=True)


class Tls(Words):
    ca = Text("A file of certificates that are trusted.")
    cert = Text("The certificate of this side.")
    key = Text("Its key.")

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def key_of_what(self, data: Any, original: Any, **kwargs: Any) -> None:
        if "key" in original and "cert" not in original:
            raise ValidationError({"cert": [replace(ABSENT_HERE, hint="add the certificate that the key is of")]})


class Folder(Described):
    """A folder of files."""

    examples = ({"path": "inbox/pos"},)

    path = PlainPath("The folder, from the project folder.", SETTING, examples=("inbox/pos",), required=True)


class Http(Described):
    """A system that answers by HTTP."""

    examples = (
        {"url": "${env:ERP_URL}", "timeout": "10s", "rate": "200/s", "auth": {"bearer": "${secret:ERP_TOKEN}"}},
        {"url": "https://erp.example.com", "tls": {"ca": "ca.pem"}, "breaker": {"open_after": 3, "cool_down": "1m"}},
    )

    url = Url("The address that paths are added to.", required=True)
    timeout = Duration("The longest a request takes.", most=LONGEST_TIMEOUT, load_default=30.0)
    in_flight = Whole("So many requests at once.", least=1, most=10_000, load_default=32)
    rate = Rate("At most so many requests.", load_default=None)
    breaker = Nest(BreakerWords, "Stops trying while the other side is down.")
    headers = Headers(FixedHeader(), "Sent with each request.", load_default=dict)
    auth = Verb(
        {
            "bearer": Text("A token, sent as `Authorization: Bearer …`.", examples=("${secret:ERP_TOKEN}",)),
            "basic": Nest(Basic, "A user with a password."),
            "header": Nest(HeaderAuth, "A header of one's own."),
        },
        (),
        "kind of authentication",
        "How this side shows who it is.",
        load_default=None,
    )
    tls = Nest(Tls, "Certificates.", load_default=dict)


class Connection(Entry):
    """A mapping whose `type` says which keys it has."""

    kinds: Mapping[str, Nest] = MappingProxyType(
        {"folder": Nest(Folder), "http": Nest(Http), "amqp": Nest(Amqp), "redis": Nest(Redis), "sql": Nest(Sql)}
    )

    def unset(self, value: Unset) -> Any:
        return self.read(str(value))

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise kind(value, "a mapping", "for example {type: folder, path: inbox}")
        if "type" not in value and {"from", "to"} & set(value):
            raise Wrong(Mistake(RULE, "this is a route, no connection", "move it below 'routes'", KEY))
        if "type" not in value:
            known = {name for nest in self.kinds.values() for name in nest.schema.fields}
            strange = {
                key: [unknown(key, hint)]
                for key in value.keys() - known
                if (hint := did_you_mean(key, ["type"], False))
            }
            raise ValidationError({"type": [replace(ABSENT_HERE, hint=one_of(tuple(self.kinds)))], **strange})
        type_ = value["type"]
        if isinstance(type_, Unset):
            return missing
        if not isinstance(type_, str) or type_ not in self.kinds:
            raise ValidationError({"type": [self.stranger(type_)]})
        return chosen(type_, self.kinds[type_], {key: one for key, one in value.items() if key != "type"})

    def stranger(self, type_: Any) -> Mistake:
        return Mistake(UNKNOWN, f"unknown type {show(type_)}", did_you_mean(str(type_), self.kinds), bare=True)


class VerifyWords(Words):
    scheme = Word(("shopify", "standard"), "Whose way of signing.", required=True)
    secret = Text("The secret that requests are signed with.", required=True)

    @validates_schema
    def holds_a_key(self, data: Any, **kwargs: Any) -> None:
        """The message does not show the value: it is a secret however it was written."""
        secret = data["secret"]
        if data["scheme"] != "standard" or isinstance(secret, Unset):
            return
        try:
            scalars.signing_key(secret)
        except ValueError as error:
            message = f"this secret is not accepted: {error}"
            raise ValidationError({"secret": [Mistake(WRONG, message, bare=True)]}) from None


class Client(Described):
    """Who may call http sources."""

    either = ("token", "verify")
    examples = (
        {"token": "${secret:WEB_SHOP_TOKEN}", "rate": "500/s"},
        {"verify": {"scheme": "shopify", "secret": "${secret:SHOPIFY_SECRET}"}},
    )

    token = Text("Its token, sent as `Authorization: Bearer …`.", examples=("${secret:WEB_SHOP_TOKEN}",))
    verify = Nest(VerifyWords, "How its signature is checked.")
    rate = Rate("At most so many requests.", load_default=None)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def shows_who_it_is(self, data: Any, original: Any, **kwargs: Any) -> None:
        if "token" not in original and "verify" not in original:
            raise ValidationError({"token": [replace(ABSENT_HERE, hint="add it, or 'verify' for a signature")]})
        if "token" in original and "verify" in original:
            message = "'token' and 'verify' cannot stand together: there is one way to know a client"
            raise ValidationError({"verify": [Mistake(RULE, message, "remove one of them", "key", bare=True)]})
