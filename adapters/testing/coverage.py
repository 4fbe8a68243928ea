"""What tests reach: routes and targets, both ways of each condition, `otherwise`, retries and dead letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.testing.outside import addressed
from adapters.testing.playing import Played
from router.config.spots import Spot
from router.config.spotting import Spots
from router.message import Message
from router.ports import Content, Expression
from router.route import AnyStep, Otherwise, Route, Table, Target
from transforms.steps.map import position

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a test should reach. `missing` says what no test did, in words."""

    key: Key
    file: str
    line: int
    what: str
    missing: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`points` in order of place, each with whether it was reached."""

    points: tuple[tuple[Point, bool], ...]

    @property
    def covered(self) -> int:
        return sum(reached for _, reached in self.points)

    @property
    def percent(self) -> float:
        """Rounded down: 100 only where nothing is missing."""
        return int(1000 * self.covered / len(self.points)) / 10 if self.points else 100.0


@dataclass
class Watch:
    """What was reached so far, over all tests of a project."""

    reached: set[Key] = field(default_factory=set)

    def prepare(self, table: Table) -> Table:
        """Its conditions tell their values."""
        table = addressed(table)
        return replace(table, routes={id: self.route(route) for id, route in table.routes.items()})

    def route(self, route: Route) -> Route:
        whens = WhensOf(self, route)
        targets = tuple(
            replace(target, when=whens.watched(target), steps=self.steps(target.name, target.steps))
            for target in route.targets
        )
        return replace(route, targets=targets, steps=self.steps(route.id, route.steps))

    def steps(self, owner: str, steps: Sequence[AnyStep]) -> tuple[AnyStep, ...]:
        return tuple(self.step((owner, n), step) for n, step in enumerate(steps))

    def step(self, key: Key, step: AnyStep) -> AnyStep:
        if step.verb == "filter":
            return WatchedFilter(step, lambda kept: self.reached.add(("filter", *key, kept)))
        if step.verb == "map":
            return WatchedMap(step, lambda what, value: self.told(("map", *key_of(step, key), what, bool(value)), value))
        return step

    def told(self, key: Key, value: bool) -> bool:
        self.reached.add(key)
        return value

    def played(self, played: Played) -> None:
        """What one test reached at the outside."""
        self.reached.update(("route", view.route) for view in played.views)
        for n, call in enumerate(played.calls):
            self.reached.add(("target", call.target))
            if any(earlier.delivery == call.delivery and earlier.target == call.target for earlier in played.calls[:n]):
                self.reached.add(("retry", call.target))
        self.reached.update(("dead", letter.target) for letter in played.letters if letter.target)
        fell = (call.target.removesuffix(":fallback") for call in played.calls if call.target.endswith(":fallback"))
        self.reached.update(("dead", name) for name in fell)

    def coverage(self, table: Table, spots: Spots, content: Content) -> Coverage:
        points = [point for route in table.routes.values() for point in points_of(route, spots, content)]
        found = {point.key: point for point in points}.values()
        in_order = sorted(found, key=lambda point: (point.file, point.line))
        return Coverage(tuple((point, point.key in self.reached) for point in in_order))


class WhensOf:
    """The conditions of one route's targets: they are asked in order, once a message."""

    def __init__(self, watch: Watch, route: Route) -> None:
        self._watch, self._route = watch, route
        self._asked = [target.id for target in route.targets if target.when is not None]
        self._taken = False

    def watched(self, target: Target) -> Expression | None:
        return None if target.when is None else WatchedWhen(target.when, lambda value: self.told(target, value))

    def told(self, target: Target, value: bool) -> None:
        if target.id == self._asked[0]:
            self._taken = False
        self._taken = self._taken or value
        self._watch.reached.add(("when", target.name, value))
        if target.id == self._asked[-1] and not self._taken:
            self._watch.reached.add(("otherwise", self._route.id))


