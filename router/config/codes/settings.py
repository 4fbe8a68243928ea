"""03: references to settings and secrets."""

from __future__ import annotations

from router.config.codes.code import Code

CODES = (
    Code(
        "E", "0301", "a reference that cannot be read",
        "`${env:NAME}`, `${env:NAME:-default}` and `${secret:NAME}` are the references there are. Anything else in "
        "`${…}` is an error; `$${` is a literal `${`.",
        'connections:\n  out: {type: folder, path: "${OUTBOX}"}\n',
        'connections:\n  out: {type: folder, path: "${env:OUTBOX:-outbox}"}\n',
    ),
    Code(
        "WE", "0302", "a setting or a secret that is not set here",
        "The value comes from the environment, from `.env` in the project folder or, for secrets, from a file of that "
        "name in the folder CROSSDOCK_SECRETS. `routes check` warns, so that a project can be checked where its secrets "
        "are not; `up` does not start without it.",
        'connections:\n  out: {type: folder, path: "${env:OUTBOX_OF_NOWHERE}"}\n',
        'connections:\n  out: {type: folder, path: "${env:OUTBOX_OF_NOWHERE:-outbox}"}\n',
    ),
)  # fmt: skip
