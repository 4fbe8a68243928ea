CREATE TABLE receipt (receipt TEXT PRIMARY KEY, store TEXT, day TEXT, articles INTEGER, total TEXT) STRICT;
