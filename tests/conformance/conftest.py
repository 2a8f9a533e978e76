"""The running service of the service's tests, for walks through it."""

from tests.service.conftest import client

__all__ = ["client"]
