"""Webhooks of Shopify and by the Standard against a running Crossdock."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from examples.demo.crossdock import Crossdock
from tests.acceptance.calling import call, parsed, post, request, stored

Wait = Callable[[Callable[[], object]], None]

KEY = b"a key that is shared and secret."
ROUTES = """
    version: 1
    connections:
      shelf: {type: folder, path: shelf}
    clients:
      shop: {verify: {scheme: shopify, secret: "shpss"}}
      bank: {verify: {scheme: standard, secret: "whsec_KEY"}}
    routes:
      hooks:
        from: {http: /hooks, clients: [shop, bank], max_body: 1MiB}
        format: json
        to:
          - {id: shelf, send: {folder: shelf, name: "{{ message.client }}-{{ message.id }}.json"}}
""".replace("KEY", base64.b64encode(KEY).decode())
HEAD = request("/hooks")
GOOD = b'{"note":"A-1"}'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("webhooks")
    (folder / "routes.yaml").write_text(dedent(ROUTES), "utf-8")
    return folder


def signed(id: str, body: bytes, away: int = 0) -> bytes:
    stamp = str(int(time.time()) + away)
    digest = hmac.digest(KEY, f"{id}.{stamp}.".encode() + body, hashlib.sha256)
    lines = f"webhook-id: {id}\r\nwebhook-timestamp: {stamp}\r\nwebhook-signature: v1,{base64.b64encode(digest).decode()}\r\n"
    return post(body, lines.encode(), head=HEAD)


def shopify(body: bytes, id: str, secret: bytes = b"shpss") -> bytes:
    digest = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
    lines = f"X-Shopify-Hmac-Sha256: {digest}\r\nX-Shopify-Webhook-Id: {id}\r\nX-Shopify-Topic: orders/create\r\n"
    return post(body, lines.encode(), head=HEAD)


@pytest.mark.parametrize("size", [10, 100_000])
@pytest.mark.parametrize("client", ["bank", "shop"])
def test_a_webhook_that_is_sent_again_is_one_message(
    crossdock: Crossdock, project: Path, wait: Wait, client: str, size: int
) -> None:
    id, body = f"msg-{client}-{size}", json.dumps({"note": "ü" * size}).encode()
    make: Callable[[bytes, str], bytes] = {"bank": lambda body, id: signed(id, body), "shop": shopify}[client]
    before = stored(crossdock)
    status, _, first = parsed(call(crossdock, make(body, id)))
    assert (status, list(first)) == (202, ["id"])
    status, _, again = parsed(call(crossdock, make(body, id)))
    assert (status, again) == (202, {"id": first["id"], "duplicate": True})
    status, _, other = parsed(call(crossdock, make(b'{"note":"other"}', id)))
    assert (status, "same key but other content" in other["detail"]) == (409, True)
    status, _, second = parsed(call(crossdock, make(body, id + "-b")))
    assert status == 202
    assert stored(crossdock) == before + 4  # nothing ends silently: what is sent again is on record
    both = {project / "shelf" / f"{client}-{one['id']}.json" for one in (first, second)}
    wait(lambda: all(path.exists() for path in both))
    assert {path.read_bytes() for path in both} == {body}


@pytest.mark.parametrize(
    ("make", "detail"),
    [
        (lambda: shopify(GOOD, "w1", b"other"), "The signature does not match."),
        (lambda: signed("w2", GOOD, away=-400), "outside of the window of 5 minutes"),
        (lambda: signed("w3", GOOD, away=400), "outside of the window of 5 minutes"),
        (lambda: signed("w4", GOOD).replace(b"A-1", b"A-2"), "The signature does not match."),
        (lambda: signed("w5", GOOD).replace(b"webhook-id: w5\r\n", b""), "Header webhook-id is missing."),
    ],
)
def test_a_wrong_signature_leaves_nothing(crossdock: Crossdock, make: Callable[[], bytes], detail: str) -> None:
    """Signed when it is sent: the tests before may take longer than the window."""
    before = stored(crossdock)
    status, headers, content = parsed(call(crossdock, make()))
    assert status == 401
    assert detail in content["detail"]
    assert "www-authenticate" in headers
    assert stored(crossdock) == before


def test_at_the_end_all_is_accounted_for(crossdock: Crossdock, project: Path) -> None:
    """What came twice is on the shelf once, and what was not signed is not there at all."""
    crossdock.run("status", "--wait-idle", "30s")
    crossdock.run("ledger", "verify")
    found = json.loads(crossdock.run("status", "-o", "json"))
    assert (found["open"], found["dead"]) == (0, 0)
    assert len(list((project / "shelf").glob("*.json"))) == found["delivered"]
    assert b"shpss" not in crossdock.log.read_bytes()
