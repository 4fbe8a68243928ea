"""The words of dead letters: at which stage a message ended, and the class of what was wrong. A test holds them to the code."""

from __future__ import annotations

from collections.abc import Mapping

STAGES: Mapping[str, str] = {
    "decode": "The bytes could not be read as the format says.",
    "validate": "The body is not as the schema says.",
    "dedupe": "The key of the message could not be computed, or came with other content before.",
    "map": "A field of a map could not be computed.",
    "template": "A template file could not be filled in.",
    "xslt": "The stylesheet could not be applied.",
    "set": "A value of `set` could not be computed.",
    "filter": "The condition could not be decided.",
    "split": "The message could not be taken apart into records.",
    "python": "The function of the project failed.",
    "route": "No target could be chosen: a `when` could not be decided, or no target was meant.",
    "encode": "The body cannot be written in the target's format.",
    "send": "The target did not take it, or its address could not be made.",
}
"""In the order in which a message goes through them."""

RETRIED: Mapping[str, str] = {
    "connect": "The other side could not be reached: refused, not resolved, no TLS.",
    "timeout": "There was no answer in time.",
    "reset": "The connection was cut, or the answer garbled.",
    "io": "Disk, permissions; of a broker a refusal or a closed channel.",
    "returned": "The broker has no queue for it (AMQP).",
    "refused": "The other side answered that it does not want it: `ok_when` is false, a rule of the database, too large for a "
    "broker.",
    "any": "Any error of a send.",
}
"""What `retry.errors` may name beside statuses: it may be otherwise the next time."""

LASTING: Mapping[str, str] = {
    "undecodable": "The bytes are not what the format says.",
    "encoding": "The body is packed, or in an encoding that is not read.",
    "invalid": "A field or a cell is not as the schema, the columns or the layout say.",
    "undefined": "Something was read that is not there.",
    "null": "Something is null where a value is needed.",
    "type": "A value is of another kind: a text where a number is needed.",
    "value": "A value of the right kind cannot be used: `'4,50'` as a number.",
    "limit": "Something is too long, too deep, or took too long to compute.",
    "exception": "The project's own Python function raised.",
    "conflict": "The same key came before, with other content.",
    "unroutable": "No target's `when` holds, and there is no `otherwise`; or `otherwise: {dead: …}` took it.",
    "unencodable": "The body cannot be written in the format.",
    "path": "The path of the request cannot be made of this message.",
    "header": "A header cannot be made of this message.",
    "name": "The name of the file cannot be made of this message.",
    "exists": "A file of that name is there already.",
    "loop": "It went through too many routes: they send in a circle.",
    "late": "The caller was told 504 before it was delivered (`late: cancel`).",
    "changed": "The file changed after it was taken.",
    "crash": "Computing it ended the worker, twice; it was then tried alone.",
    "internal": "An error of Crossdock itself; the log has its traceback.",
}
"""What the same message would meet again: dead at once."""
