from __future__ import annotations

import jinja2
import pytest

from transforms.jinja.explaining import explained


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("a\n{% for x in body.y %}\n{{ x }}\n\n", 2, "is not closed", "close it with {% endfor %}"),
        ("{% if a %}\n{% for x in y %}\n{% endif %}\n", 3, "'endif' stands here", "{% endfor %} first"),
        ("{{ a }}\n{% fore x in y %}", 2, "unknown tag 'fore'", "did you mean 'for'?"),
        ("{{ a }}\n{% endfor %}", 2, "unknown tag 'endfor'", "open for above it"),
        ("{{ a }}\n{{ a | uper }}", 2, "unknown filter 'uper'", "did you mean 'upper'?"),
        ("{{ a }\n", 1, "'}' is not expected here", "each {{ is closed by }}"),
        ("{{ a b }}", 1, "'b' is not expected behind a whole value", "operator"),
        ("{{ }}", 1, "a value is missing", "write one"),
        ("{# a", 1, "a comment that begins with {# is not closed", "close it with #}"),
    ],
)
def test_what_is_wrong_and_what_to_write(text: str, line: int, message: str, hint: str) -> None:
    with pytest.raises(jinja2.TemplateSyntaxError) as error:
        jinja2.Environment().from_string(text)
    said = explained(error.value, text, ["upper", "lower"])
    assert message in said[0]
    assert hint in said[1]
    assert said[2] == line
