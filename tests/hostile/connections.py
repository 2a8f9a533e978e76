"""Connections that never say what they want, against a running service: all gone in time.

    python tests/hostile/connections.py [FOLDER]

Opens connections at once that stop in the middle of a head, dribble a body, say nothing, or send
a head without end. Meanwhile `/livez` must answer, afterwards the service must hold no more open
files and hardly more memory than before. Prints what it saw; exit code 1 if anything is wrong.
The folder is not needed; it is taken as the other hostile runs take it.
"""

import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from service.wire import HEAD_SECONDS
from tests.conformance.running import Running, service

EACH = 200
"""Connections of each kind; well below the open files that a process may have by default."""
BODY_SECONDS = 8.0
"""Time limit of a body in this run; the service's own is longer, and nothing else differs."""
GRACE = 5.0
"""Seconds beyond a limit after which a connection counts as forgotten."""
FAR = 64 * 1024 * 1024
"""Bytes of a head without end."""
MORE_MEMORY = 48 * 1024 * 1024
MORE_FILES = 20

START = b"GET / HTTP/1.1\r\nHost: x\r\nX-"
UPLOAD = (
    b"POST /validate HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: text/turtle\r\nContent-Length: 9999\r\n\r\n"
)


@dataclass(frozen=True)
class Kind:
    """Connections that do the same, and for how long they may be open."""

    name: str
    lines: Sequence[socket.socket]
    seconds: float


def opened(url: httpx.URL, data: bytes) -> list[socket.socket]:
    """Return open connections that have sent `data`."""
    lines = []
    for _ in range(EACH):
        line = socket.create_connection((url.host, url.port or 80))
        line.sendall(data)
        line.setblocking(False)
        lines.append(line)
    return lines


def is_open(line: socket.socket) -> bool:
    """Tell whether the other side has not closed a connection; what it said is passed over."""
    try:
        while line.recv(65536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


def watch(client: httpx.Client, kinds: Sequence[Kind]) -> tuple[dict[str, float], float]:
    """Return how long the last connection of each kind was open, and the slowest `/livez`."""
    begun = time.monotonic()
    held = {kind.name: set(kind.lines) for kind in kinds}
    lasted = {kind.name: 0.0 for kind in kinds}
    worst = 0.0
    until = max(kind.seconds for kind in kinds) + 2 * GRACE
    while any(held.values()) and time.monotonic() - begun < until:
        asked = time.monotonic()
        client.get("/livez").raise_for_status()
        worst = max(worst, time.monotonic() - asked)
        for name, lines in held.items():
            held[name] = {line for line in lines if is_open(line)}
            if held[name]:
                lasted[name] = time.monotonic() - begun
        for line in held["body"]:
            with suppress(OSError):
                line.send(b"a")
        time.sleep(0.5)
    return lasted, worst


def endless(url: httpx.URL) -> int:
    """Send a head without end; return the bytes that could be sent before it was refused."""
    sent = 0
    with socket.create_connection((url.host, url.port or 80)) as line, suppress(OSError):
        line.sendall(START)
        while sent < FAR:
            line.sendall(b"a" * 65536)
            sent += 65536
    return sent


def resources(running: Running) -> tuple[int, int]:
    """Return the resident bytes and the open files of the service's process."""
    process = Path(f"/proc/{running.process.pid}")
    pages = int((process / "statm").read_text().split()[1])
    return pages * 4096, len(list((process / "fd").iterdir()))


def check(running: Running) -> list[str]:
    """Return what is wrong."""
    url = httpx.URL(running.url)
    with httpx.Client(base_url=url, timeout=30) as client:
        client.get("/api", headers={"accept": "text/html"}).raise_for_status()
        memory, files = resources(running)
        kinds = [
            Kind("head", opened(url, START), HEAD_SECONDS),
            Kind("body", opened(url, UPLOAD), BODY_SECONDS),
            Kind("silent", opened(url, b""), HEAD_SECONDS),
        ]
        lasted, worst = watch(client, kinds)
        sent = endless(url)
        memory_now, files_now = resources(running)
    more, left = memory_now - memory, files_now - files
    print(f"{EACH} connections of each kind; /livez in {worst:.2f} s at most")
    for kind in kinds:
        print(f"{kind.name:8} last closed after {lasted[kind.name]:.0f} s of {kind.seconds:.0f} s")
    print(f"a head without end was refused after {sent >> 10} KiB")
    print(f"{more >> 20} MiB more memory, {left} more open files")
    wrong = [f"{k.name} was forgotten" for k in kinds if lasted[k.name] > k.seconds + GRACE]
    wrong += ["a head without end was read"] if sent >= FAR else []
    wrong += ["memory was not given back"] if more > MORE_MEMORY else []
    wrong += ["files were left open"] if left > MORE_FILES else []
    return wrong


def main() -> int:
    """Run against a service of its own."""
    with service({"body_seconds": str(BODY_SECONDS)}) as running:
        wrong = check(running)
    print("; ".join(wrong) or "all gone in time")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
