"""One route in words: where messages come from, what happens to them, where they go, what if that fails; each value with
where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from router.limits import in_words
from router.route import Connection, Route, Send, Table, Target

PRODUCT, DEFAULTS = "the product's", "of defaults"
UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "m"), (1.0, "s"))
Said = Mapping[str, Any]
"""What the project's files say, as plain values: sections by name."""


def described(route: Route, table: Table, said: Said) -> Iterator[str]:
    """Lines; those of a part are indented."""
    own = (said.get("routes") or {}).get(route.id) or {}
    defaults = said.get("defaults") or {}
    yield f"{route.id}: {route.about or 'nothing is said about it'}"
    if route.owner:
        yield f"  owner: {route.owner}"
    if not route.enabled:
        yield "  it is switched off: it takes nothing in"
    yield ""
    yield "Where messages come from"
    yield from indented(source(route, own.get("from") or {}))
    yield ""
    yield "What happens to them"
    yield from indented(steps(route))
    yield ""
    yield "Where they go"
    yield from indented(choice(route, own))
    for target in route.targets:
        yield ""
        yield f"  {target.id}: {sent(target.send)}"
        below = target_said(own, target.id)
        for line in (*what_it_gets(target, own, below), *if_it_fails(target, table, below, defaults, said)):
            yield f"    {line}"
    yield ""
    yield "How long it is kept"
    yield from indented(kept(table, defaults.get("keep") or {}))


def indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def span(seconds: float) -> str:
    """`90s`, `15m`, `3d`: the largest unit that it is a whole number of."""
    for unit, name in UNITS:
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:g}{name}"
    return f"{seconds * 1000:g}ms" if seconds < 1 else f"{seconds:g}s"


def origin(key: str, *places: tuple[Mapping[str, Any], str]) -> str:
    """Who says it: the first of the places that has the key, else the product."""
    return next((name for place, name in places if key in place), PRODUCT)


# --- in ---
def source(route: Route, said: Said) -> Iterator[str]:
    options, kind = route.source.options, route.source.kind
    if kind == "route":
        yield "other routes send them here"
        return
    if kind == "http":
        callers = options.get("clients")
        who = "anyone" if callers == "anyone" else ", ".join(callers or ())
        yield f"{options.get('method')} {options.get('http')}, from {who}"
    else:
        what = next((f"{key} {options[key]}" for key in ("files", "queue", "stream") if key in options), "")
        yield f"{kind} {options.get(kind)}, {what}"
    for key, value in options.items():
        if key not in (kind, "method", "clients", "files", "queue", "stream") and value is not None:
            yield f"{key}: {plain(key, value)} ({origin(key, (said, 'of the route'))})"


def plain(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return span(value)
    if isinstance(value, int) and key == "max_body":
        return in_words(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):  # such as {unchanged_for: 2.0}
        return ", ".join(name if one is None else f"{name} {plain(name, one)}" for name, one in value.items())
    return str(getattr(value, "source", value))


# --- on the way ---
def steps(route: Route) -> Iterator[str]:
    by = f"as {route.codec.name} (of the route)" if route.codec is not None else "by content type, then by suffix, else bytes"
    yield f"1. decoded {by}"
    for n, step in enumerate(route.steps, 2):
        yield f"{n}. {getattr(step, 'rule', step.verb)}"
    for name, expression in route.keys.items():
        yield f"found by {name}: {getattr(expression, 'source', '')}"


def choice(route: Route, said: Said) -> Iterator[str]:
    which = "the first target whose condition holds" if route.match == "first" else "every target whose condition holds"
    yield f"{which} ({origin('match', (said, 'of the route'))})"
    if route.otherwise is not None:
        ends = {"dead": "dead", "ignore": "ignored"}
        end = ends.get(route.otherwise.kind)
        yield f"otherwise {end}: {route.otherwise.why}" if end else f"otherwise {route.otherwise.why}"


# --- out ---
def sent(send: Send) -> str:
    shown = [str(send.options[key]) for key in ("method", "path", "name", "queue", "exchange", "stream", "table")
             if isinstance(send.options.get(key), str)]  # fmt: skip
    return " ".join([send.kind, str(send.options.get(send.kind, send.connection)), *shown])


def target_said(route: Said, id: str) -> Said:
    for item in route.get("to") or ():
        own = item.get("otherwise", item) if isinstance(item, Mapping) else {}
        if isinstance(own, Mapping) and own.get("id") == id:
            return own
    return {}


def what_it_gets(target: Target, route: Said, said: Said) -> Iterator[str]:
    condition = getattr(target.when, "source", None)
    yield f"gets messages with {condition}" if condition else "gets every message"
    for step in target.steps:
        yield f"then {getattr(step, 'rule', step.verb)}"
    yield f"written as {target.codec.name} (of the target)" if target.codec else "written as the body is (the product's)"
    if target.collect:
        yield "all records of a message make one output (of the target)"
    if target.gather is not None:
        yield f"in arrays of up to {target.gather.records}, waiting {span(target.gather.within)} at most (of the target)"
    order = getattr(target.order_by, "source", None)
    if order:
        where = origin("order_by", (said, "of the target"), (route, "of the route"))
        yield f"one after the other where {order} is the same ({where})"
    else:
        yield "in no order (the product's)"


def if_it_fails(target: Target, table: Table, said: Said, defaults: Said, all_: Said) -> Iterator[str]:
    retry, own, general = target.retry, said.get("retry") or {}, defaults.get("retry") or {}

    def where(key: str) -> str:
        return origin(key, (own, "of the target"), (general, DEFAULTS))

    yield f"if it fails: tried again on {', '.join(retry.errors)} ({where('errors')})"
    yield (
        f"  first after {span(retry.first)} ({where('first')}), each wait {retry.factor:g} times the one before"
        f" ({where('factor')}), {span(retry.max)} at most ({where('max')}), ± {retry.jitter:.0%} ({where('jitter')})"
    )
    tries = f", {retry.attempts} tries at most ({where('attempts')})" if retry.attempts is not None else ""
    yield f"  for {span(retry.for_)} ({where('for')}){tries}"
    if target.fallback is not None:
        yield f"then it goes to {sent(target.fallback)} (of the target)"
    after = "later messages of its key wait" if target.when_dead == "hold" else "later messages of its key go on"
    yield f"then it is a dead letter; {after} ({origin('when_dead', (said, 'of the target'), (defaults, DEFAULTS))})"
    connection = table.connections.get(target.send.connection)
    if connection is not None and target.send.kind != "route":
        yield from system(connection, (all_.get("connections") or {}).get(connection.id) or {})


def system(connection: Connection, said: Said) -> Iterator[str]:
    def where(key: str, below: Said = said) -> str:
        return origin(key, (below, "of the connection"))

    rate = f"{connection.rate:g}/s at most" if connection.rate is not None else "as fast as it takes them"
    yield (
        f"{connection.id}: {connection.in_flight} at once ({where('in_flight')}), {rate} ({where('rate')}), each"
        f" {span(connection.timeout)} at most ({where('timeout')})"
    )
    breaker, own = connection.breaker, said.get("breaker") or {}
    yield (
        f"{connection.id} is left alone after {breaker.open_after} failures in a row ({where('open_after', own)}), for"
        f" {span(breaker.cool_down)} ({where('cool_down', own)}); then one is tried"
    )


def kept(table: Table, said: Said) -> Iterator[str]:
    for name, what in (("bodies", "bodies of what has ended"), ("messages", "what is known of it"), ("dead", "dead letters")):
        yield f"{what}: {span(getattr(table.keep, name))} ({origin(name, (said, DEFAULTS))})"
