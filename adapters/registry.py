"""The composition root, first part: everything that routes.yaml can name. It opens nothing and loads no client."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from adapters.targets import TARGETS
from router.registry import Registry
from transforms.codecs import CODECS, codec_for, codec_of_body
from transforms.expressions import NAMESPACES, compile_expression
from transforms.steps import STEPS
from transforms.templates import compile_text
from transforms.types.checker import ProjectTypes

SOURCES = ("http", "route", "folder", "amqp", "redis")
"""The first keys of `from`; adapters.sources has those that `run inbound` works."""


@contextlib.contextmanager
def namespaces(prefixes: Mapping[str, str]) -> Iterator[None]:
    token = NAMESPACES.set(prefixes)
    try:
        yield
    finally:
        NAMESPACES.reset(token)


def registry() -> Registry:
    """Everything that routes.yaml can name."""
    return Registry(
        codecs=CODECS, steps=STEPS, targets=TARGETS, sources=SOURCES, expression=compile_expression,
        template=compile_text, path_template=lambda text: compile_text(text, "path"),
        codec_for=codec_for, codec_of_body=codec_of_body, namespaces=namespaces, types=ProjectTypes,
    )  # fmt: skip
