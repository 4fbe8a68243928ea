CREATE TABLE movement (delivery TEXT NOT NULL UNIQUE, account TEXT NOT NULL, points INTEGER NOT NULL, why TEXT, at TEXT) STRICT;
CREATE TABLE member (account TEXT PRIMARY KEY, email TEXT, level TEXT, changed TEXT NOT NULL) STRICT;
CREATE VIEW balance AS SELECT account, sum(points) AS points FROM movement GROUP BY account;
