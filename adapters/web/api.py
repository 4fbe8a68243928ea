"""The http sources: one ASGI application that takes requests, has them stored and answers.

The walk of a request: source (404, 405), client (401, 403, 429), intake (503), head (400, 413, 415), body, signature
(401, 429), door, commit, answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter
from typing import Any

import structlog

from adapters.bodies import SMALL
from adapters.inbound.http import Found, HttpSource, HttpSources, NotAllowed
from adapters.web import answers
from adapters.web.auth import Rates
from adapters.web.body import Bodies, Body, Gone, Receive, TooLarge, TooSlow
from adapters.web.callers import Caller, Callers
from adapters.web.committer import Committer
from adapters.web.media import contradicts
from adapters.web.metrics import WebMetrics
from adapters.web.problems import Answer, Refusal, problem, retry_after
from adapters.web.receiving import Receiver
from adapters.web.request import Request, Scope, Send, failed, refuse, respond
from adapters.web.results import Result, Results, wait_for_result
from router.errors import LedgerError, LedgerFull
from router.headers import IDEMPOTENCY_KEY, LONGEST_KEY
from router.ledger import Arrival, Intake, Receipt
from router.message import Envelope, new_id, utc_now
from router.route import Table

MOST_TAKING = 1024
"""Requests whose body is read or waits for its commit at one time: 64 MiB of small bodies."""
PAUSED = 30.0
"""Seconds after which a caller of a paused route may try again."""
CLOSED = 5.0
"""Seconds after which a caller may try again where a limit closed intake."""
NOT_STORED = "It could not be stored, and nothing was accepted. Try again later."
SAID_EVERY = 10.0
"""Seconds between two lines of the log that say why."""
CLIENT_GONE = 499
"""Counted, never sent: the caller closed the connection."""

log = structlog.get_logger()


class Api:
    """Takes requests for the http sources of the current table. `closed` (why intake is, or '') and `paused`, each of the
    route's id, are asked for every request."""

    def __init__(
        self,
        table: Table,
        receiver: Receiver,
        intake: Intake,
        results: Results,
        metrics: WebMetrics,
        closed: Callable[[str], str] = lambda route: "",
        paused: Callable[[str], bool] = lambda route: False,
    ) -> None:
        self._receiver = receiver
        self._results = results
        self._metrics = metrics
        self._closed = closed
        self._paused = paused
        self._bodies = Bodies(intake.blob)
        self._committer = Committer(receiver.store)
        self._threads = ThreadPoolExecutor(2, "web")
        self._rates = Rates()
        self._taking = 0
        self._said_until = float("-inf")
        self.use(table)

    def use(self, table: Table) -> None:
        """From the next request on."""
        self._sources, self._callers = HttpSources(table), Callers(table, self._rates)
        self._metrics.version = table.version

    async def close(self) -> None:
        """After the server has stopped: stores what was handed in."""
        await self._committer.close()
        self._bodies.shutdown()
        self._threads.shutdown(wait=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"{scope['type']} is not served here")
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = refusal.answer
        except Gone:
            self._metrics.count(request.route, CLIENT_GONE)
            return
        except Exception:
            answer = failed(request)
        self._metrics.count(request.route, answer.status)
        await respond(send, answer, request)

    async def _answer(self, request: Request) -> Answer:
        started = perf_counter()
        found = self._find(request)
        caller = self._callers.identify(request, found.source)
        self._check_intake(request)
        check_head(request, found.source)
        arrival, receipt = await self._take(request, found, caller)
        self._metrics.accepted(perf_counter() - started)
        if found.source.waits and receipt.state in ("accepted", "duplicate"):
            return await self._result(request, found.source, arrival.deadline or 0, receipt)
        return answers.of_receipt(receipt, arrival, request.path)

    def _find(self, request: Request) -> Found:
        found = self._sources.find(request.path, request.method)
        if isinstance(found, Found):
            request.route = found.source.route.id
            return found
        if found is None:
            raise refuse(request, 404, f"No route takes {request.path}. Every letter counts, also a last slash.")
        raise not_allowed(request, found)

    def _check_intake(self, request: Request) -> None:
        if why := self._closed(request.route):
            raise refuse(request, 503, f"Nothing is taken in at the moment: {why}. Try again later.", retry_after(CLOSED))
        if self._paused(request.route):
            raise refuse(request, 503, f"Route {request.route} is paused. Try again later.", retry_after(PAUSED))
        if self._taking >= MOST_TAKING:
            raise refuse(request, 503, "Too many requests at one time. Try again.", retry_after(1))

    async def _take(self, request: Request, found: Found, caller: Caller) -> tuple[Arrival, Receipt]:
        """Body, door, commit. Whatever happens, no lock and no blob without a message is left behind."""
        message_id = new_id()
        self._taking += 1
        try:
            body = await self._body(request, message_id, found.source.max_body, caller)
            keep = False
            try:
                caller = self._callers.settle(request, caller)
                envelope = envelope_of(message_id, request, found, caller, body)
                arrival = await self._admit(found.source, envelope, body.sha256)
                keep = True  # from here the commit may happen whatever becomes of this request
                return arrival, await self._committer.commit(arrival)
            except LedgerError as error:
                keep = False
                self._say_not_stored(request.route, error.reason)
                raise refuse(request, 503, NOT_STORED, retry_after(retry_in(error))) from error
            finally:
                self._bodies.close(body, keep)
        finally:
            self._taking -= 1

    def _say_not_stored(self, route: str, reason: str) -> None:
        """For the log, not for callers: it names hosts and processes. Once in a while, as all requests meet the same."""
        if monotonic() >= self._said_until:
            self._said_until = monotonic() + SAID_EVERY
            log.warning("messages could not be stored: their callers were answered 503", action="web.not_stored", route=route,
                        reason=reason)  # fmt: skip

    async def _body(self, request: Request, message_id: str, limit: int, caller: Caller) -> Body:
        try:
            return await self._bodies.read(request.receive, message_id, limit, caller.feed)
        except TooLarge:
            raise too_large(request, limit) from None
        except TooSlow:
            raise refuse(request, 408, "The rest of the body did not come in time.") from None
        except (OSError, LedgerError) as error:
            log.error("a body could not be written", action="web.blob_failed", route=request.route, error=str(error))
            raise refuse(request, 503, "The body could not be stored. Try again later.", retry_after(30)) from error

    async def _admit(self, source: HttpSource, envelope: Envelope, sha256: bytes | None) -> Arrival:
        """Large bodies are decoded in a thread, so that others are answered meanwhile."""
        if envelope.size > SMALL:
            arrival: Arrival = await self._run(self._receiver.admit, source.route, envelope, sha256)
            return arrival
        return self._receiver.admit(source.route, envelope)

    async def _result(self, request: Request, source: HttpSource, deadline: int, receipt: Receipt) -> Answer:
        """Waits with the caller; one that goes away is not waited for."""
        target = source.route.targets[0].name
        if receipt.state == "duplicate":
            await self._run(self._results.again, receipt.seq, target)
        waiting = asyncio.ensure_future(wait_for_result(self._results, self._run, receipt.seq, target, deadline))
        gone = asyncio.ensure_future(request.closed())
        try:
            await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise Gone
            result: Result | None = waiting.result()
        except LedgerError as error:
            detail = f"Message {receipt.id} is accepted, but its result could not be read. Ask for it later."
            raise Refusal(problem(502, detail, request.path, id=receipt.id)) from error
        finally:
            waiting.cancel()
            gone.cancel()
        return answers.of_result(result, receipt.id, request.path)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


