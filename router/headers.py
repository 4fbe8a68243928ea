"""Every header that Crossdock itself reads or writes, a sentence each. Names are in lower case."""

IDEMPOTENCY_KEY = "idempotency-key"
"""In: the caller's own identity of a message, for 7 days; of a signed webhook, the id that its sender gave it. Out: the
delivery id, `.r2` and so on after an edit."""

LONGEST_KEY = 1024
"""Characters of the caller's own identity."""

CONTENT_TYPE = "content-type"
"""The media type of the body."""

RETRY_AFTER = "retry-after"
"""When to come again, in seconds or as an HTTP date (RFC 9110, 10.2.3)."""

HOPS = "crossdock-hops"
"""Through how many routes a message has gone that routes sent to each other; it ends at 16."""

AUTHORIZATION = "authorization"
"""Who calls; never stored, never shown."""

NEVER_STORED = frozenset({AUTHORIZATION, "cookie", "proxy-authorization", "connection", "host", "content-length",
                          "transfer-encoding", "keep-alive", "te", "upgrade", "expect"})
"""Headers of a request that say something about the connection or hold a secret: not part of the message."""
