CREATE TABLE payout (
  payout TEXT PRIMARY KEY, booked TEXT, sales TEXT, refunds TEXT, chargebacks TEXT, fees TEXT, paid TEXT, expected TEXT,
  payments INTEGER
) STRICT;
