"""Queues and exchanges of an AMQP broker as targets."""
