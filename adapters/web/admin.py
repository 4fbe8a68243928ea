"""The operations side: one ASGI application for `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from adapters.web.body import Receive
from adapters.web.problems import Answer, answer, problem
from adapters.web.request import Request, Scope, Send, failed, respond

TEXT = (b"content-type", b"text/plain; charset=utf-8")

Ready = Callable[[], Mapping[str, bool]]
"""Blocking; names what must hold before work is taken: `ledger` writable, `config` loaded, `intake` open."""


class Admin:
    """Answers an orchestrator and Prometheus. Works beside the sources, on an address of its own."""

    def __init__(self, ready: Ready, registry: CollectorRegistry) -> None:
        self._ready = ready
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"{scope['type']} is not served here")
        request = Request(scope, receive)
        try:
            found = await self._answer(request)
        except Exception:
            found = failed(request)
        await respond(send, found, request)

    async def _answer(self, request: Request) -> Answer:
        pages = {"/healthz": self._alive, "/readyz": self._is_ready, "/metrics": self._metrics}
        page = pages.get(request.path)
        if page is None:
            return problem(404, f"There is {', '.join(pages)}.", request.path)
        if request.method != "GET":
            return problem(405, f"{request.path} takes GET.", request.path, headers=((b"allow", b"GET"),))
        return await page()

    async def _alive(self) -> Answer:
        return Answer(200, (TEXT,), b"alive")

    async def _is_ready(self) -> Answer:
        state = await asyncio.to_thread(self._ready)
        return answer(200 if all(state.values()) else 503, dict(state))

    async def _metrics(self) -> Answer:
        text = await asyncio.to_thread(generate_latest, self._registry)
        return Answer(200, ((b"content-type", CONTENT_TYPE_LATEST.encode()),), text)
