"""`template: FILE`: the body becomes the text of a Jinja template."""

from __future__ import annotations

from router.errors import ExpressionError
from router.message import Message
from router.ports import Content
from transforms.steps.stage import failed
from transforms.templates import TemplateSet


class TemplateStep:
    """`content_type` follows from the suffix of the file."""

    verb = "template"

    def __init__(self, value: str, content: Content) -> None:
        self.rule = f"template: {value}"
        self._template = TemplateSet(content).compile(value)
        self.name = self._template.source
        self.content_type = self._template.content_type

    def apply(self, message: Message) -> Message:
        try:
            return message.with_body(self._template(message))
        except ExpressionError as error:
            raise failed("template", error) from None


def template(value: str, content: Content) -> TemplateStep:
    """The factory."""
    return TemplateStep(value, content)
