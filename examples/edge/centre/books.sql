CREATE TABLE sale (delivery TEXT NOT NULL UNIQUE, store TEXT, till TEXT, receipt TEXT, sold_at TEXT, articles INTEGER);
