"""06: rules inside one route."""

from __future__ import annotations

from router.config.codes.code import Code

TILL = 'routes:\n  sales:\n    from: {folder: pos, files: "*.json"}\n'
ROWS = TILL.replace("*.json", "*.csv")
OUT = "    to: [{id: out, send: {folder: out, name: a.json}}]\n"
CALL = "routes:\n  orders:\n    from: {http: /orders, clients: anyone, reply: result}\n"
ERP, AGAIN = "{id: erp, send: {http: erp, path: /sales}}", "{id: again, send: {http: erp, path: /sales}}"
LARGE = '{id: large, when: body.qty > 99, send: {folder: out, name: a.json}}'
PURE = {"transforms/python/till.py": "def ask(message):\n    return message\n"}

CODES = (
    Code(
        "E", "0601", "an 'otherwise' is missing",
        "Every target has a condition, so a message may fit none: the list must say what becomes of it. Nothing ends "
        "silently.",
        TILL + f"    to: [{LARGE}]\n",
        TILL + f"    to: [{LARGE}, {{otherwise: {{ignore: small sales are not sent}}}}]\n",
    ),
    Code(
        "E", "0602", "an 'otherwise' that nothing reaches",
        "A target without `when` takes every message, so nothing is left.",
        TILL + f"    to: [{ERP}, {{otherwise: {{dead: never}}}}]\n",
        TILL + f"    to: [{LARGE}, {{otherwise: {{dead: no rule for so few}}}}]\n",
    ),
    Code(
        "E", "0603", "an 'otherwise' that is not the last",
        "It takes what no target above took, so it stands at the end of the list.",
        TILL + f"    to: [{{otherwise: {{dead: no rule for so few}}}}, {LARGE}]\n",
        TILL + f"    to: [{LARGE}, {{otherwise: {{dead: no rule for so few}}}}]\n",
    ),
    Code(
        "E", "0604", "two targets with one id",
        "The id of a target names its deliveries, its metrics and its dead letters, so it is unique in its route.",
        TILL + f"    to: [{ERP}, {ERP}]\n",
        TILL + f"    to: [{ERP}, {AGAIN}]\n",
    ),
    Code(
        "E", "0605", "a second split",
        "A route splits its messages once; records are not split again.",
        ROWS + "    steps: [{split: records}, {split: {by: body.lines}}]\n" + OUT,
        ROWS + "    steps: [{split: records}]\n" + OUT,
    ),
    Code(
        "E", "0606", "a collect without a split",
        "`collect: message` makes one output out of the records of one message: without `split` there are none.",
        TILL + "    to: [{id: out, collect: message, format: ndjson, send: {folder: out, name: a.ndjson}}]\n",
        ROWS + "    steps: [{split: records}]\n"
        "    to: [{id: out, collect: message, format: ndjson, send: {folder: out, name: a.ndjson}}]\n",
    ),
    Code(
        "E", "0607", "a reply that cannot be given",
        "With `reply: result` the answer of the one target goes back to the caller: exactly one target (beside it at most "
        "an `otherwise` of dead or ignore), no split, no collect.",
        CALL + f"    to: [{ERP}, {AGAIN}]\n",
        CALL + f"    to: [{ERP}]\n",
    ),
    Code(
        "W", "0608", "a target that nothing reaches",
        "With `match: first` the first target whose `when` holds takes the message; one without `when` takes all.",
        TILL + f"    match: first\n    to: [{ERP}, {AGAIN}]\n",
        TILL + f"    match: all\n    to: [{ERP}, {AGAIN}]\n",
    ),
    Code(
        "W", "0609", "nothing to hold",
        "`when_dead: hold` holds the later messages of the same key; the target has no `order_by`, so there is no key.",
        TILL + "    to: [{id: erp, when_dead: hold, send: {http: erp, path: /sales}}]\n",
        TILL + "    to: [{id: erp, order_by: body.store, when_dead: hold, send: {http: erp, path: /sales}}]\n",
    ),
    Code(
        "E", "0610", "a format without records",
        "`split: records` asks the format for its records; json, text and bytes have none. An expression that gives a "
        "list does it for any body.",
        TILL + "    format: json\n    steps: [{split: records}]\n" + OUT,
        TILL + "    format: json\n    steps: [{split: {by: body.lines}}]\n" + OUT,
    ),
    Code(
        "E", "0611", "many records that do not fit into one output",
        "Not every format can hold many records, not every adapter takes one output of them, and only an http target has "
        "an answer that `failed` could read.",
        ROWS + "    steps: [{split: records}]\n"
        "    to: [{id: dwh, collect: message, send: {sql: dwh, table: sales, conflict: [id]}}]\n",
        ROWS + "    steps: [{split: records}]\n"
        "    to: [{id: dwh, collect: {records: 500}, send: {sql: dwh, table: sales, conflict: [id]}}]\n",
    ),
    Code(
        "E", "0612", "a fallback for one of many",
        "Records of one output are dead one by one, so there is no whole that could go elsewhere.",
        ROWS + "    steps: [{split: records}]\n    to: [{id: out, collect: message, format: ndjson, "
        "send: {folder: out, name: a.ndjson}, fallback: {send: {http: erp, path: /sales}}}]\n",
        ROWS + "    steps: [{split: records}]\n    to: [{id: out, send: {folder: out, name: a.json}, "
        "fallback: {send: {http: erp, path: /sales}}}]\n",
    ),
    Code(
        "E", "0613", "a function that is not pure, at the wrong place",
        "What a step that is not pure gives is kept when the message is processed: after a split, and before it is known "
        "to which targets the message goes.",
        TILL + "    steps: [{python: {call: till.ask, pure: false}}, {split: records}]\n" + OUT,
        ROWS + "    steps: [{split: records}, {python: {call: till.ask, pure: false}}]\n" + OUT,
        PURE,
    ),
    Code(
        "W", "0614", "a retry that outlasts what is kept",
        "`for` of a retry says how long a delivery is tried, `bodies` of `defaults.keep` how long bodies of messages are kept. "
        "One that is tried for longer is meant to be shorter, or what is kept to be kept longer.",
        TILL + "    to: [{id: erp, retry: {for: 60d}, send: {http: erp, path: /sales}}]\n",
        TILL + "    to: [{id: erp, retry: {for: 7d}, send: {http: erp, path: /sales}}]\n",
    ),
    Code(
        "W", "0615", "a first wait that is longer than the longest",
        "Waits between tries begin with `first`, grow by `factor`, and are never longer than `max`.",
        TILL + "    to: [{id: erp, retry: {first: 1h, max: 5m}, send: {http: erp, path: /sales}}]\n",
        TILL + "    to: [{id: erp, retry: {first: 5m, max: 1h}, send: {http: erp, path: /sales}}]\n",
    ),
    Code(
        "W", "0616", "a key that reads all of a message that is split",
        "`keys` of a route are those of the message. One that looks at `body` has the whole of it decoded before the split, "
        "however large it is, and is left out where one record cannot be read. Keys of records stand at the split; "
        "`file`, `headers` and `message` cost nothing.",
        ROWS + "    keys: {sku: \"body[0].sku\"}\n    steps: [{split: records}]\n" + OUT,
        ROWS + "    steps: [{split: {by: records, keys: {sku: body.sku}}}]\n" + OUT,
    ),
)  # fmt: skip