class WatchedWhen:
    def __init__(self, expression: Expression, tell: Callable[[bool], object]) -> None:
        self._expression, self._tell = expression, tell
        self.source = getattr(expression, "source", "")

    def __call__(self, message: Message, **names: Any) -> Any:
        value = self._expression(message, **names)
        if isinstance(value, bool):
            self._tell(value)
        return value


class WatchedFilter:
    verb = "filter"

    def __init__(self, step: Any, tell: Callable[[bool], object]) -> None:
        self._step, self._tell, self.rule = step, tell, step.rule

    def apply(self, message: Message) -> Message | None:
        result: Message | None = self._step.apply(message)
        self._tell(result is not None)
        return result


class WatchedMap:
    """Runs twice: once to look, once for the result."""

    verb = "map"

    def __init__(self, step: Any, seen: Callable[[str, bool], bool]) -> None:
        self._step, self.rule = step, step.rule
        self._look = step.watched(seen) if step.points() else None

    def apply(self, message: Message) -> Any:
        if self._look is not None:
            with suppress(Exception):  # the step itself says what is wrong
                self._look(message)
        return self._step.apply(message)


# --- what there is to reach ---
def points_of(route: Route, spots: Spots, content: Content) -> Iterator[Point]:
    yield at(spots.route(route.id), ("route", route.id), f"route {route.id}", "no message")
    yield from steps_of(route.id, route.steps, route.id, (), spots, content)
    if isinstance(route.otherwise, Otherwise):
        place = spots.route(route.id, *spots.otherwise(route.id))
        yield at(place, ("otherwise", route.id), f"otherwise of {route.id}", "never taken")
    for target in route.targets:
        yield from target_points(target, spots, content)


def target_points(target: Target, spots: Spots, content: Content) -> Iterator[Point]:
    path = spots.target(target.name)
    place = spots.route(target.route, *path)
    yield at(place, ("target", target.name), f"target {target.name}", "never called")
    if target.when is not None:
        where = spots.route(target.route, *path, "when")
        for value in (True, False):
            yield at(where, ("when", target.name, value), f"when of {target.name}", f"never {str(value).lower()}")
    if target.send.kind != "route":
        yield at(place, ("retry", target.name), f"retry of {target.name}", "never tried again")
        yield at(place, ("dead", target.name), f"dead letter of {target.name}", "never dead")
    if target.fallback is not None:
        where = spots.route(target.route, *path, "fallback")
        yield at(where, ("target", f"{target.name}:fallback"), f"fallback of {target.name}", "never called")
    yield from steps_of(target.name, target.steps, target.route, path, spots, content)


def steps_of(
    owner: str, steps: Sequence[AnyStep], route: str, path: Sequence[str | int], spots: Spots, content: Content
) -> Iterator[Point]:
    for n, step in enumerate(steps):
        where = spots.route(route, *path, "steps", n, step.verb)
        if step.verb == "filter":
            yield at(where, ("filter", owner, n, True), f"filter of {owner}", "nothing passes")
            yield at(where, ("filter", owner, n, False), f"filter of {owner}", "nothing is filtered")
        elif step.verb == "map":
            yield from map_points(owner, n, step, where, content)


def map_points(owner: str, n: int, step: Any, where: Spot, content: Content) -> Iterator[Point]:
    text = content.text(step.file) if step.file else ""
    for what in step.points():
        word, _, path = what.partition(" ")
        place = Spot(step.file, *position(text, path)) if step.file else where
        key = ("map", *key_of(step, (owner, n)), what)
        yield at(place, (*key, True), f"{what} of {step.rule}", "never with an item" if word == "each" else "never true")
        if word != "each":  # schemas often see to it that a list is never empty
            yield at(place, (*key, False), f"{what} of {step.rule}", "never false")


def key_of(step: Any, place: Key) -> Key:
    """A map that many use is one."""
    return (step.file,) if step.file else place


def at(spot: Spot, key: Key, what: str, missing: str) -> Point:
    return Point(key, spot.file, spot.line, what, missing)
