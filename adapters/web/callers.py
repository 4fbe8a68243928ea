"""Who calls: by a bearer token, else by a signature over the body; and whether that client may send here and now.

A token that is shown decides, right or wrong. Without one, each signing client of the route whose headers are there is
tried, in the order of the route's list; the first whose signature holds is the caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from adapters.inbound.http import HttpSource
from adapters.web.auth import Clients, Rates, token_of
from adapters.web.problems import Headers, retry_after
from adapters.web.request import Request, refuse
from adapters.web.signatures import Proof, Signer, Unsigned, signer_of
from router.route import Client, Table

BEARER = b'Bearer realm="crossdock"'
SIGNATURE = b'Signature realm="crossdock"'


@dataclass(frozen=True, slots=True)
class Caller:
    """The client, None for anyone; while there are `proofs`, who it is shows when they have seen the whole body.
    `identity` is the signed sender's own name of the message."""

    client: Client | None
    proofs: tuple[Proof, ...] = ()
    identity: str = ""

    def feed(self, piece: bytes) -> None:
        for proof in self.proofs:
            proof.feed(piece)


class Callers:
    """The clients of the current table. `rates` outlives the table, so that a new one does not refill the buckets."""

    def __init__(self, table: Table, rates: Rates, clock: Callable[[], float] = time.time) -> None:
        clients = table.clients.values()
        self._tokens = Clients(clients)
        self._signers = {c.id: signer_of(c, c.verify) for c in clients if c.verify}
        self._rates = rates
        self._clock = clock

    def identify(self, request: Request, source: HttpSource) -> Caller:
        """Before a byte of the body is read. Raises Refusal: 401, 403 or 429."""
        token = token_of(request.header(b"authorization"))
        signers = () if source.clients is None or token else self._signing(source.clients)
        proofs = self._proofs(request, source, signers)
        if proofs:
            self._spare(request, proofs)
            return Caller(None, proofs)
        client = self._tokens.by_token(token) if token else None
        if source.clients is not None:
            self._check(request, source.clients, client, known=token is not None)
        self._count(request, client)
        return Caller(client)

    def settle(self, request: Request, caller: Caller) -> Caller:
        """After the last byte. A signature that holds makes its client the caller, and counts against its rate; nobody
        else can use that up. Raises Refusal: 401 or 429."""
        if not caller.proofs:
            return caller
        held = [proof for proof in caller.proofs if proof.holds()]
        if not held:
            raise refuse(request, 401, "The signature does not match.", challenge(SIGNATURE))
        self._count(request, held[0].client)
        return replace(caller, client=held[0].client, identity=held[0].identity)

    def _signing(self, allowed: tuple[str, ...]) -> tuple[Signer, ...]:
        return tuple(self._signers[id] for id in allowed if id in self._signers)

    def _proofs(self, request: Request, source: HttpSource, signers: tuple[Signer, ...]) -> tuple[Proof, ...]:
        """Of the signers whose headers are there. Raises Refusal where none of them can be checked."""
        if not signers:
            return ()
        begun: list[Proof] = []
        why = ""
        for signer in signers:
            if not any(request.values(name.lower()) for name in signer.needed):
                continue
            try:
                begun.append(signer.begin(request.values, self._clock()))
            except Unsigned as error:
                why = why or str(error)
        if begun:
            return tuple(begun)
        tokens = len(signers) < len(source.clients or ())
        raise refuse(request, 401, why or needs(signers, tokens), challenge(SIGNATURE, *([BEARER] if tokens else [])))

    def _check(self, request: Request, allowed: tuple[str, ...], client: Client | None, known: bool) -> None:
        if client is None:
            why = b', error="invalid_token"' if known else b""
            detail = "The token is not known." if known else "This path needs a token: Authorization: Bearer …"
            raise refuse(request, 401, detail, challenge(BEARER + why))
        if client.id not in allowed:
            raise refuse(request, 403, f"Client {client.id} may not send to this path.")

    def _spare(self, request: Request, proofs: tuple[Proof, ...]) -> None:
        """A client whose bucket is empty is refused unread, whoever it is."""
        waits = [(self._rates.left(proof.client), proof.client) for proof in proofs]
        wait, client = min(waits, key=lambda one: one[0])
        if wait:
            raise over(request, client, wait)

    def _count(self, request: Request, client: Client | None) -> None:
        if client is not None and (wait := self._rates.wait(client)):
            raise over(request, client, wait)


def over(request: Request, client: Client, wait: float) -> Exception:
    return refuse(request, 429, f"Client {client.id} may send {client.rate:g} requests a second.", retry_after(wait))


def challenge(*schemes: bytes) -> Headers:
    """RFC 9110, 11.6.1: a 401 says how one shows who one is."""
    return tuple((b"www-authenticate", scheme) for scheme in schemes)


def needs(signers: tuple[Signer, ...], tokens: bool) -> str:
    """What a caller that showed nothing has to show."""
    ways = sorted({", ".join(signer.needed) for signer in signers})
    token = "token (Authorization: Bearer …) or a " if tokens else ""
    return f"This path needs a {token}signature ({'; or '.join(ways)})."
