"""Bad requests, and what each of them gets: the status and a part of the detail (or of the errors)."""

from __future__ import annotations

from typing import NamedTuple


class Bad(NamedTuple):
    path: str
    body: bytes
    status: int
    said: str
    headers: bytes = b""
    method: str = "POST"


TILL = b"Authorization: Bearer t-i-l-l\r\n"
SALE = b'{"sku":"%s","qty":1}'


def sale(body: bytes, status: int, said: str, headers: bytes = b"") -> Bad:
    return Bad("/sales/1", body, status, said, TILL + headers)


ALL: dict[str, Bad] = {
    "no token": Bad("/sales/1", SALE, 401, "This path needs a token: Authorization: Bearer …"),
    "another's token": Bad("/sales/1", SALE, 401, "The token is not known.", b"Authorization: Bearer other\r\n"),
    "no scheme": Bad("/sales/1", SALE, 401, "This path needs a token: Authorization: Bearer …", b"Authorization: t-i-l-l\r\n"),
    "no such path": Bad("/sale/1", SALE, 404, "No route takes /sale/1. Every letter counts, also a last"),
    "another method": Bad("/sales/1", b"", 405, "/sales/1 takes POST, not GET.", TILL, "GET"),
    "another type": sale(b"<x/>", 415, "This route takes json (application/json), not", b"Content-Type: application/xml\r\n"),
    "compressed": sale(
        b"\x1f\x8b", 415, "Content-Encoding gzip is not read here. Send the body as", b"Content-Encoding: gzip\r\n"
    ),
    "too large": sale(b"x" * 70_000, 413, "A body may have 65536 bytes here."),
    "two keys": sale(
        SALE, 400, "The header Idempotency-Key is there more than once. Send", b"Idempotency-Key: a\r\nIdempotency-Key: b\r\n"
    ),
    "nothing": sale(b"", 400, "the message is empty; a JSON value is expected"),
    "blank": sale(b"  \n ", 400, "the message is empty; a JSON value is expected"),
    "half": sale(b'{"sku":"A",\n "qty":', 400, "line 2, column 8 (byte 19): the end of the text stands"),
    "trailing comma": sale(b'{"sku":"A",}', 400, "line 1, column 12 (byte 11): '}' stands after a comma; a"),
    "more behind it": sale(b'{"sku":"A","qty":1} x', 400, "line 1, column 21 (byte 20): 'x' stands after the end of"),
    "a key twice": sale(b'{"sku":"A","sku":"B","qty":1}', 400, "line 1, column 12 (byte 11): the key 'sku' stands twice"),
    "NaN": sale(b'{"sku":"A","qty":NaN}', 400, "line 1, column 18 (byte 17): NaN is not a number in JSON"),
    "infinite": sale(b'{"sku":"A","qty":-Infinity}', 400, "line 1, column 18 (byte 17): -Infinity is not a number in"),
    "1e400": sale(b'{"sku":"A","qty":1e400}', 422, "1 field is wrong: qty: Not a valid integer. (is 1E+400)"),
    "1e999999999": sale(b'{"sku":"A","qty":1e999999999}', 400, "line 1, column 18 (byte 17): the number '1e999999999' has"),
    "too many digits": sale(
        b'{"sku":"A","qty":' + b"9" * 5000 + b"}", 400, "line 1, column 18 (byte 17): a whole number has 5000"
    ),
    "too deep": sale(b"[" * 20_000, 400, "line 1, column 201 (byte 200): nested deeper than 200"),
    "not UTF-8": sale(b'{"sku":"K\xe4se","qty":1}', 400, "line 1, column 10 (byte 9): the byte e4 is not UTF-8;"),
    "UTF-16": sale('{"sku":"A","qty":1}'.encode("utf-16"), 400, "line 1, column 1 (byte 0): the byte ff is not UTF-8; JSON"),
    "a lone surrogate": sale(b'{"sku":"\\ud800","qty":1}', 400, "line 1, column 8 (byte 7): a text holds the lone"),
    "single quotes": sale(b"{'sku':'A'}", 400, "line 1, column 2 (byte 1): \"'sku':'A'}\" stands where a"),
    "zero byte": sale(b'{"sku":"A\x00","qty":1}', 400, "line 1, column 10 (byte 9): the control character U+0000"),
    "form": sale(b"sku=A&qty=1", 400, "line 1, column 1 (byte 0): 'sku=A&qty=1' stands where a"),
    "no fields": sale(b"{}", 422, "2 fields are wrong: sku: Missing data for required field."),
    "a list": sale(b"[1,2]", 422, "the body is a list, not an object"),
    "null": sale(b"null", 422, "the body is null, not an object"),
    "unknown field": sale(b'{"sku":"A","qty":1,"colour":"red"}', 422, "1 field is wrong: colour: Unknown field. (is 'red')"),
    "a text for a number": sale(b'{"sku":"A","qty":"1"}', 422, "1 field is wrong: qty: Not a valid integer. (is '1')"),
    "half a piece": sale(b'{"sku":"A","qty":1.5}', 422, "1 field is wrong: qty: Not a valid integer. (is 1.5)"),
    "none at all": sale(b'{"sku":"A","qty":0}', 422, "1 field is wrong: qty: Must be greater than or equal to"),
    "null for a text": sale(b'{"sku":null,"qty":1}', 422, "1 field is wrong: sku: Field may not be null. (is null)"),
    "the first": sale(b'{"sku":"again","qty":1}', 202, ""),
    "the first, changed": sale(b'{"sku":"again","qty":2}', 409, "A message with the same key but other content was"),
    "undefined in a template": Bad("/letters", b'{"lines":[]}', 502, "letter.json.j2, line 1: body.customer is undefined"),
    "null in a template": Bad(
        "/letters",
        b'{"customer":{"name":null},"lines":[{"qty":null,"price":1}]}',
        502,
        "letter.json.j2, line 1: line.qty is null",
    ),
    "text times number": Bad(
        "/letters",
        b'{"customer":{"name":"A"},"lines":[{"qty":"2","price":"x"}]}',
        502,
        "letter.json.j2, line 1: cannot multiply line.qty (text",
    ),
    "no list": Bad(
        "/letters", b'{"customer":{"name":"A"},"lines":7}', 502, "letter.json.j2, line 1: body.lines is a number, not a list"
    ),
    "stopped by the stylesheet": Bad("/sheets", b'<Order><Line open="no"/></Order>', 502, "sheet.xsl: it is closed"),
    "no XML": Bad("/sheets", b"<Order><Line>", 400, "line 1, column 14: Premature end of data in tag Line line"),
    "an entity of another file": Bad(
        "/sheets",
        b'<!DOCTYPE O [<!ENTITY x SYSTEM "file:///etc/passwd">]><Order>&x;</Order>',
        400,
        "document type declarations are not accepted; remove",
    ),
    "an entity bomb": Bad(
        "/sheets",
        b"<!DOCTYPE O [<!ENTITY a0 'ha'>"
        + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
        + b"]><Order>&a9;</Order>",
        400,
        "document type declarations are not accepted; remove",
    ),
    "divided by zero": Bad("/sorted", b'{"qty":1,"by":0,"kind":"sale","customer":"A"}', 502, "division by zero (body.by is 0)"),
    "nothing to divide by": Bad("/sorted", b'{"qty":1,"kind":"sale","customer":"A"}', 502, "body.by is undefined"),
    "a text to divide": Bad(
        "/sorted",
        b'{"qty":"1","by":1,"kind":"sale","customer":"A"}',
        502,
        "cannot divide body.qty (text '1'); use `| decimal` or `|",
    ),
    "no rule": Bad("/sorted", b'{"qty":1,"by":1,"kind":"odd","customer":"A"}', 422, "no rule for this kind"),
    "no kind": Bad("/sorted", b'{"qty":1,"by":1,"customer":"A"}', 422, "when of out: body.kind is undefined"),
    "no key": Bad("/sorted", b'{"qty":1,"by":1,"kind":"sale"}', 422, "order_by: body.customer is undefined"),
    "an object for a key": Bad(
        "/sorted",
        b'{"qty":1,"by":1,"kind":"sale","customer":{"id":1}}',
        422,
        "order_by: a key is a text, a number or a date, not an",
    ),
    "no file name": Bad("/sorted", b'{"qty":1,"by":1,"kind":"sale","customer":"A"}', 502, "name: body.file is undefined"),
    "a path for a name": Bad(
        "/sorted",
        b'{"qty":1,"by":1,"kind":"sale","customer":"A","file":"../x"}',
        502,
        "the file name '../x' holds a separator or NUL: a name is",
    ),
    "filtered": Bad("/sorted", b'{"qty":0,"by":1,"kind":"sale","customer":"A"}', 202, ""),
    "a cell that is no number": Bad(
        "/tables", b"sku,qty\nA,1\nB,two\n", 400, "line 3, column qty: 'two' is not a whole number"
    ),
    "a quote left open": Bad("/tables", b'sku,qty\n"A,1\n', 400, "line 2: a quote is opened and never closed; close it, or"),
    "a column twice": Bad("/tables", b"sku,sku\n1,2\n", 400, "line 1: the header names column 'sku' twice"),
    "taken, and dead": Bad("/lines", b'{"a":1}\n{"a":\n', 202, ""),
}
