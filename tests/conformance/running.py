"""A service of our own on a data folder of its own, for the suites that need one."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """A running service: where it answers, a maintainer's token, its process and folder."""

    url: str
    token: str
    process: subprocess.Popen[bytes]
    data: Path

    @property
    def authorization(self) -> dict[str, str]:
        """The header that carries the token."""
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def service(settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start `ihubkg serve` on a temporary data folder; stop it at the end."""
    with TemporaryDirectory(prefix="ihubkg-") as folder:
        data = Path(folder) / "data"
        with start(data, settings) as running:
            yield running


@contextmanager
def start(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start `ihubkg serve` on the data folder `data`; stop it at the end."""
    port = free_port()
    token = run("token", "create", "--name", f"suite-{port}", "--role", "admin", "--data", data)
    environment = {**os.environ, **{f"IHUBKG_{k.upper()}": v for k, v in (settings or {}).items()}}
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--data", str(data), "--port", str(port)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Running(url, token, process, data)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


PROGRAM = (sys.executable, "-m", "ihubkg.cli")


def run(*arguments: object) -> str:
    """Run a verb of the command line and return what it prints."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode}")
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the service did not start in time")


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
