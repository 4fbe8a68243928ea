"""Queues of an AMQP broker as sources."""
