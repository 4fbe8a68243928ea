"""An open http connection of one worker child: sends requests and says how each ended."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from ssl import SSLError
from time import perf_counter

import aiohttp
from multidict import CIMultiDict

from adapters.certificates import UnusableFile
from adapters.outbound.http.address import HttpAddress
from adapters.outbound.http.alerts import alert_of, in_words
from adapters.outbound.http.options import HttpOptions
from adapters.outbound.http.reply import MOST_ANSWER, Reply, judge
from router.message import utc_now
from router.ports import Outcome, Parcel

WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})


class HttpTarget:
    """One request a parcel, none of them followed, repeated or kept cookies of: what happens next is the router's to
    decide. Waiting for a free connection counts against the timeout."""

    batch = 1

    def __init__(self, options: HttpOptions) -> None:
        self._options = options
        self._session: aiohttp.ClientSession | None = None

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        if len(parcels) == 1:
            return [await self._send(parcels[0])]
        return list(await asyncio.gather(*map(self._send, parcels)))

    async def settled(self, outcomes: Sequence[Outcome]) -> None:
        return

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _send(self, parcel: Parcel) -> Outcome:
        address: HttpAddress = parcel.address
        started = perf_counter()
        try:
            async with asyncio.timeout(self._options.timeout):
                reply = await self._ask(address, parcel)
            outcome = judge(address, reply, utc_now())
        except Exception as error:  # nothing of the other side may end the worker
            outcome = self._failure(error)
        sent_to = f"{address.method} {self._options.base}{address.path}"
        return replace(outcome, sent_to=sent_to, duration=perf_counter() - started)

    async def _ask(self, address: HttpAddress, parcel: Parcel) -> Reply:
        """The answer. `data` is bytes, so that what is sent never depends on what was read."""
        async with self._opened().request(
            address.method,
            self._options.url(address.path, address.query),
            data=None if address.method in WITHOUT_BODY else parcel.body,
            headers=headers_of(self._options, address, parcel),
            allow_redirects=False,
        ) as response:
            try:
                body, cut = await read(response)
            except aiohttp.ClientOSError as error:
                raise aiohttp.ClientPayloadError from error
            return Reply(response.status, {n.lower(): storable(v) for n, v in response.headers.items()}, body, cut)

    def _opened(self) -> aiohttp.ClientSession:
        """Made in the loop that sends, at the first send."""
        if self._session is None:
            tls = self._options.ssl_context() if self._options.base.startswith("https:") else True
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._options.in_flight, ssl=tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
                max_line_size=65_536,
                max_field_size=65_536,
            )
            # aiohttp would silently send a PUT or GET again: an attempt that nobody counted.
            self._session._retry_connection = False
        return self._session

    def _failure(self, error: Exception) -> Outcome:
        """Every class of failure that is not an answer. The texts of aiohttp are not used: some hold addresses."""
        after = f"{self._options.timeout:g} s"
        if alert := alert_of(error):
            return Outcome("connect", f"tls: {in_words(alert, bool(self._options.tls.get('cert')))}")
        match error:
            case TimeoutError():
                return Outcome("timeout", f"no whole answer within {after}")
            case aiohttp.ClientConnectorDNSError():
                return Outcome("connect", f"could not find {error.host}: {words_of(error.os_error)}")
            case aiohttp.ClientConnectorCertificateError():
                why = error.certificate_error
                return Outcome("connect", f"{error.host}:{error.port} has a wrong certificate: {why}")
            case aiohttp.ClientConnectorError():
                return Outcome("connect", f"could not connect to {error.host}:{error.port}: {words_of(error.os_error)}")
            case UnusableFile():
                return Outcome("connect", f"tls: {error}")
            case SSLError():
                return Outcome("connect", f"tls: {words_of(error)}")
            case aiohttp.ServerDisconnectedError() | ConnectionError() | aiohttp.ClientOSError():
                return Outcome("reset", "the connection was closed before the answer came")
            case aiohttp.ClientPayloadError():
                return Outcome("reset", "the answer was cut off or garbled")
            case aiohttp.ClientResponseError():
                return Outcome("reset", "the answer is not HTTP")
            case _:  # whatever the other side brought about, it is an outcome and not the end of the worker
                return Outcome("reset", f"the request failed: {type(error).__name__}")


def headers_of(options: HttpOptions, address: HttpAddress, parcel: Parcel) -> CIMultiDict[str]:
    """The route's headers over the parcel's and the connection's; credentials over all."""
    headers = CIMultiDict(options.headers)
    if address.method not in WITHOUT_BODY:
        headers["Content-Type"] = parcel.content_type
    if address.idempotency is not None:
        headers[address.idempotency] = parcel.idempotency_key
    for name, value in address.headers:
        if name.lower() not in options.guarded:
            headers[name] = value
    return headers


def storable(value: str) -> str:
    """aiohttp hides bytes that are no UTF-8 in half characters, which no store takes: as Latin-1 they are readable."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


async def read(response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """The body, decompressed, and whether it was cut since it is longer than MOST_ANSWER: then its end is not waited for."""
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        size += len(piece)
        pieces.append(piece)
        if size > MOST_ANSWER:
            response.close()
            pieces[-1] = piece[: MOST_ANSWER - size]
            return b"".join(pieces), True
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), False


def words_of(error: OSError | None) -> str:
    if error is None:
        return "unknown"
    if error.errno is not None and error.errno > 0 and not isinstance(error, SSLError):
        return os.strerror(error.errno).lower()
    return error.strerror or str(error) or type(error).__name__
