"""01: files that cannot be read, and YAML itself."""

from __future__ import annotations

from router.config.codes.code import Code

CODES = (
    Code(
        "E", "0101", "a file cannot be read",
        "routes.yaml, or a file that it includes, is not there, is a folder, or this user may not read it. "
        "Commands look for routes.yaml in the current folder; --config or CROSSDOCK_CONFIG names another one.",
    ),
    Code(
        "E", "0102", "a character that YAML does not take",
        "Files of a project are UTF-8, with or without a byte order mark. An editor that saves in a code page of its own "
        "(cp1252, latin-1) or in UTF-16 writes other bytes; control characters are not possible at all.",
        "routes:\n  café-orders: {}\n",
        "# café\n",
        encoding="latin-1",
    ),
    Code(
        "E", "0103", "this is not YAML",
        "The text breaks a rule of YAML 1.2: a quote or a bracket that is not closed, a tab in the indentation, a line "
        "that is indented unlike its neighbours, a text that begins with a character that means something. Nothing below "
        "it could be read, so correct it first.",
        "connections:\n  till: {type: folder, path: inbox/till\n",
        'connections:\n  till: {type: folder, path: inbox/till}\nroutes:\n  sales:\n    from: {folder: till, files: "*.csv"}\n'
        "    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0104", "a key stands twice in one mapping",
        "YAML keeps one of two equal keys, and nobody could say which one was meant. The second one is reported.",
        "connections:\n  till:\n    type: folder\n    path: inbox/a\n    path: inbox/b\n",
        "x-note: each key once\nconnections:\n  out:\n    type: folder\n    path: outbox\n",
    ),
    Code(
        "E", "0105", "YAML that means nothing here",
        "A tag (`!x`), a key that is a list or a mapping, an anchor that contains itself, a `<<` that takes no mapping, or "
        "aliases of aliases without end.",
        "connections:\n  out: !folder\n    type: folder\n    path: outbox\n",
        "connections:\n  out:\n    type: folder\n    path: outbox\n",
    ),
    Code(
        "EW", "0106", "no file is included",
        "`include` names files of the project folder, or patterns. A plain name that is not there is an error; a pattern "
        "that matches nothing is a warning, since its files may come later.",
        "version: 1\ninclude: [rest.yaml, routes/till.yaml]\n",
        "version: 1\ninclude: [rest.yaml, routes/shop.yaml]\n",
        {"routes/shop.yaml": "x-empty: nothing yet\n"},
    ),
    Code(
        "E", "0107", "an include outside the project folder",
        "A version of the configuration is the text of the whole project folder, so what is included lies in it.",
        "version: 1\ninclude: [rest.yaml, ../shared/till.yaml]\n",
        "version: 1\ninclude: [rest.yaml, shared/till.yaml]\n",
        {"shared/till.yaml": "x-empty: nothing yet\n"},
    ),
)  # fmt: skip
