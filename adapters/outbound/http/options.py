"""The options of an http connection, made ready for requests. What is secret in them stays here."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from adapters.certificates import check

AGENT = "Crossdock"


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """`base` holds neither user nor password and may be shown; `query` is what stands in the connection's own address.
    `in_flight` bounds this child's open connections; the router gives out no more sends than that on a host."""

    base: str
    query: str
    timeout: float
    in_flight: int
    headers: Mapping[str, str] = field(repr=False)
    guarded: frozenset[str] = frozenset()
    """Lower-case names of the headers that hold credentials: no route replaces them."""
    tls: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def url(self, path: str, query: str) -> URL:
        """The address of a request; `path` and `query` are encoded already."""
        joined = "&".join(part for part in (self.query, query) if part)
        return URL(f"{self.base}{path}{'?' + joined if joined else ''}", encoded=True)

    def ssl_context(self) -> ssl.SSLContext:
        """Always verifies. Raises UnusableFile."""
        check({name: str(path) for name, path in self.tls.items()})
        context = ssl.create_default_context(cafile=str(self.tls["ca"]) if self.tls.get("ca") else None)
        if self.tls.get("cert"):
            key = self.tls.get("key")
            context.load_cert_chain(str(self.tls["cert"]), str(key) if key else None)
        return context


def options_of(options: Mapping[str, Any]) -> HttpOptions:
    """Raises ValueError where `url` is not an http address."""
    url = URL(str(options["url"]))
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise ValueError("url: write it as http://host or https://host, with a port and a path where needed")
    bare = url.with_user(None).with_query(None).with_fragment(None)
    headers = {"User-Agent": AGENT, **{str(k): str(v) for k, v in (options.get("headers") or {}).items()}}
    credentials = {"Authorization": basic(url.user, url.password or "")} if url.user is not None else {}
    credentials = auth_headers(options.get("auth") or {}) or credentials
    headers.update(credentials)
    return HttpOptions(
        base=str(bare).rstrip("/"),
        query=url.raw_query_string,
        timeout=float(options.get("timeout", 30.0)),
        in_flight=int(options.get("in_flight", 32)),
        headers=headers,
        guarded=frozenset(name.lower() for name in credentials),
        tls=options.get("tls") or {},
    )


def auth_headers(auth: Mapping[str, Any]) -> dict[str, str]:
    if "bearer" in auth:
        return {"Authorization": f"Bearer {auth['bearer']}"}
    if "basic" in auth:
        return {"Authorization": basic(str(auth["basic"]["user"]), str(auth["basic"]["password"]))}
    if "header" in auth:
        return {str(auth["header"]["name"]): str(auth["header"]["value"])}
    return {}


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
