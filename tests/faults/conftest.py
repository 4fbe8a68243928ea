"""The servers that some of these tests need."""

from tests.integration.conftest import postgresql, postgresql_server, rabbitmq, rabbitmq_server

__all__ = ["postgresql", "postgresql_server", "rabbitmq", "rabbitmq_server"]
