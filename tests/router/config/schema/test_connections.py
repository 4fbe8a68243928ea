from __future__ import annotations

import pytest

from tests.router.config.desk import HEAD, Desk, brief

ERP = 'erp: {type: http, url: "http://erp.test"}'


@pytest.mark.parametrize(
    ("text", "code", "column", "path", "message", "hint"),
    [
        (
            "erp: {type: http, url: http://x, hed: 1}",
            "E0201",
            36,
            "hed",
            "unknown field 'hed' in connection 'erp'",
            "header",
        ),
        (
            "erp: {type: htp, url: http://x}",
            "E0201",
            15,
            "type",
            "unknown type 'htp' in connection 'erp'",
            "did you mean 'http'?",
        ),
        ("erp: {url: http://x}", "E0202", 3, "type", "'type' is missing in connection 'erp'", ""),
        (
            "erp: {typ: http, url: http://x}",
            "E0201",
            9,
            "typ",
            "unknown field 'typ' in connection 'erp'",
            "did you mean 'type'?",
        ),
        ("erp: {type: http}", "E0202", 3, "url", "'url' is missing in connection 'erp'", ""),
        (
            "erp: {type: http, url: erp.test}",
            "E0204",
            26,
            "url",
            "url of connection 'erp': 'erp.test' is not accepted",
            "write http://erp.test",
        ),
        ("erp: {type: http, url: ftp://x}", "E0204", 26, "url", "'ftp://x' is not accepted", ""),
        ("erp: {type: http, url: 'http://x:99999'}", "E0204", 26, "url", "'http://x:99999' is not accepted", ""),
        ("erp: {type: http, url: http://x, timeout: 101s}", "E0204", 45, "timeout", "at most 100s", ""),
        (
            "erp: {type: http, url: http://x, timeout: 10 sec}",
            "E0204",
            45,
            "timeout",
            "'10 sec' is not accepted",
            "write 10s",
        ),
        (
            "erp: {type: http, url: http://x, timeout: 10}",
            "E0204",
            45,
            "timeout",
            "the number 10 is not accepted",
            "write 10s",
        ),
        (
            "erp: {type: http, url: http://x, in_flight: 0}",
            "E0204",
            47,
            "in_flight",
            "the number 0 is not accepted",
            "",
        ),
        (
            "erp: {type: http, url: http://x, in_flight: '3'}",
            "E0203",
            47,
            "in_flight",
            "a whole number is expected, not '3'",
            "without quotes",
        ),
        ("erp: {type: http, url: http://x, rate: 20/m}", "E0204", 42, "rate", "'20/m' is not accepted", "write 20/min"),
        (
            "erp: {type: http, url: http://x, breaker: {open: 3}}",
            "E0201",
            46,
            "breaker.open",
            "in 'breaker' of connection 'erp'",
            "open_after",
        ),
        (
            "erp: {type: http, url: http://x, auth: {beerer: x}}",
            "E0201",
            43,
            "auth.beerer",
            "unknown kind of authentication 'beerer'",
            "bearer",
        ),
        (
            "erp: {type: http, url: http://x, auth: {basic: {user: x}}}",
            "E0202",
            43,
            "auth.basic.password",
            "'password' is missing in 'auth.basic'",
            "",
        ),
        (
            "erp: {type: http, url: http://x, headers: {'a b': x}}",
            "E0204",
            46,
            "headers.a b",
            "'a b' is not accepted: this is not the name of a header",
            "",
        ),
        ("erp: [http]", "E0203", 8, "", "connection 'erp': a mapping is expected, not a list", "type: folder"),
        ("erp:", "E0203", 3, "", "connection 'erp': nothing is given here", ""),
    ],
)
def test_a_wrong_connection(desk: Desk, text: str, code: str, column: int, path: str, message: str, hint: str) -> None:
    [problem] = [p for p in desk.head(ERP, text) if p.level == "error"]
    assert (problem.code, problem.line, problem.column) == (code, 5, column)
    assert problem.path == ".".join(part for part in ("connections.erp", path) if part)
    assert message in problem.message
    assert hint in problem.hint


def test_a_folder_has_no_timeout(desk: Desk) -> None:
    problems = desk.head("path: outbox", "path: outbox, timeout: 3s")
    assert brief(problems) == [("E0201", 4, 37, "connections.out.timeout")]


def test_ids_are_lower_case(desk: Desk) -> None:
    problems = desk.check("version: 1\nconnections:\n  Erp_Out: {type: folder, path: x}\n")
    assert brief(problems)[0] == ("E0204", 3, 3, "connections.Erp_Out")
    assert problems[0].hint == "for example 'erp-out'"


@pytest.mark.parametrize(
    ("text", "code", "column", "path"),
    [
        ("web-shop: {}", "E0202", 3, "token"),
        ("web-shop: {tokn: x}", "E0201", 14, "tokn"),
        ("web-shop: {token: 12}", "E0203", 21, "token"),
        ("web-shop: {token: '${env:SHOP_TOKEN}', rate: 5}", "E0204", 48, "rate"),
        ("web-shop: {verify: {scheme: shopify}}", "E0202", 14, "verify.secret"),
        ("web-shop: {token: '${env:SHOP_TOKEN}', verify: {scheme: shopify, secret: x}}", "E0207", 42, "verify"),
    ],
)
def test_a_wrong_client(desk: Desk, text: str, code: str, column: int, path: str) -> None:
    problems = [p for p in desk.head('web-shop: {token: "${env:SHOP_TOKEN}"}', text) if p.level == "error"]
    assert brief(problems) in (
        [(code, 7, column, f"clients.web-shop.{path}")],
        [(code, 7, column, f"clients.web-shop.{path}"), ("E0202", 7, 3, "clients.web-shop.token")],
    )


def test_a_secret_is_never_shown(desk: Desk) -> None:
    desk.environ["URL"] = "not an address"
    shown, hidden = (desk.head('"http://erp.test"', f"'${{{kind}:URL}}'")[0].message for kind in ("env", "secret"))
    assert "'not an address' (from ${env:URL})" in shown
    assert "the value of ${secret:URL} is not accepted" in hidden
    assert "not an address" not in hidden


def test_a_secret_that_signs_nothing_is_not_shown(desk: Desk) -> None:
    problems = desk.head('token: "${env:SHOP_TOKEN}"', "verify: {scheme: standard, secret: not-a-key!}")
    [problem] = [p for p in problems if p.level == "error"]
    assert (problem.code, problem.line, problem.column, problem.path) == ("E0204", 7, 49, "clients.web-shop.verify.secret")
    assert "a secret of the scheme standard is whsec_ and base64" in problem.message
    assert "not-a-key" not in f"{problem.message} {problem.hint}"


def test_the_beginning_is_sound(desk: Desk) -> None:
    assert desk.check(HEAD) == []
