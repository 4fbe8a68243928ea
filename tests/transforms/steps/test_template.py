from __future__ import annotations

from typing import Any

import pytest

from router.errors import MessageError
from router.registry import ContentError
from tests.contracts.step import Files, StepContract, message
from transforms.steps.template import TemplateStep

FILES = {"transforms/templates/order.xml.j2": "<o>\n{{ body.name }}{{ body.qty }}</o>"}


class TestTemplate(StepContract):
    verb = "template"
    value = "order.xml.j2"
    files = FILES

    def good(self) -> Any:
        return {"name": "A & B", "qty": 2}

    def bad(self) -> Any:
        return {"name": "A & B"}


def test_the_body_becomes_text() -> None:
    step = TemplateStep("order.xml.j2", Files(FILES))
    result = step.apply(message({"name": "A & B", "qty": 2}))
    assert (result.body, result.changed, step.content_type) == ("<o>\nA &amp; B2</o>", True, "application/xml")


def test_an_error_names_file_and_line() -> None:
    with pytest.raises(MessageError, match=r"^order.xml.j2, line 2: body.qty is undefined$") as caught:
        TemplateStep("order.xml.j2", Files(FILES)).apply(message({"name": "x"}))
    assert (caught.value.stage, caught.value.error) == ("template", "undefined")


def test_a_template_that_is_not_there() -> None:
    with pytest.raises(ContentError):
        TemplateStep("nope.xml.j2", Files(FILES))
