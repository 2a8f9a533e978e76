"""Pages as people see them: a running service, Chromium, and axe-core.

Where Chromium is absent these tests are left out and the summary says so in a line; in CI
(`CI=true`) they are required.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import CHROMIUM, Visit, missing

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


if missing() and os.environ.get("CI") != "true":
    collect_ignore_glob = ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out."""
    if missing() and os.environ.get("CI") != "true":
        terminalreporter.write_line(f"The browser tests were left out: they need {missing()}.")


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a service on the packaged graph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ihubkg.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}/readyz", process)
            yield address
        finally:
            process.terminate()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"The service did not get ready in {START_SECONDS:.0f} s.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, without a window.

    Ends with its module: while Playwright is open its event loop runs in this thread, and tests
    that start a loop of their own could not follow in the same process.
    """
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM or None, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """A fresh visit of the site that keeps what goes wrong on the way."""
    with Visit(browser, site) as opened:
        yield opened