def check_head(request: Request, source: HttpSource) -> None:
    """What the headers alone forbid, before a byte of the body is read."""
    length = request.length()
    if length is not None and length > source.max_body:
        raise too_large(request, source.max_body)
    check_coding(request)
    check_key(request)
    media, codec = request.text(b"content-type"), source.route.codec
    if codec is not None and contradicts(media, codec.name):
        raise refuse(request, 415, f"This route takes {codec.name} ({codec.content_type}), not {media}.")


def check_coding(request: Request) -> None:
    """A compressed body is not read: what it unpacks to has no bound that its sender would know."""
    for name, plain in (("content-encoding", "identity"), ("transfer-encoding", "chunked")):
        for value in request.values(name):
            if value.strip().lower() not in ("", plain):
                detail = f"{name.title()} {value} is not read here. Send the body as it is."
                raise refuse(request, 415, detail, ((b"accept-encoding", b"identity"),))


def check_key(request: Request) -> None:
    """The caller's own identity of a message must be one, and small enough for an index."""
    keys = request.values(IDEMPOTENCY_KEY)
    if len(keys) > 1:
        raise refuse(request, 400, "The header Idempotency-Key is there more than once. Send one.")
    if keys and not keys[0].strip():
        raise refuse(request, 400, "The header Idempotency-Key is empty. Give it a value, or leave it out.")
    if keys and len(keys[0]) > LONGEST_KEY:
        detail = f"An Idempotency-Key may have {LONGEST_KEY} characters; this one has {len(keys[0])}."
        raise refuse(request, 400, detail)


def envelope_of(message_id: str, request: Request, found: Found, caller: Caller, body: Body) -> Envelope:
    """What a signed sender calls its message is its key; one that anybody may add to the request is not."""
    headers = request.stored_headers()
    if caller.identity:
        headers = {**headers, IDEMPOTENCY_KEY: caller.identity}
    return Envelope(
        id=message_id,
        route=found.source.route.id,
        source=found.source.path,
        received_at=utc_now(),
        raw=body.raw,
        blob=body.path,
        size=body.size,
        content_type=request.text(b"content-type"),
        headers=headers,
        params=found.params,
        client=caller.client.id if caller.client is not None else None,
    )


def not_allowed(request: Request, found: NotAllowed) -> Refusal:
    allow = ", ".join(found.methods)
    detail = f"{request.path} takes {allow}, not {request.method}."
    return refuse(request, 405, detail, ((b"allow", allow.encode()),))


def too_large(request: Request, limit: int) -> Refusal:
    return refuse(request, 413, f"A body may have {limit} bytes here.")


def retry_in(error: LedgerError) -> float:
    return 30.0 if isinstance(error, LedgerFull) else 1.0
