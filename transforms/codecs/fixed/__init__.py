"""Fixed width: lines of columns, as a layout of the project describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.ports import Content
from transforms.codecs.charset import charset
from transforms.codecs.fixed.codec import FixedCodec
from transforms.codecs.fixed.load import load_layout


def fixed(options: Mapping[str, Any], content: Content) -> FixedCodec:
    """The factory. Raises ContentError for a layout that is missing or wrong, ValueError for an unknown encoding."""
    encoding = charset(str(options.get("encoding", "utf-8")))
    return FixedCodec(load_layout(str(options["layout"]), content), encoding)
