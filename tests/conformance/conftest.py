"""The running service of the service's tests, for walks through it, and clients that others wrote.

Clients that are no Python packages (Comunica from npm, roqet from Debian) are left out where they
are absent, and the summary says so in a line; in CI (`CI=true`) they are required.
"""

import os
from collections.abc import Iterator

import pytest

from tests.conformance.clients import MISSING
from tests.conformance.running import Running, service
from tests.service.conftest import client

__all__ = ["client", "running"]

if os.environ.get("CI") != "true":
    collect_ignore = [f"test_{name}.py" for name in MISSING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in a line what was left out."""
    if os.environ.get("CI") != "true":
        for name, wanted in MISSING.items():
            terminalreporter.write_line(f"The tests with {name} were left out: {wanted}.")


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """A service started as an operator does."""
    with service() as started:
        yield started
