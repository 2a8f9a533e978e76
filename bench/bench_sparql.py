"""SPARQL over HTTP beside `oxigraph serve` and rdflib-endpoint: processor time per request.

    python bench/bench_sparql.py [--triples 100000 1000000] [--repeat 5] [--without-rdflib]

All servers hold the same triples and get the same requests in turn, in one run; each number of a
query is used once, so that no cache helps where none is meant to. Wall time depends on what else
the machine does; processor time of the whole process tree, from `/proc`, much less. Limits of this
service are raised for what is measured, and named below. A server that needs long for a query is
sent fewer of it; a peer that is not installed is left out, and said to be.
"""

import argparse
import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.conformance.running import Running, free_port, run, start

QUERIES = Path(__file__).parent / "sparql"
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LIMITS = {
    "rows": "2000000",
    "answer_bytes": "2000000000",
    "query_seconds": "600",
    "queue": "1000",
    "cache_bytes": "33554432",
}


MILLION = "SELECT * { ?s ?p ?o . ?x <http://e/before> ?y } LIMIT 1000000"
"""A query with a million rows, whatever the number of triples."""
CONNECTIONS = 32
"""Connections that send at once to keep a server busy."""
CLIENTS = 8
"""Connections at the same time, each kept open."""
PATIENCE = 6.0
"""Seconds that the requests of one kind may take a server, each time."""
MOST_SETTLING = 300.0
"""Seconds that a server is waited for until it rests."""

Send = Callable[[http.client.HTTPConnection, "Server", int], object]


@dataclass(frozen=True)
class Server:
    """One of the services side by side."""

    name: str
    url: str
    pid: int


def triples(count: int) -> Iterator[str]:
    """Yield about `count` triples: phases, methods, hubs, schools and mostly evidence."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    number = "<http://www.w3.org/2001/XMLSchema#integer>"
    size = max(count // 9, 100)
    for n in range(30):
        yield f"<http://e/phase{n}> <http://e/before> <http://e/phase{n + 1}> ."
    for n in range(max(size // 200, 50)):
        yield f'<http://e/method{n}> {label} "Method {n}"@en .'
        for fit in range(3):
            yield f"<http://e/method{n}> <http://e/suits> <http://e/phase{(n + fit) % 30}> ."
    schools = max(size // 8, 50)
    for n in range(schools):
        yield f"<http://e/school{n}> {kind} <http://e/School> ."
        yield f'<http://e/school{n}> {label} "School {n} of somewhere"@en .'
        yield f"<http://e/school{n}> <http://e/country> <http://e/country{n % 30}> ."
    hubs = max(size // 600, 5)
    for n in range(size):
        node = f"<http://e/evidence{n}>"
        yield f"{node} {kind} <http://e/Evidence> ."
        yield f'{node} {label} "Evidence {n} about what mentoring changed"@en .'
        yield f"{node} <http://e/about> <http://e/method{n * 7 % max(size // 200, 50)}> ."
        yield f"{node} <http://e/in> <http://e/hub{n % hubs}> ."
        yield f"{node} <http://e/at> <http://e/school{n * 13 % schools}> ."
        yield f'{node} <http://e/strength> "{n % 6}"^^{number} .'
        yield f'{node} <http://e/year> "{2015 + n % 10}"^^{number} .'
        yield f'{node} <http://e/note> "note {n}" .'


@contextmanager
def ours(file: Path, folder: Path, limits: Mapping[str, str]) -> Iterator[tuple[Server, Running]]:
    """Run this service on the data."""
    data = folder / "ours"
    run("load", file, "--data", data)
    with start(data, limits) as running:
        yield Server("ihubkg", f"{running.url}/sparql", running.process.pid), running


@contextmanager
def program(name: str, command: list[str], path: str, port: int) -> Iterator[Server]:
    """Run a peer that answers on a port."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(name, f"http://127.0.0.1:{port}{path}", process.pid)
        for _ in range(1200):
            try:
                ask(connect(server), server, "ASK {}")
                break
            except (OSError, http.client.HTTPException):
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended with {process.returncode}") from None
                time.sleep(0.25)
        yield server
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def oxigraph(file: Path, folder: Path) -> Iterator[Server]:
    """Run `oxigraph serve` on the data."""
    binary, data, port = _which("oxigraph"), str(folder / "oxigraph"), free_port()
    subprocess.run(
        [binary, "load", "--location", data, "--file", str(file)], check=True, capture_output=True
    )
    bind = f"127.0.0.1:{port}"
    command = [binary, "serve-read-only", "--location", data, "--bind", bind]
    with program("oxigraph serve", command, "/query", port) as server:
        yield server


@contextmanager
def rdflib_endpoint(file: Path) -> Iterator[Server]:
    """Run rdflib-endpoint on the data."""
    port = free_port()
    command = [_which("rdflib-endpoint"), "serve", str(file), "--port", str(port)]
    with program("rdflib-endpoint", [*command, "--host", "127.0.0.1"], "/", port) as server:
        yield server


