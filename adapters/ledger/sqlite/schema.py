"""The tables, as a list of forward migrations: version n is the state after the first n of them."""

from __future__ import annotations

SCHEMA_1 = """
-- A sequence without cache: the number is taken after the last message of a batch was received.
CREATE TABLE sequence (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO sequence VALUES ('batch', 0);

-- One accepting transaction per route. `n` counts its messages.
CREATE TABLE batch (id INTEGER PRIMARY KEY, route TEXT NOT NULL, version INTEGER NOT NULL, n INTEGER NOT NULL,
    received_at INTEGER NOT NULL);
CREATE INDEX batch_at ON batch (received_at);

-- Insert-only. seq = batch << 16 | position, so that the table is clustered by (batch, position).
CREATE TABLE message (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, route TEXT NOT NULL, version INTEGER NOT NULL,
    source TEXT NOT NULL, client TEXT, content_type TEXT, headers TEXT NOT NULL, params TEXT NOT NULL,
    file TEXT, size INTEGER NOT NULL, sha256 BLOB, body BLOB, blob TEXT, received_at INTEGER NOT NULL,
    deadline INTEGER, late TEXT);
CREATE UNIQUE INDEX message_id ON message (id);

-- Chunks of a split message, at record boundaries; `split` is there when the last one was cut.
CREATE TABLE chunk (seq INTEGER NOT NULL, n INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    first_record INTEGER NOT NULL, records INTEGER NOT NULL, first_line INTEGER NOT NULL,
    PRIMARY KEY (seq, n)) WITHOUT ROWID;
CREATE TABLE split (seq INTEGER PRIMARY KEY, chunks INTEGER NOT NULL, records INTEGER NOT NULL);

-- Identities taken, in the transaction of their message.
CREATE TABLE seen (scope TEXT NOT NULL, key TEXT NOT NULL, received_at INTEGER NOT NULL, message TEXT NOT NULL,
    seq INTEGER NOT NULL, sha256 BLOB NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
CREATE INDEX seen_until ON seen (until);
CREATE INDEX seen_seq ON seen (seq);

-- A batch (seq NULL: sel are positions) or a chunk (sel are record numbers), for one target in one lane. `rest` are
-- those that have not ended; place is the seq of the first unit. state: 0 open, 1 done.
CREATE TABLE work (id INTEGER PRIMARY KEY, target TEXT NOT NULL, lane INTEGER NOT NULL, batch INTEGER NOT NULL,
    seq INTEGER, chunk INTEGER, place INTEGER NOT NULL, first INTEGER NOT NULL, sel TEXT NOT NULL, rest TEXT NOT NULL,
    size INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
    crash TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL, done_at INTEGER, ok INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX work_open ON work (target, lane, place, first, id) WHERE state = 0;
CREATE INDEX work_batch ON work (batch);

-- Only units that failed, wait, or are dead. target is the route where it died before any target; until_work: work
-- made up to then leaves the unit alone. hold: a dead head whose key waits.
CREATE TABLE parked (id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, record INTEGER NOT NULL, target TEXT NOT NULL,
    route TEXT NOT NULL, lane INTEGER NOT NULL, key TEXT, state TEXT NOT NULL, stage TEXT NOT NULL,
    error TEXT NOT NULL, reason TEXT NOT NULL, details TEXT NOT NULL DEFAULT '', status INTEGER, attempt INTEGER NOT NULL,
    next_at INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, stood INTEGER NOT NULL DEFAULT 0,
    probed INTEGER NOT NULL DEFAULT 0, hold INTEGER NOT NULL DEFAULT 0, until_work INTEGER NOT NULL DEFAULT 0,
    signature TEXT NOT NULL DEFAULT '', crashes INTEGER NOT NULL DEFAULT 0,
    crash TEXT NOT NULL DEFAULT '', UNIQUE (seq, record, target));
CREATE INDEX parked_lane ON parked (target, lane, state, probed, seq, record);
CREATE INDEX parked_key ON parked (target, lane, key, seq, record) WHERE key IS NOT NULL;
CREATE INDEX parked_whole ON parked (route, state) WHERE record = 0 AND target = route;
CREATE INDEX parked_state ON parked (state, last_at);

-- kind 1: first failed try, 2: last failed try, 3: the good one (the receipt).
CREATE TABLE attempt (seq INTEGER NOT NULL, record INTEGER NOT NULL, target TEXT NOT NULL, kind INTEGER NOT NULL,
    number INTEGER NOT NULL, at INTEGER NOT NULL, duration INTEGER NOT NULL, sent_to TEXT NOT NULL, status INTEGER,
    error TEXT NOT NULL, reason TEXT NOT NULL, response_type TEXT NOT NULL, response BLOB, request BLOB,
    PRIMARY KEY (seq, record, target, kind)) WITHOUT ROWID;

-- Units that ended without a delivery: filtered, duplicate, refused. chunk NULL: units are positions of the batch.
CREATE TABLE fate (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, seq INTEGER, chunk INTEGER, target TEXT NOT NULL,
    state TEXT NOT NULL, rule TEXT NOT NULL, details TEXT NOT NULL DEFAULT '', ref TEXT NOT NULL, units TEXT NOT NULL,
    n INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX fate_batch ON fate (batch);

-- What an operator changed of a unit; target '' is for all.
CREATE TABLE revision (seq INTEGER NOT NULL, record INTEGER NOT NULL, target TEXT NOT NULL, rev INTEGER NOT NULL,
    kind TEXT NOT NULL, body BLOB, version INTEGER, by TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (seq, record, target, rev)) WITHOUT ROWID;

CREATE TABLE business_key (route TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
CREATE INDEX business_key_seq ON business_key (seq);

CREATE TABLE lane (target TEXT NOT NULL, lane INTEGER NOT NULL, owner TEXT NOT NULL DEFAULT '',
    epoch INTEGER NOT NULL DEFAULT 0, lease_until INTEGER NOT NULL DEFAULT 0, boot TEXT NOT NULL DEFAULT '',
    paused INTEGER NOT NULL DEFAULT 0, next_due INTEGER NOT NULL, PRIMARY KEY (target, lane)) WITHOUT ROWID;
CREATE INDEX lane_due ON lane (next_due);

CREATE TABLE pause (target TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;

-- A connection's breaker. total: milliseconds open in all, up to opened_at.
CREATE TABLE destination (connection TEXT PRIMARY KEY, circuit TEXT NOT NULL DEFAULT 'closed',
    failures INTEGER NOT NULL DEFAULT 0, opened_at INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0, probe_owner TEXT NOT NULL DEFAULT '', probe_until INTEGER NOT NULL DEFAULT 0)
    WITHOUT ROWID;

CREATE TABLE file_in (path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, sha256 BLOB NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, moved_to TEXT,
    at INTEGER NOT NULL, PRIMARY KEY (path, device, inode, size, mtime_ns)) WITHOUT ROWID;
CREATE INDEX file_in_seq ON file_in (seq);

CREATE TABLE file_out (seq INTEGER NOT NULL, target TEXT NOT NULL, part INTEGER NOT NULL, temp TEXT NOT NULL,
    name TEXT NOT NULL, offset INTEGER NOT NULL, state TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    PRIMARY KEY (seq, target, part)) WITHOUT ROWID;

CREATE TABLE node (name TEXT PRIMARY KEY, boot TEXT NOT NULL, incarnation TEXT NOT NULL, beat_at INTEGER NOT NULL)
    WITHOUT ROWID;

CREATE TABLE config (version INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, files BLOB NOT NULL, by TEXT NOT NULL,
    at INTEGER NOT NULL, reason TEXT NOT NULL);

-- A requeue or replay that runs. Its items are frozen when it is made; `cursor` is the last one done.
CREATE TABLE job (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, options TEXT NOT NULL,
    total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0, rate REAL, by TEXT NOT NULL, reason TEXT NOT NULL, created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL DEFAULT 0, ended_at INTEGER);
CREATE TABLE job_item (job INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, record INTEGER NOT NULL,
    target TEXT NOT NULL, PRIMARY KEY (job, n)) WITHOUT ROWID;

CREATE TABLE audit (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    scope TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX audit_scope ON audit (scope);

-- Counters that tests and metrics read: lanes that next_due missed, commits the fence refused.
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- One ticker rings at a time.
CREATE TABLE ticker (id INTEGER PRIMARY KEY CHECK (id = 1), owner TEXT NOT NULL, until INTEGER NOT NULL);
INSERT INTO ticker VALUES (1, '', 0);
"""

