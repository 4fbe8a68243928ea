"""The options of a connection: addresses and credentials."""

from __future__ import annotations

import pytest

from adapters.outbound.http.options import options_of


def test_defaults() -> None:
    options = options_of({"url": "http://erp:8000/api/"})
    assert (options.base, options.query, options.timeout, options.in_flight) == ("http://erp:8000/api", "", 30.0, 32)
    assert options.headers == {"User-Agent": "Crossdock"}
    assert options.guarded == frozenset()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://erp", "http://erp/a%2Fb?q=1"),
        ("http://erp/x/", "http://erp/x/a%2Fb?q=1"),
        ("https://u:p@erp:8443/x?key=k#part", "https://erp:8443/x/a%2Fb?key=k&q=1"),
    ],
)
def test_a_request_goes_below_the_address(url: str, whole: str) -> None:
    assert str(options_of({"url": url}).url("/a%2Fb", "q=1")) == whole


def test_credentials_of_auth_go_before_those_of_the_address() -> None:
    options = options_of({"url": "http://u:p@erp", "auth": {"header": {"name": "X-Key", "value": "k"}}})
    assert options.headers == {"User-Agent": "Crossdock", "X-Key": "k"}
    assert options.guarded == frozenset({"x-key"})


@pytest.mark.parametrize("url", ["erp", "ftp://erp/x", "http:///x", ""])
def test_a_connection_needs_an_http_address(url: str) -> None:
    with pytest.raises(ValueError, match="url: write it as"):
        options_of({"url": url})


def test_secrets_are_not_in_the_representation() -> None:
    options = options_of({"url": "http://u:pass1@erp/", "auth": {"basic": {"user": "u", "password": "pass2"}}})
    assert options.headers["Authorization"] == "Basic dTpwYXNzMg=="
    assert "pass" not in repr(options)
    assert "dTpwYXNzMg" not in repr(options)
