"""What both directions of AMQP share: the broker's address, an open connection, and words for what goes wrong."""
