"""What every step keeps, whatever its verb. A verb's test class subclasses `StepContract`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from lxml import etree

from router.errors import MessageError
from router.message import Envelope, File, Message
from transforms.steps import STEPS


class Files:
    """A project's content, from texts."""

    version = 1

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self.files = dict(files or {})

    def text(self, path: str) -> str:
        return self.files[path]

    def bytes(self, path: str) -> bytes:
        return self.files[path].encode()

    def paths(self) -> Iterable[str]:
        return list(self.files)


def message(body: Any, record: int = 0, **more: Any) -> Message:
    envelope = Envelope(id="m-1", route="web-orders", source="/orders/v1", client="web-shop",
                        received_at=datetime(2026, 1, 31, 8, 0, tzinfo=UTC), headers={"content-type": "x/y"},
                        file=File("SALES_1.csv", 12), **more)  # fmt: skip
    return Message(envelope, body, record=record)


def written(value: Any) -> Any:
    """A value as it can be compared: trees as their text, numbers with all their digits."""
    if isinstance(value, etree._Element | etree._ElementTree):
        return etree.tostring(value).decode()
    if isinstance(value, Message):
        return written(value.body), dict(value.headers), value.record, value.changed
    if isinstance(value, list):
        return [written(inner) for inner in value]
    return repr(value)


class StepContract:
    """Subclasses say the verb, its value and files, a body that it takes and one that it refuses."""

    verb: ClassVar[str]
    value: ClassVar[Any]
    files: ClassVar[Mapping[str, str]] = {}

    def good(self) -> Any:
        raise NotImplementedError

    def bad(self) -> Any:
        raise NotImplementedError

    def act(self, step: Any, given: Message) -> Any:
        return step.apply(given)

    @pytest.fixture
    def step(self) -> Any:
        return STEPS[self.verb](self.value, Files(self.files))

    def test_says_its_verb_and_its_rule(self, step: Any) -> None:
        assert step.verb == self.verb
        assert step.rule.startswith(f"{self.verb}: ")

    def test_is_pure(self, step: Any) -> None:
        results = {str(written(self.act(step, message(self.good())))) for _ in range(3)}
        results.add(str(written(self.act(STEPS[self.verb](self.value, Files(self.files)), message(self.good())))))
        assert len(results) == 1

    def test_never_changes_what_it_is_given(self, step: Any) -> None:
        given = message(self.good())
        before = deepcopy(written(given))
        self.act(step, given)
        assert written(given) == before

    def test_keeps_who_the_message_is(self, step: Any) -> None:
        result = self.act(step, message(self.good(), record=7))
        if isinstance(result, Message):
            assert (result.envelope.id, result.record) == ("m-1", 7)

    def test_refuses_with_its_verb_as_the_stage(self, step: Any) -> None:
        with pytest.raises(MessageError) as caught:
            self.act(step, message(self.bad()))
        assert caught.value.stage == self.verb
        assert caught.value.error
        assert caught.value.reason
        assert "\n" not in caught.value.reason

    def test_a_refusal_spoils_nothing(self, step: Any) -> None:
        fresh = str(written(self.act(step, message(self.good()))))
        with pytest.raises(MessageError):
            self.act(step, message(self.bad()))
        assert str(written(self.act(step, message(self.good())))) == fresh

    def test_may_be_used_by_threads_at_once(self, step: Any) -> None:
        with ThreadPoolExecutor(4) as threads:
            results = set(threads.map(lambda _: str(written(self.act(step, message(self.good())))), range(32)))
        assert len(results) == 1