SCHEMA_2 = """
-- Deliveries that are sent together: stored before the first send, so that what is sent again is the same. members:
-- [[seq, record], ...] in order; next_at: when it is sent again, 0 while the outcome of its first send is unknown.
CREATE TABLE array_out (id TEXT PRIMARY KEY, target TEXT NOT NULL, lane INTEGER NOT NULL, members TEXT NOT NULL,
    next_at INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX array_out_lane ON array_out (target, lane, at);
ALTER TABLE parked ADD COLUMN array TEXT NOT NULL DEFAULT '';
ALTER TABLE parked ADD COLUMN fallback INTEGER NOT NULL DEFAULT 0;

-- A chunk of groups: the records that are in them.
ALTER TABLE chunk ADD COLUMN first_member INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chunk ADD COLUMN members INTEGER NOT NULL DEFAULT 0;

-- What a step that is not pure made of a message or a record: it never runs again for it. tag: version and revision.
CREATE TABLE derived (seq INTEGER NOT NULL, record INTEGER NOT NULL, tag TEXT NOT NULL, step INTEGER NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (seq, record, tag, step)) WITHOUT ROWID;

-- A replay is a message of its own: the message that it replays, which time it is, the targets it goes to (ids by
-- commas; NULL: all that are chosen), the job that made it.
ALTER TABLE message ADD COLUMN replay_of TEXT;
ALTER TABLE message ADD COLUMN replay INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN replay_to TEXT;
ALTER TABLE message ADD COLUMN replay_job INTEGER;
CREATE INDEX message_replay ON message (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX message_replay_job ON message (replay_job) WHERE replay_job IS NOT NULL;
"""