def _which(name: str) -> str:
    found = installed(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: run this by make bench.")
    return found


def installed(name: str) -> str | None:
    """Return where a peer's program is, or None."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def connect(server: Server) -> http.client.HTTPConnection:
    """Return a connection that is kept open."""
    return http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=600)


def ask(
    connection: http.client.HTTPConnection,
    server: Server,
    query: str,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """Send a query by GET and read all of the answer."""
    accept = "application/sparql-results+json"
    if query.lstrip().rpartition("PREFIX")[2].partition("\n")[2].startswith("CONSTRUCT"):
        accept = "application/n-triples"
    address = f"{urlsplit(server.url).path}?query={quote(query)}"
    connection.request("GET", address, headers={"Accept": accept, **(headers or {})})
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def seconds(pid: int) -> float:
    """Return the processor time that a process and all below it have used."""
    total = 0
    for process in below(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def settle(server: Server) -> None:
    """Wait until a server rests: dumps and index of a fresh folder are made once, beside it."""
    end = time.monotonic() + MOST_SETTLING
    before, now = -1.0, seconds(server.pid)
    while now - before > 0.02 and time.monotonic() < end:
        time.sleep(1.5)
        before, now = now, seconds(server.pid)


def resident(pid: int) -> int:
    """Return the memory of a process and all below it that is theirs alone, in bytes."""
    total = 0
    for process in below(pid):
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def below(pid: int) -> set[int]:
    """Return a process and all below it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = {pid}, [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        found.update(new)
        waiting.extend(new)
    return found


def cost(
    servers: list[Server],
    send: Send,
    requests: int,
    repeat: int,
) -> dict[str, float]:
    """Return the processor time of a request in microseconds, the median of `repeat` turns.

    The second request to each server says how many it is sent in a turn: what fits in `PATIENCE`.
    The first one may wait for what a server makes once.
    """
    spent: dict[str, list[float]] = {server.name: [] for server in servers}
    numbers = iter(range(10**9))
    fitting: dict[str, int] = {}
    for server in servers:
        _share(send, server, [next(numbers)])
        began = time.monotonic()
        _share(send, server, [next(numbers)])
        took = max(time.monotonic() - began, 1e-3)
        fitting[server.name] = max(1, min(requests, int(PATIENCE / took)))
    with ThreadPoolExecutor(CLIENTS) as clients:
        for turn in range(repeat + 1):  # the first one warms up
            for server in servers:
                count = fitting[server.name]
                if count < CLIENTS and len(spent[server.name]) > 1:
                    continue  # two turns of a slow one are enough
                asked = [next(numbers) for _ in range(count)]
                shares = [part for n in range(CLIENTS) if (part := asked[n::CLIENTS])]
                before = seconds(server.pid)
                list(clients.map(partial(_share, send, server), shares))
                if turn:
                    spent[server.name].append((seconds(server.pid) - before) / count * 1e6)
    return {name: statistics.median(values) for name, values in spent.items()}


def _share(send: Send, server: Server, numbers: list[int]) -> None:
    """Send one client's share of the requests, on one connection."""
    connection = connect(server)
    for number in numbers:
        send(connection, server, number)
    connection.close()


def busy(
    servers: list[Server], ask_for: Callable[[Server, int], bytes], requests: int, repeat: int
) -> dict[str, float]:
    """Return the processor time of a request to a server that is never idle, in microseconds.

    Many connections send at once and wait for all answers, so that waking up costs little.
    """
    spent: dict[str, list[float]] = {server.name: [] for server in servers}
    numbers = iter(range(10**9))
    for turn in range(repeat + 1):
        for server in servers:
            host, _, port = urlsplit(server.url).netloc.partition(":")
            lines = [socket.create_connection((host, int(port))) for _ in range(CONNECTIONS)]
            before = seconds(server.pid)
            for _ in range(requests // CONNECTIONS):
                for line in lines:
                    line.sendall(ask_for(server, next(numbers)))
                for line in lines:
                    _read(line)
            used = seconds(server.pid) - before
            if turn:
                spent[server.name].append(used / (requests // CONNECTIONS * CONNECTIONS) * 1e6)
            for line in lines:
                line.close()
    return {name: statistics.median(values) for name, values in spent.items()}


def request(server: Server, query: str, more: str = "") -> bytes:
    """Return the bytes of a GET request."""
    parts = urlsplit(server.url)
    return (
        f"GET {parts.path}?query={quote(query)} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Accept: application/sparql-results+json\r\n{more}\r\n"
    ).encode()


def _read(line: socket.socket) -> bytes:
    """Read one answer whole; return its head."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(1 << 18)
    head, _, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        while not body.endswith(b"0\r\n\r\n"):
            body += line.recv(1 << 18)
    elif b"content-length:" in lower:
        length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += line.recv(1 << 18)
    return head


def text(name: str, number: int, within: int) -> str:
    """Return a query with its number filled in, different from every other by a comment."""
    query = (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    return f"{query.replace('%N%', str(number % within))}# {number}\n"


def show(title: str, found: dict[str, float], goal: str = "") -> None:
    """Print the costs of one kind of request and their ratios to `oxigraph serve`."""
    base = max(found["oxigraph serve"], 1.0)
    cells = "   ".join(
        f"{name} {value:,.0f} µs ({value / base:.2f})" for name, value in found.items()
    )
    print(f"{title:24} {cells}   {goal}")


def compare(servers: list[Server], size: int, repeat: int) -> None:
    """Print what small, medium and repeated requests cost beside `oxigraph serve`."""
    two = [server for server in servers if server.name != "rdflib-endpoint"]
    same = text("small", 1, size)
    tags = {server.name: ask(connect(server), server, same)[2].get("ETag", "") for server in two}

    def small(server: Server, number: int) -> bytes:
        return request(server, text("small", number, size))

    def medium(server: Server, number: int) -> bytes:
        return request(server, text("medium", number, 5))

    def repeated(server: Server, _: int) -> bytes:
        return request(server, same)

    def known(server: Server, _: int) -> bytes:
        return request(server, same, f"If-None-Match: {tags[server.name] or 'W/x'}\r\n")

    show("small, each one new", busy(two, small, 2000, repeat), "goal: at most 2.2")
    show("500 rows, each one new", busy(two, medium, 96, repeat), "goal: at most 0.5")

    def other(server: Server, number: int) -> bytes:
        return request(server, same, f"User-Agent: client {number}\r\n")

    show("repeated", busy(two, repeated, 4000, repeat), "goal: at most 0.5")
    show("repeated, other clients", busy(two, other, 4000, repeat))
    show("known to the client", busy(two, known, 4000, repeat))


def all_queries(servers: list[Server], repeat: int) -> None:
    """Print what each of the 14 queries costs, and the geometric mean of the ratios."""
    ratios: dict[str, list[float]] = {server.name: [] for server in servers}
    for file in sorted(QUERIES.glob("*.rq")):

        def send(connection: http.client.HTTPConnection, server: Server, number: int) -> None:
            ask(connection, server, text(file.stem, number, 5))  # noqa: B023

        found = cost(servers, send, 200, repeat)
        show(file.stem, found)
        for name, value in found.items():
            ratios[name].append(max(value, 1.0) / max(found["ihubkg"], 1.0))
    for name, values in ratios.items():
        goal = "   goal: at least 8" if name == "rdflib-endpoint" else ""
        print(f"geometric mean of {name} / ihubkg: {statistics.geometric_mean(values):.2f}{goal}")


def stream(server: Server) -> None:
    """Print how much memory a very long answer takes."""
    base = resident(server.pid)
    peak = base
    stop = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not stop.wait(0.05):
            peak = max(peak, resident(server.pid))

    thread = threading.Thread(target=sample)
    thread.start()
    connection = connect(server)
    started = time.monotonic()
    connection.request(
        "GET",
        f"{urlsplit(server.url).path}?query={quote(MILLION)}",
        headers={"Accept": "application/sparql-results+json"},
    )
    answer = connection.getresponse()
    first = time.monotonic() - started
    size = 0
    while part := answer.read(1 << 16):
        size += len(part)
    stop.set()
    thread.join()
    print(
        f"{server.name}: {size / 1e6:,.0f} MB in {time.monotonic() - started:.1f} s, first byte "
        f"after {first * 1e3:.0f} ms, memory grew by {(peak - base) / 1e6:,.0f} MB"
        + ("   goal: under 100 MB" if server.name == "ihubkg" else "")
    )


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--without-rdflib", action="store_true")
    chosen = parser.parse_args()
    wanted = ["oxigraph"] if chosen.without_rdflib else ["oxigraph", "rdflib-endpoint"]
    absent = [name for name in wanted if installed(name) is None]
    for name in absent:
        print(f"{name} is not installed and left out: make bench installs it.")
    if "oxigraph" in absent:
        return
    for count in chosen.triples:
        measure(count, chosen.repeat, with_rdflib=len(wanted) == 2 and not absent)


def measure(wanted: int, repeat: int, *, with_rdflib: bool) -> None:
    """Print all comparisons on about so many triples."""
    with TemporaryDirectory(prefix="ihubkg-bench-") as folder, ExitStack() as stack:
        file = Path(folder) / "data.nt"
        file.write_text("\n".join(triples(wanted)) + "\n", encoding="utf-8")
        count = sum(1 for _ in file.open(encoding="utf-8"))
        print(f"{count:,} triples; limits of ihubkg raised: {LIMITS}")
        server, _ = stack.enter_context(ours(file, Path(folder), LIMITS))
        servers = [server, stack.enter_context(oxigraph(file, Path(folder)))]
        for one in servers:
            settle(one)
            stream(one)
        if with_rdflib:
            servers.append(stack.enter_context(rdflib_endpoint(file)))
        compare(servers, wanted // 9, repeat)
        all_queries(servers, repeat)


if __name__ == "__main__":
    main()
