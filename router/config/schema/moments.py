"""The field of a format of dates and times."""

from __future__ import annotations

from typing import Any

from router.config.moments import mistake_of
from router.config.schema.fields import Text
from router.config.schema.mistakes import wrong


class MomentFormat(Text):
    """`%d.%m.%Y`"""

    def check(self, value: str) -> Any:
        mistake = mistake_of(value)
        if mistake is not None:
            raise wrong(value, *mistake)
        return super().check(value)
