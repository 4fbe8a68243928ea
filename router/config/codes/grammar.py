"""02: keys and values that the grammar does not know."""

from __future__ import annotations

from router.config.codes.code import Code

TILL = 'routes:\n  sales:\n    from: {folder: pos, files: "*.csv"}\n'

CODES = (
    Code(
        "E", "0201", "an unknown word",
        "A key, a type, a step, a format or an adapter of this name does not exist at this place. Nothing is ignored: a "
        "key with a slip of the pen would otherwise be a setting that silently does not hold.",
        TILL + "    to: [{id: out, send: {folder: out, nmae: a.csv}}]\n",
        TILL + "    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0202", "a mandatory key is missing",
        "It is reported at the key of the mapping that should hold it, in a list at the first line of the item.",
        TILL + "    to: [{id: out, send: {folder: out}}]\n",
        TILL + "    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0203", "a value of another kind",
        "A list stands where a mapping belongs, a number where a text belongs, or nothing at all. YAML takes an unquoted "
        "`5`, `true` or `null` for a number, a bool and nothing: in quotes each is a text. Or a template stands where a text "
        "is taken as it is: the names of queues, exchanges, streams, tables, columns, patterns of files, a connection's path "
        "and address.",
        TILL + "    enabled: yes\n    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
        TILL + "    enabled: true\n    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0204", "a value that is not accepted",
        "The kind is right, but the value is none of the words, or not of the form, that is possible here. The message "
        "says the form.",
        "connections:\n  erp: {type: http, url: http://erp.test, timeout: 5 sec}\n",
        "connections:\n  erp: {type: http, url: http://erp.test, timeout: 5s}\n",
    ),
    Code(
        "E", "0205", "a word of a later version",
        "The word is part of the language of routes.yaml, but this version of Crossdock cannot do it yet.",
    ),
    Code(
        "E", "0206", "two things where there is one",
        "A source, a send, a step and a format are said by one key each: two of them in one mapping do not say which.",
        TILL + "    to: [{id: out, send: {folder: out, http: erp, name: a.csv}}]\n",
        TILL + "    to: [{id: out, send: {folder: out, name: a.csv}}, {id: erp, send: {http: erp, path: /sales}}]\n",
    ),
    Code(
        "E", "0207", "values that do not go together",
        "Each of them is right alone, but not beside the other one, or not at this place.",
        TILL + '    format: {csv: {delimiter: ";", quote: ";"}}\n    to: [{id: out, send: {folder: out, name: a.csv}}]\n',
        TILL + "    format: {csv: {delimiter: \";\", quote: '\"'}}\n"
        "    to: [{id: out, send: {folder: out, name: a.csv}}]\n",
    ),
    Code(
        "E", "0208", "an id that another file has taken",
        "Ids of connections, clients and routes are unique over all files of a project, since they are names of metrics, "
        "of targets and of dead letters.",
        "version: 1\ninclude: [rest.yaml, routes/till.yaml]\nconnections:\n  till: {type: folder, path: inbox/till}\n",
        "version: 1\ninclude: [rest.yaml, routes/till.yaml]\n",
        {
            "routes/till.yaml": "connections:\n  till: {type: folder, path: inbox/other}\n"
            'routes:\n  till:\n    from: {folder: till, files: "*"}\n'
            "    to: [{id: out, send: {folder: out, name: a.csv}}]\n"
        },
    ),
)  # fmt: skip
