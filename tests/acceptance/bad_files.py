"""Bad files, and what each of them gets: the stage and a part of the reason of each dead letter, or none where what is odd
about it is no mistake."""

from __future__ import annotations

HEAD = b"sku;qty;price;day\n"
ROW = b"A-1;2;1,50;24.12.2026\n"
DAY = b"H1004220261224\nD1AAAAA002\nT1001\n"

Dead = tuple[str, str]
"""The stage, and a part of the reason."""

FILTERED = {"nothing.csv", "header-alone.csv", "blanks.csv", "no-record.xml", "nothing.ndjson", "nothing.txt"}
"""Files that are split and hold no record."""


def csv(rows: bytes, head: bytes = HEAD) -> bytes:
    return head + ROW + rows


CSV: dict[str, tuple[bytes, list[Dead]]] = {
    "few-cells.csv": (csv(b"A-2;2\n"), [("decode", "line 3: too few fields: 2, the header has 4; is a")]),
    "many-cells.csv": (csv(b"A-2;2;1,50;24.12.2026;x;y\n"), [("decode", "line 3: too many fields: 6, the header has 4; is a")]),
    "no-number.csv": (csv(b"A-2;two;1,50;24.12.2026\n"), [("decode", "line 3, column qty: 'two' is not a whole number")]),
    "half-a-piece.csv": (csv(b"A-2;1.5;1,50;24.12.2026\n"), [("decode", "line 3, column qty: '1.5' is not a whole number")]),
    "no-price.csv": (csv(b"A-2;2;1.50;24.12.2026\n"), [("decode", "line 3, column price: '1.50' is not a number with ',' as")]),
    "not-a-number.csv": (
        csv(b"A-2;2;NaN;24.12.2026\n"),
        [("decode", "line 3, column price: 'NaN' is not a number with ',' as")],
    ),
    "endless-price.csv": (
        csv(b"A-2;2;1e999999999;24.12.2026\n"),
        [("decode", "line 3, column price: '1e999999999' is not a number with")],
    ),
    "no-day.csv": (csv(b"A-2;2;1,50;31.02.2026\n"), [("decode", "line 3, column day: '31.02.2026' is not a date of the")]),
    "empty-cell.csv": (csv(b"A-2;;1,50;24.12.2026\n"), [("filter", "body.qty is null")]),
    "open-quote.csv": (csv(b'"A-2;2;1,50;24.12.2026\n' * 3), [("decode", "line 5: a quote is opened and never closed")]),
    "zero.csv": (csv(b"A-\x00;2;1,50;24.12.2026\n"), [("decode", "line 3, column sku (byte 42): a NUL byte in 'A-\\x00'")]),
    "latin.csv": (csv(b"K\xe4se;2;1,50;24.12.2026\n"), [("decode", "line 3, column sku (byte 41): e4 is not utf-8; set")]),
    "utf-16.csv": (
        csv(b"").decode().encode("utf-16"),
        [("decode", "byte 0: begins with the byte order mark of utf-16-le, but")],
    ),
    "second-header.csv": (csv(HEAD), [("decode", "line 3: the header stands here a second time; were files")]),
    "doubled-header.csv": (csv(b"", b"sku;qty;qty;price;day\n"), [("decode", "line 1: the header names column 'qty' twice")]),
    "other-header.csv": (
        csv(b"", b"sku;menge;preis;tag\n"),
        [("decode", "line 1: the header lacks column 'qty'; it has 'sku',")],
    ),
    "nothing.csv": (b"", []),
    "header-alone.csv": (HEAD, []),
    "blanks.csv": (b"\n\n\n", []),
    "old-mac.csv": (csv(b"A-2;2;1,50;24.12.2026\n").replace(b"\n", b"\r"), []),
    "dos-end.csv": (csv(b"\x1a"), []),
    "long-line.csv": (csv(b"x" * 2_000_000 + b";2;1,50;24.12.2026\n"), []),
    "is-xml.csv": (b"<?xml version='1.0'?><Sales/>\n", [("decode", "line 1: the header lacks column 'qty'; it has \"<?xml")]),
    "is-a-zip.csv": (b"PK\x03\x04" + bytes(range(256)) * 20, [("decode", "line 1, header: a NUL byte stands in")]),
    "two.strict": (
        b"sku;qty\nA;1\nB;two\nC;3\nD;\xff\n",
        [("decode", "2 records are wrong, nothing was sent: record 2: line 3,")],
    ),
}
XML: dict[str, tuple[bytes, list[Dead]]] = {
    "cut.xml": (
        b"<Sales><Sale><Sku>A</Sku><Qty>1</Qty></Sale><Sale><Sku>B",
        [("decode", "line 1, column 45: <Sale> is opened here and never")],
    ),
    "crossed.xml": (
        b"<Sales><Sale><Sku>A</Qty></Sku></Sale></Sales>",
        [("decode", "line 1, column 26: Opening and ending tag mismatch: Sku")],
    ),
    "no-qty.xml": (b"<Sales><Sale><Sku>A</Sku></Sale></Sales>", [("map", "field qty: body: xpath 'Qty/text()' finds nothing")]),
    "word.xml": (
        b"<Sales>\n<Sale><Sku>A</Sku><Qty>two</Qty></Sale>\n<Sale><Sku>B</Sku><Qty>2</Qty></Sale></Sales>",
        [("map", "field qty: body | xpath('Qty/text()'): 'two' is not a")],
    ),
    "bomb.xml": (
        b'<!DOCTYPE S [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
        b"<Sales><Sale><Sku>&c;</Sku><Qty>1</Qty></Sale></Sales>",
        [("decode", "document type declarations are not accepted; remove")],
    ),
    "outside.xml": (
        b'<!DOCTYPE S [<!ENTITY x SYSTEM "file:///etc/passwd">]><Sales><Sale><Sku>&x;</Sku><Qty>1</Qty></Sale></Sales>',
        [("decode", "document type declarations are not accepted; remove")],
    ),
    "odd-encoding.xml": (
        b'<?xml version="1.0" encoding="EBCDIC-XX"?><Sales/>',
        [("decode", "line 1: the declared encoding 'EBCDIC-XX' is not known")],
    ),
    "wrong-encoding.xml": (
        b"<Sales><Sale><Sku>K\xe4se</Sku><Qty>1</Qty></Sale></Sales>",
        [("decode", "line 1, column 20: Invalid bytes in character encoding")],
    ),
    "deep.xml": (
        b"<Sales>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Sales>",
        [("decode", "line 1, column 773: elements are nested deeper than 256")],
    ),
    "two-roots.xml": (b"<Sales/><Sales/>", [("decode", "line 1, column 9: junk after document element")]),
    "no-record.xml": (b"<Sales><Other/></Sales>", []),
    "nothing.xml": (b"", [("decode", "line 1, column 1: no element begins here: the body is")]),
    "is-json.xml": (b'{"sku": "A"}', [("decode", "line 1, column 1: not well-formed (invalid token)")]),
}
LINES: dict[str, tuple[bytes, list[Dead]]] = {
    "half.ndjson": (
        b'{"sku":"A","qty":1}\n{"sku":"B","qty":\n{"sku":"C","qty":3}\n',
        [("decode", "line 2, column 18 (byte 37): the end of the text stands")],
    ),
    "wrong.ndjson": (
        b'{"sku":"A","qty":0}\n{"sku":7}\n[]\nnull\n',
        [
            ("validate", "1 field is wrong: qty: Must be greater than or equal to"),
            ("validate", "2 fields are wrong: sku: Not a valid string. (is 7) qty:"),
            ("validate", "the body is a list, not an object"),
            ("validate", "the body is null, not an object"),
        ],
    ),
    "twice.ndjson": (
        b'{"sku":"A","sku":"B","qty":1}\n',
        [("decode", "line 1, column 12 (byte 11): the key 'sku' stands twice")],
    ),
    "latin.ndjson": (
        b'{"sku":"K\xe4se","qty":1}\n{"sku":"B","qty":1}\n',
        [("decode", "line 1, column 10 (byte 9): the byte e4 is not UTF-8;")],
    ),
    "deep.ndjson": (b"[" * 100_000 + b"\n", [("decode", "line 1, column 201 (byte 200): nested deeper than 200")]),
    "nothing.ndjson": (b"", []),
    "whole.txt": (DAY + DAY, []),
    "unknown-line.txt": (
        DAY + b"X9what is this\n" + DAY,
        [("decode", "line 4, column 1: 'X9' is no type of line, there are H1,")],
    ),
    "no-end.txt": (
        DAY + b"H1004220261224\nD1AAAAA002\n",
        [("decode", "line 4: the group that begins here has no T1 at its end:")],
    ),
    "no-start.txt": (b"D1AAAAA002\n" + DAY, [("decode", "line 1: a line of type D1 stands outside of a group: no")]),
    "no-day.txt": (
        DAY.replace(b"20261224", b"20261324"),
        [("decode", "line 1, column 7, field day: '20261324' is not a date of")],
    ),
    "no-count.txt": (DAY.replace(b"A002", b"A0x2"), [("decode", "line 2, column 8, field qty: '0x2' is not a whole number")]),
    "short.txt": (DAY.replace(b"AAAAA002", b"AAAAA00"), [("decode", "line 2, column 8, field qty: the line ends inside a")]),
    "binary.txt": (
        bytes(range(256)),
        [
            ("decode", "line 1, column 1: '\\x01' is no type of line, there are"),
            ("decode", "line 2, column 1: '\\x0b\\x0c' is no type of line, there"),
            ("decode", "line 3, column 1: '\\x0e\\x0f' is no type of line, there"),
        ],
    ),
    "nothing.txt": (b"", []),
}
JSON: dict[str, tuple[bytes, list[Dead]]] = {
    "no-json.json": (b"sku;qty\n", [("decode", "line 1, column 1 (byte 0): 'sku;qty\\n' stands where a")]),
    "raise.json": (b'{"do": "raise"}', [("python", "transforms/python/odd.py, line 15: RuntimeError: of our")]),
    "key.json": (b'{"do": "key"}', [("python", "transforms/python/odd.py, line 17: KeyError: 'missing'")]),
    "nothing.json": (b'{"do": "nothing"}', [("python", "odd.change gave nothing; let it end with `return message`")]),
    "exit.json": (b'{"do": "exit"}', [("python", "transforms/python/odd.py, line 21: SystemExit: 3")]),
    "last.json": (b'{"do": "last"}', [("python", "transforms/python/odd.py, line 23: Last: words")]),
    "interrupt.json": (b'{"do": "interrupt"}', [("python", "transforms/python/odd.py, line 25: KeyboardInterrupt")]),
    "deep.json": (b'{"do": "deep"}', [("python", "transforms/python/odd.py, line 9: RecursionError: maximum")]),
    "object.json": (b'{"do": "object"}', [("encode", "body: <object object at")]),
    "circle.json": (
        b'{"do": "circle", "name": "circle.json"}',
        [("python", "odd.change left a body that is nested deeper than 200 l")],
    ),
    "no-do.json": (b"{}", [("python", "transforms/python/odd.py, line 13: KeyError: 'do'")]),
    "a-list.json": (b"[1]", [("python", "transforms/python/odd.py, line 13: TypeError: list")]),
    "no-name.json": (b'{"do": "well"}', [("send", "name: body.name is undefined")]),
    "outside.json": (
        b'{"do": "well", "name": "../../etc/cron.d/x"}',
        [("send", "the file name '../../etc/cron.d/x' holds a separator or")],
    ),
    "hidden.json": (b'{"do": "well", "name": ".x"}', [("send", "the file name '.x' begins with a dot: hidden files are")]),
    "too-long.json": (b'{"do": "well", "name": "' + b"n" * 300 + b'"}', [("send", "the file name")]),
    "zero-name.json": (
        b'{"do": "well", "name": "a\\u0000b"}',
        [("send", "the file name 'a\\x00b' holds a separator or NUL: a name")],
    ),
    "surrogate.json": (
        b'{"do": "well", "name": "a\\ud800b"}',
        [("decode", "line 1, column 24 (byte 23): a text holds the lone")],
    ),
    "a\nb\xff.json": (b'{"do": "raise"}', [("python", "transforms/python/odd.py, line 15: RuntimeError: of our")]),
}
FILES = {**CSV, **XML, **LINES, **JSON}
