import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from ihubkg.cli import INTERRUPTED
from ihubkg.folder import MANIFEST
from ihubkg.store import Store
from tests.conftest import Cli


@contextmanager
def serving(root: Path, *arguments: str | Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the service on a free port and give its address once it says that it answers."""
    command = [sys.executable, "-m", "ihubkg.cli", "serve", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert "answers on http://" in line, running.stderr.read() if running.stderr else ""
        try:
            yield line.split()[3], running
        finally:
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == INTERRUPTED


def test_the_packaged_graph_is_served_and_ctrl_c_ends_it(root: Path, store: Store) -> None:
    with serving(root) as (url, running):
        assert httpx.get(f"{url}/livez").status_code == 200
        deadline = time.monotonic() + 30
        while httpx.get(f"{url}/readyz").status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert store.version in httpx.get(f"{url}/readyz").text
        port = url.rpartition(":")[2]
        other = subprocess.run(
            [sys.executable, "-m", "ihubkg.cli", "serve", "--port", port],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert other.returncode == 2
        assert f"Port {port} of 127.0.0.1 cannot be had" in other.stderr
        assert other.stderr.count("\n") == 1
        assert running.poll() is None


def test_an_empty_folder_is_filled_and_then_in_use(root: Path, cli: Cli, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(root, "--data", data) as (url, running):
        assert httpx.get(f"{url}/livez").status_code == 200
        result = cli("serve", "--port", "0", "--data", data)
        assert result.exit_code == 2
        assert f"in use by another ihubkg (process {running.pid})" in result.stderr
        assert cli("dump", "--data", data).exit_code == 0


def test_a_folder_that_cannot_be_served_is_said_in_a_line(
    cli: Cli, filled: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    cli("backup", newer, "--data", filled)
    with closing(sqlite3.connect(newer / MANIFEST)) as manifest:
        manifest.execute("PRAGMA user_version = 99")
    result = cli("serve", "--port", "0", "--data", newer)
    assert result.exit_code == 2
    assert "made by a newer ihubkg" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_environment_says_what_no_option_does(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.docx").write_text("x")
    monkeypatch.setenv("IHUBKG_DATA", str(tmp_path))
    result = cli("serve", "--port", "0")
    assert result.exit_code == 2
    assert "thesis.docx" in result.stderr


def test_a_host_that_is_not_ours_is_said_in_a_line(cli: Cli) -> None:
    result = cli("serve", "--host", "192.0.2.1", "--port", "0")
    assert result.exit_code == 2
    assert "of 192.0.2.1 cannot be had" in result.stderr


def test_the_next_version_of_ip_is_served_too(root: Path) -> None:
    with closing(socket.socket(socket.AF_INET6)) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            pytest.fail("this machine has no IPv6 loopback")
    with serving(root, "--host", "::1") as (url, _):
        assert url.startswith("http://[::1]:")
        assert httpx.get(f"{url}/livez").status_code == 200


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80 80"])
def test_what_is_no_port_is_said(cli: Cli, port: str) -> None:
    result = cli("serve", "--port", port)
    assert result.exit_code == 2
    assert f"{port!r} is not a number from 0 to 65535. See ihubkg serve --help." in result.stderr
