"""What each filter does, in a sentence, with examples: for the reference. A test evaluates them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """`examples`: an expression, and what it gives, as JSON writes it."""

    says: str
    examples: tuple[tuple[str, str], ...]


LINES = "[{'sku': 'A', 'amount': '9.90'}, {'sku': 'B', 'amount': '5'}]"

ABOUT: Mapping[str, About] = {
    "decimal": About(
        "The exact number that a text says; a number stays what it is. The decimal mark is `.` unless it is given.",
        (("'19.90' | decimal", "19.90"), ("'19,90' | decimal(',')", "19.90")),
    ),
    "int": About("The whole number that a text says. A fraction is an error, never cut off.", (("'0042' | int", "42"),)),
    "text": About(
        "A scalar as text: numbers plainly, dates as ISO says. With a number of places it rounds half up and pads.",
        (("39.8 | text(2)", '"39.80"'), ("7 | text", '"7"'), ("(1 == 1) | text", '"true"')),
    ),
    "round": About(
        "Rounds half up, or half to even where that is asked for. A whole number stays one.",
        (("2.345 | round(2)", "2.35"), ("2.345 | round(2, 'even')", "2.34"), ("2.5 | round", "3")),
    ),
    "abs": About("The number without its sign.", (("-8.90 | abs", "8.90"),)),
    "min": About("The smallest item of a list: numbers, texts or dates, all of one kind.", (("[3, 1, 2] | min", "1"),)),
    "max": About("The largest item of a list: numbers, texts or dates, all of one kind.", (("[3, 1, 2] | max", "3"),)),
    "length": About(
        "Characters of a text, items of a list, fields of an object.", (("'abc' | length", "3"), ("[1, 2] | length", "2"))
    ),
    "first": About("The first item of a list, or character of a text. An empty one is an error.", (("[4, 5] | first", "4"),)),
    "last": About("The last item of a list, or character of a text. An empty one is an error.", (("[4, 5] | last", "5"),)),
    "join": About(
        "Texts, whole numbers and decimals of a list, one after the other, with a separator between two.",
        (("['a', 1, 'b'] | join('-')", '"a-1-b"'),),
    ),
    "split": About(
        "The parts of a text between separators; without one, its words.",
        (("'a;b;;c' | split(';')", '["a","b","","c"]'), ("'  two words ' | split", '["two","words"]')),
    ),
    "replace": About("The text with another in every place of `old`.", (("'1.234.567' | replace('.', '')", '"1234567"'),)),
    "upper": About("In capitals.", (("'straße' | upper", '"STRASSE"'),)),
    "lower": About("In small letters.", (("'EAN' | lower", '"ean"'),)),
    "trim": About("Without the blanks at both ends.", (("'  A-1 ' | trim", '"A-1"'),)),
    "pad": About(
        "Fills on the left up to a width. Of a number that is filled with zeros the sign stays in front.",
        (("'42' | pad(6, '0')", '"000042"'), ("-7 | pad(4, '0')", '"-007"'), ("'ab' | pad(4)", '"  ab"')),
    ),
    "default": About(
        "The value, or another one where the value is undefined, also over a missing chain. Null stays null.",
        (("body.nothing.here | default('none')", '"none"'), ("'there' | default('none')", '"there"')),
    ),
    "date": About(
        "The date of an ISO text, or of a date with time in its own zone.",
        (("'2026-03-01T23:30:00+01:00' | date", '"2026-03-01"'),),
    ),
    "datetime": About(
        "A date with time from a text: ISO where no format is given. What has no zone gets the one that is given, what has one "
        "is carried over into it.",
        (
            ("'01.03.2026 08:15' | datetime('%d.%m.%Y %H:%M')", '"2026-03-01T08:15:00"'),
            ("'01.03.2026 08:15' | datetime('%d.%m.%Y %H:%M', 'Europe/Berlin')", '"2026-03-01T08:15:00+01:00"'),
            ("'2026-03-01T08:15:00Z' | datetime(none, 'Europe/Berlin')", '"2026-03-01T09:15:00+01:00"'),
        ),
    ),
    "iso": About(
        "The ISO text of a date, with or without time; `Z` for UTC.",
        (("'2026-03-01T08:15:00Z' | datetime | iso", '"2026-03-01T08:15:00Z"'),),
    ),
    "map": About("The field of every item, which may be dotted.", ((f"{LINES} | map('sku')", '["A","B"]'),)),
    "select": About(
        "The items whose field equals a value. To compare unlike kinds is an error.",
        ((f"{LINES} | select('sku', 'B')", '[{"sku":"B","amount":"5"}]'),),
    ),
    "sum": About(
        "The exact sum of numbers and of texts of numbers, or of that field of every item; 0 of none.",
        (("[1, '2.50'] | sum", "3.50"), (f"{LINES} | sum('amount')", "14.90")),
    ),
    "sort": About(
        "In ascending order, by a field where one is named; what is equal stays in its order.",
        (("[3, 1, 2] | sort", "[1,2,3]"), (f"{LINES} | sort('sku') | map('sku')", '["A","B"]')),
    ),
    "unique": About("Every value once, where it stood first.", (("['b', 'a', 'b'] | unique", '["b","a"]'),)),
    "sha256": About(
        "The SHA-256 of a text's UTF-8, or of bytes, in hexadecimal.",
        (("'a' | sha256", '"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"'),),
    ),
    "json": About(
        "Compact JSON with exact numbers, as a text.",
        (("{'a': [1, 2.50]} | json", '"{\\"a\\":[1,2.50]}"'), ("none | json", '"null"')),
    ),
    "xpath": About(
        "The one text at a path (XPath 1.0) of a body of XML: of an element, an attribute or a text node. None or several is "
        "an error; `| default('')` may stand behind it. Prefixes are those of `format: {xml: {namespaces: …}}`.",
        (("body | xpath('Store/text()')", '"0042"'), ("body | xpath('Line[1]/@sku')", '"A"')),
    ),
    "xpath_all": About(
        "All that a path finds, in the order of the document: texts, or elements for `each: line in …` of a map.",
        (("body | xpath_all('Line/@sku')", '["A","B"]'),),
    ),
}
