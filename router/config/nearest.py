"""Did you mean: the known word that is nearest to what was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

CALLED = {
    "description": "about", "desc": "about", "comment": "about", "title": "about", "team": "owner", "contact": "owner",
    "source": "from", "input": "from", "targets": "to", "destinations": "to", "outputs": "to", "output": "to",
    "target": "to", "fields": "columns", "active": "enabled", "disabled": "enabled", "pipeline": "steps",
    "processors": "steps", "transforms": "steps", "actions": "steps", "ordering": "order_by", "partition_key": "order_by",
    "if": "when", "condition": "when", "predicate": "when", "name": "id", "else": "otherwise", "default": "otherwise",
    "times": "attempts", "max_attempts": "attempts", "tries": "attempts", "count": "attempts|records", "retries": "attempts",
    "delay": "first", "initial": "first", "backoff": "factor", "multiplier": "factor", "on": "errors",
    "url": "path", "uri": "path", "endpoint": "path", "directory": "path", "dir": "path", "folder": "path",
    "address": "url", "path": "url", "host": "url", "dsn": "url", "topic": "queue", "verb": "method", "params": "query",
    "sep": "delimiter", "separator": "delimiter", "seperator": "delimiter", "quotechar": "quote", "charset": "encoding",
    "skip_lines": "skip", "decimal_separator": "decimal", "pattern": "files", "glob": "files", "mask": "files",
    "filename": "name", "file_name": "name", "file": "name", "ttl": "within", "window": "within", "every": "within",
    "size": "records|length", "batch": "records", "batch_size": "records", "max_size": "max_body", "concurrency": "in_flight",
    "max_connections": "in_flight", "parallel": "in_flight", "limit": "rate|records",
    "max_records": "records", "rate_limit": "rate", "archive": "done",
    "error": "failed", "upsert": "conflict", "on_conflict": "conflict", "key_columns": "conflict", "sql": "statement",
    "query": "statement",
    "transform": "map", "mapping": "map", "schema": "validate", "deduplicate": "dedupe", "foreach": "split",
    "for_each": "split", "where": "filter", "filter": "where",
    "script": "python", "code": "python", "jinja": "template", "xsl": "xslt",
    "cacert": "ca", "ca_cert": "ca", "cafile": "ca", "client_cert": "cert", "everyone": "anyone", "all": "anyone|any",
    "password": "secret", "token": "bearer", "bearer_token": "bearer", "oauth": "bearer", "max_length": "maxlen",
    "exchange_key": "routing_key", "drop": "ignore", "discard": "ignore", "reject": "dead", "fail": "dead",
    "consumer_group": "group", "group_by": "group", "filesystem": "folder", "file_system": "folder", "dir_path": "path",
    "rabbitmq": "amqp", "rabbit": "amqp", "rest": "http", "https": "http", "postgres": "sql", "postgresql": "sql",
    "database": "sql", "db": "sql", "valkey": "redis", "ndjsonl": "ndjson", "jsonl": "ndjson", "yaml": "json",
    "fixed_width": "fixed", "tsv": "csv", "txt": "text", "binary": "bytes", "raw": "bytes",
}  # fmt: skip
"""What things are called elsewhere, where that word is not known."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    by_fold = {name.lower().replace("_", "-"): name for name in known if isinstance(name, str)}
    called = CALLED.get(word.lower().replace("-", "_"))
    for meant in called.split("|") if called and word.lower() not in by_fold else ():
        if meant in by_fold.values():
            return meant
    found = get_close_matches(word.lower().replace("_", "-"), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else part(word, by_fold)


def part(word: str, by_fold: Mapping[str, str]) -> str | None:
    """The one known word that stands in a longer one: `max` in `max_delay`."""
    parts = re.split(r"[-_. ]", word.lower())
    found = [name for fold, name in by_fold.items() if fold in parts]
    return found[0] if len(found) == 1 else None


def did_you_mean(word: str, known: Iterable[str], otherwise: bool = True) -> str:
    """The hint: the nearest word, else (where asked for) the words there are; `''` where there are none."""
    names = [name for name in known if isinstance(name, str)]  # what could not be read is None
    close = nearest(word, names)
    if close is not None:
        return f"did you mean '{close}'?"
    return one_of(names) if otherwise and names else ""


def one_of(names: Iterable[str]) -> str:
    """The words there are; `''` where there are none."""
    listed = [name for name in names if isinstance(name, str)]
    if not listed:
        return ""
    return f"one of: {', '.join(listed)}" if len(listed) > 1 else f"only: {listed[0]}"
