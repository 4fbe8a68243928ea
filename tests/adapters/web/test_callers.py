"""Who calls, by token or by signature, and how often: nothing of a refused request is stored, and little of it is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest

from adapters.web.auth import Rates
from router.route import Client, Table
from tests.adapters.web.outside import Answered, JsonCodec, Web, call, route_of

pytestmark = pytest.mark.asyncio

KEY = b"0123456789abcdef01234567"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
CLIENTS = (
    Client("shop", "shop-token"), Client("till", "till-token", rate=2.0),
    Client("north", None, {"scheme": "shopify", "secret": "n"}),
    Client("south", None, {"scheme": "shopify", "secret": "s"}, rate=2.0),
    Client("bank", None, {"scheme": "standard", "secret": SECRET}),
)  # fmt: skip
PLACES = {
    "hooks": ["north", "south"], "bank": ["bank"], "mixed": ["shop", "south", "bank"], "tokens": ["shop", "till"],
    "open": "anyone",
}  # fmt: skip
HMAC = "x-shopify-hmac-sha256"
BODY = b'{"id": 450789469}'


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(web: Web) -> Clock:
    """The web side with the clients and places above, and a clock for their rates that stands still."""
    clock = Clock()
    routes = {id: route_of(id, f"/{id}", JsonCodec(), clients=clients) for id, clients in PLACES.items()}
    web.api._rates = Rates(clock)
    web.api.use(Table(1, routes, {}, {c.id: c for c in CLIENTS}))
    return clock


def shopify(secret: str, body: bytes = BODY, **more: str) -> dict[str, str]:
    return {HMAC: base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode(), **more}


def standard(body: bytes = BODY, id: str = "msg_1", at: float = 0, **more: str) -> dict[str, str]:
    stamp = str(int(at or time.time()))
    signature = hmac.digest(KEY, f"{id}.{stamp}.".encode() + body, hashlib.sha256)
    signed = {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.b64encode(signature).decode()}
    return signed | more


async def post(web: Web, path: str, headers: Any, body: Any = BODY, token: str | None = None) -> Answered:
    return await call(web.api, "POST", path, body, headers, token)


@pytest.mark.usefixtures("clock")
class TestSignatures:
    async def test_each_shop_is_known_by_its_secret(self, web: Web) -> None:
        for secret in ("n", "s"):
            assert (await post(web, "/hooks", shopify(secret))).status == 202
        assert [e.client for e in web.receiver.envelopes] == ["north", "south"]

    async def test_a_standard_webhook_is_taken(self, web: Web) -> None:
        assert (await post(web, "/bank", standard())).status == 202
        assert web.receiver.envelopes[0].client == "bank"

    @pytest.mark.parametrize("body", [[b"x" * 50_000] * 3, [b"a", b"", b"b" * 70_000, b"c"]])
    async def test_a_large_body_is_checked_while_it_is_written(self, web: Web, body: list[bytes]) -> None:
        whole = b"".join(body)
        assert (await post(web, "/hooks", shopify("n", whole), body)).status == 202
        [envelope] = web.receiver.envelopes
        assert (envelope.read(), envelope.client) == (whole, "north")
        answered = await post(web, "/hooks", shopify("n", whole), [*body[:-1], b"!"])
        assert (answered.status, len(web.receiver.envelopes)) == (401, 1)
        await web.api.close()
        assert [blob.ended for blob in web.intake.blobs] == ["closed", "discarded"]

    @pytest.mark.parametrize(
        ("path", "headers", "detail"),
        [
            ("/hooks", {}, "This path needs a signature (X-Shopify-Hmac-Sha256)."),
            ("/bank", {}, "This path needs a signature (webhook-id, webhook-timestamp, webhook-signature)."),
            ("/mixed", {}, "This path needs a token (Authorization: Bearer …) or a signature (X-Shopify-Hmac-Sha256; or"
                           " webhook-id, webhook-timestamp, webhook-signature)."),
            ("/hooks", shopify("other"), "The signature does not match."),
            ("/mixed", shopify("n"), "The signature does not match."),
            ("/hooks", standard(), "This path needs a signature (X-Shopify-Hmac-Sha256)."),
            ("/bank", {"webhook-id": "m"}, "Header webhook-timestamp is missing."),
            ("/bank", standard(at=1614265330), "Header webhook-timestamp is outside of the window of 5 minutes."
                                               " Compare the clocks."),
            ("/bank", lambda: standard(b"other"), "The signature does not match."),
        ],
    )  # fmt: skip
    async def test_without_a_good_signature_it_is_401_and_nothing_is_stored(
        self, web: Web, path: str, headers: dict[str, str] | Callable[[], dict[str, str]], detail: str
    ) -> None:
        """What is signed with the time is signed when it is sent: the tests before may take longer than the window."""
        answered = await post(web, path, headers() if callable(headers) else headers)
        assert (answered.status, answered.json["detail"], answered.json["instance"]) == (401, detail, path)
        assert answered.headers["content-type"] == "application/problem+json"
        assert answered.headers["www-authenticate"]
        assert (web.receiver.envelopes, web.receiver.stored, web.intake.blobs) == ([], [], [])

    async def test_a_bad_signature_is_told_before_a_bad_body(self, web: Web) -> None:
        assert (await post(web, "/hooks", shopify("other", b"{"), b"{")).status == 401

    async def test_of_two_schemes_the_one_whose_headers_are_whole_is_tried(self, web: Web) -> None:
        assert (await post(web, "/mixed", shopify("s") | {"webhook-id": "m"})).status == 202
        assert (await post(web, "/mixed", standard() | {HMAC: "bm8="})).status == 202
        assert [e.client for e in web.receiver.envelopes] == ["south", "bank"]

    async def test_a_token_that_is_shown_decides(self, web: Web) -> None:
        assert (await post(web, "/mixed", shopify("other"), token="shop-token")).status == 202
        wrong, others = [await post(web, "/mixed", shopify("s"), token=t) for t in ("no", "till-token")]
        assert (wrong.status, others.status) == (401, 403)
        assert [e.client for e in web.receiver.envelopes] == ["shop"]

    async def test_where_anyone_may_send_nobody_is_verified(self, web: Web) -> None:
        assert (await post(web, "/open", shopify("other"))).status == 202
        assert web.receiver.envelopes[0].client is None

    async def test_a_signing_client_has_no_token(self, web: Web) -> None:
        assert (await post(web, "/hooks", {}, token="n")).status == 401

    async def test_the_senders_id_is_the_identity_of_the_message(self, web: Web) -> None:
        own = {"idempotency-key": "of-somebody-on-the-way"}
        await post(web, "/bank", standard(id="msg_7") | own)
        await post(web, "/hooks", shopify("n", **{"x-shopify-webhook-id": "b54557e4"}) | own)
        await post(web, "/hooks", shopify("n") | own)
        await post(web, "/open", {"webhook-id": "msg_7"})
        assert [e.headers.get("idempotency-key") for e in web.receiver.envelopes] == [
            "msg_7", "b54557e4", "of-somebody-on-the-way", None,
        ]

    async def test_secrets_of_another_table_hold_from_the_next_request_on(self, web: Web) -> None:
        routes = {"hooks": route_of("hooks", "/hooks", clients=["north"])}
        web.api.use(Table(2, routes, {}, {"north": Client("north", None, {"scheme": "shopify", "secret": "new"})}))
        assert (await post(web, "/hooks", shopify("n"))).status == 401
        assert (await post(web, "/hooks", shopify("new"))).status == 202


async def test_a_client_over_its_rate_is_told_when_to_come_again(web: Web, clock: Clock) -> None:
    answers = [await post(web, "/tokens", {}, token="till-token") for _ in range(3)]
    assert [a.status for a in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "1"
    assert answers[2].json["detail"] == "Client till may send 2 requests a second."
    assert (await post(web, "/tokens", {}, token="shop-token")).status == 202
    clock.now += 0.5
    assert [(await post(web, "/tokens", {}, token="till-token")).status for _ in range(2)] == [202, 429]


async def test_a_request_over_the_rate_is_neither_read_nor_stored(web: Web, clock: Clock) -> None:
    for path, headers, token in (("/tokens", {}, "till-token"), ("/mixed", shopify("s", b"{"), None)):
        while (await post(web, path, headers, b"{", token=token)).status != 429:
            assert len(web.receiver.stored) <= 4
        admitted = len(web.receiver.envelopes)
        answered = await post(web, path, headers, [b"x" * 60_000] * 3, token=token)
        assert answered.status == 429
        assert (len(web.receiver.envelopes), web.intake.blobs) == (admitted, [])


async def test_the_rate_counts_before_the_body_is_decoded(web: Web, clock: Clock) -> None:
    """Two bodies that are no JSON use it up."""
    answers = [await post(web, "/tokens", {"content-type": "text/csv"}, b"{", token="till-token") for _ in range(3)]
    assert [a.status for a in answers] == [415, 415, 429]


async def test_only_who_has_the_secret_uses_up_a_rate(web: Web, clock: Clock) -> None:
    for _ in range(5):
        assert (await post(web, "/hooks", shopify("of a stranger"))).status == 401
    assert [(await post(web, "/hooks", shopify("s"))).status for _ in range(3)] == [202, 202, 429]
    assert (await post(web, "/hooks", shopify("n"))).status == 202


async def test_a_new_table_does_not_fill_the_buckets(web: Web, clock: Clock) -> None:
    routes = {"tokens": route_of("tokens", "/tokens", clients=["till"])}
    for status in (202, 202, 429):
        web.api.use(Table(2, routes, {}, {c.id: c for c in CLIENTS}))
        assert (await post(web, "/tokens", {}, token="till-token")).status == status