SCHEMA_3 = """
CREATE INDEX file_out_open ON file_out (target) WHERE state = 'open';

-- Routes that take nothing in. What they accepted before goes on: their lanes are not paused.
CREATE TABLE paused_route (route TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL)
    WITHOUT ROWID;
"""

SCHEMA_4 = """
-- Counted where they are written anyway: a row for all lanes would make them wait for each other.
ALTER TABLE lane ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
UPDATE lane SET delivered = (SELECT value FROM counter c WHERE c.name = 'delivered:' || lane.target)
 WHERE lane = 0 AND EXISTS (SELECT 1 FROM counter c WHERE c.name = 'delivered:' || lane.target);
DELETE FROM counter WHERE name LIKE 'delivered:%';
"""

SCHEMA_5 = """
-- How much is open is asked every second: by this index alone, in a tenth of a second for a million rows.
CREATE INDEX work_backlog ON work (target, seq, size, ok, failed) WHERE state = 0;
"""

SCHEMA_6 = """
-- How a version came to be current: started, deployed, rolled back (then `of` is the version whose text it is).
ALTER TABLE config ADD COLUMN how TEXT NOT NULL DEFAULT 'started';
ALTER TABLE config ADD COLUMN of INTEGER NOT NULL DEFAULT 0;
"""

SCHEMA_7 = """
-- The processes that share the ledger, by their node and what they are; nobody wrote into the table before.
DROP TABLE node;
CREATE TABLE node (name TEXT NOT NULL, role TEXT NOT NULL, host TEXT NOT NULL, version INTEGER NOT NULL,
    beat_at INTEGER NOT NULL, PRIMARY KEY (name, role)) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4, SCHEMA_5, SCHEMA_6, SCHEMA_7)
