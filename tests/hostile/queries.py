"""Every hostile query against a running service: ended in time, nothing else touched.

    python tests/hostile/queries.py [FOLDER]

FOLDER holds `sparql/*.rq` and `*.ru`; what is too large to be kept as a file is made here. After
each one the service must be the same process and answer a known question rightly. Prints a table;
exit code 1 if anything is wrong, 2 if the folder is not there.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.running import Running, service

DEFAULT = Path("../shared/hostile")
SECONDS = 3.0
"""Time limit of a query in this run; the service's own is longer, and nothing else differs."""
LISTENER = 18098
"""The port that hostile queries try to reach."""
NODES = 3000
PAGE = 4096

DATA = "".join(
    f"<http://e/{n}> <http://e/n> {n} ; <http://e/l> 'label {n}' ; <http://e/p> <http://e/{n + 1}>"
    f" ; <http://e/e> <http://e/{(n + 1) % NODES}>, <http://e/{n * 7 % NODES}> .\n"
    for n in range(NODES)
)
CHECK = "PREFIX : <http://e/> SELECT (COUNT(*) AS ?n) (SUM(?v) AS ?sum) { ?s :n ?v }"
RIGHT = (str(NODES), str(NODES * (NODES - 1) // 2))

PREFIX = "PREFIX : <http://e/> "
NESTS = {
    "paren": ("SELECT * { ?s ?p ?o FILTER", "(", "1", ")", "}"),
    "brace": ("SELECT * ", "{ ", "", "} ", ""),
    "not": ("SELECT * { ?s ?p ?o FILTER(", "!", "1", "", ") }"),
    "optional": ("SELECT * { ", "OPTIONAL { ?s ?p ?o ", "", "} ", "}"),
    "subselect": ("SELECT * { ", "{ SELECT * { ", "?s ?p ?o", "} } ", "}"),
    "path": ("SELECT * { ?s ", "(", ":p", ")", " ?o }"),
    "blank": ("SELECT * { ?s :p ", "[ :p ", "1", " ]", " }"),
    "list": ("SELECT * { ?s :p ", "( ", "1", " )", " }"),
    "triple": ("SELECT * { ?s :p ", "<<( :a :b ", "1", " )>>", " }"),
    "function": ("SELECT (", "STR(", "1", ")", " AS ?x) {}"),
    "coalesce": ("SELECT (", "COALESCE(", "1", ")", " AS ?x) {}"),
    "exists": ("SELECT * { ", "?s ?p ?o FILTER EXISTS { ", "?s ?p ?o", "} ", "}"),
}
CHAINS = {
    "or": ("SELECT * { ?s ?p ?o FILTER(?o=0", " || ?o=1", ") }"),
    "plus": ("SELECT * { ?s ?p ?o FILTER(1", "+1", ") }"),
    "union": ("SELECT * { {?s ?p 0}", " UNION {?s ?p 1}", " }"),
    "pattern": ("SELECT * { ", "?s ?p ?o . ", "}"),
    "optionals": ("SELECT * { ", "OPTIONAL { ?s :p ?o } ", "}"),
    "binds": ("SELECT * { ", "BIND(1 AS ?x) ", "}"),
    "minus": ("SELECT * { ?s ?p ?o ", "MINUS { ?s :p 1 } ", "}"),
    "in": ("SELECT * { ?s ?p ?o FILTER(?o IN (0", ", 1", ")) }"),
    "values": ("SELECT * { VALUES ?x { ", "1 ", "} }"),
    "steps": ("SELECT * { ?s :p", "/:p", " ?o }"),
    "comment": ("SELECT * { } #", "x", ""),
    "hidden": ("SELECT * { ?s ?p ?o FILTER(?a", "<(((((((((((((?b>1", ") }"),
}


@dataclass(frozen=True)
class Case:
    """One hostile text."""

    name: str
    text: bytes
    update: bool = False


@dataclass
class Peak:
    """The most memory that was seen, in bytes: of one worker, and of the service itself."""

    worker: int = 0
    service: int = 0


def cases(folder: Path) -> Iterator[Case]:
    """Yield the files of a folder, then what is made."""
    for file in sorted((folder / "sparql").iterdir()):
        yield Case(file.stem, file.read_bytes(), update=file.suffix == ".ru")
    for name, (start, opening, inside, closing, end) in NESTS.items():
        for depth in (20, 60, 1_000, 100_000):
            text = f"{PREFIX}{start}{opening * depth}{inside}{closing * depth}{end}"
            yield Case(f"made {name} {depth}", text.encode())
    for name, (start, link, end) in CHAINS.items():
        for length in (90, 1_000, 60_000):
            yield Case(f"made {name} {length}", f"{PREFIX}{start}{link * length}{end}".encode())
    product = "?a :n ?b . ?c :n ?d . ?e :n ?f"
    for name, text in {
        "cartesian construct": f"CONSTRUCT {{ ?a :x ?d }} WHERE {{ {product} }}",
        "cartesian describe": f"DESCRIBE ?a ?c WHERE {{ {product} }}",
        "cartesian ask": f"ASK {{ {product} FILTER(?b + ?d + ?f < 0) }}",
        "row pattern": "SELECT * { ?s :l ?x . ?t :l ?y FILTER(REGEX(?y, CONCAT(?x, '.*'))) }",
        "group by rand": f"SELECT ?r (COUNT(*) AS ?n) {{ {product} }} GROUP BY (RAND() AS ?r)",
        "negated path": "SELECT (COUNT(*) AS ?n) { ?s (!:x|!^:x)* ?o }",
        "one megabyte": f"SELECT * {{ ?s ?p '{'x' * 10**6}' }}",
        "nul": "SELECT * { ?s ?p '\0' }",
        "double escape": r"SELECT * { \u005Cu0053ERVICE <http://127.0.0.1:18098/> { ?s ?p ?o } }",
        "escape": r"SELECT * { S\u0045RVICE <http://127.0.0.1:18098/> { ?s ?p ?o } }",
        "glued": "SELECT * { SERVICESILENT<http://127.0.0.1:18098/>{ ?s ?p ?o } }",
        "from remote": "SELECT * FROM <http://127.0.0.1:18098/> { ?s ?p ?o }",
    }.items():
        yield Case(f"made {name}", f"{PREFIX}{text}".encode())
    yield Case("made bad utf-8", b"SELECT * { ?s ?p '\xff\xfe' }")
    everything = f"INSERT {{ ?a :x ?d }} WHERE {{ {product} }}"
    yield Case("made cartesian insert", f"{PREFIX}{everything}".encode(), update=True)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Note every connection that somebody makes to the listener."""
    seen: list[str] = []
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", LISTENER))
        listener.listen()
        listener.settimeout(0.2)
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    connection, address = listener.accept()
                    seen.append(str(address))
                    connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield seen
        finally:
            stop.set()
            thread.join()


@contextmanager
def measuring(running: Running) -> Iterator[Peak]:
    """Note the most memory of the service and of its workers."""
    peak = Peak()
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(0.1):
            peak.service = max(peak.service, _resident(running.process.pid))
            for pid in _below(running.process.pid):
                peak.worker = max(peak.worker, _resident(pid))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _resident(pid: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return 0


def _below(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


def send(client: httpx.Client, running: Running, case: Case) -> tuple[int, str]:
    """Send a case; return the status and what it was cut or refused for."""
    kind = "update" if case.update else "query"
    headers = {"Content-Type": f"application/sparql-{kind}"}
    if case.update:
        headers |= running.authorization
    answer = client.post(
        "/sparql", content=case.text, headers=headers, params={"timeout": str(SECONDS)}
    )
    if answer.is_success:
        return answer.status_code, answer.headers.get("X-Result-Truncated", "")
    return answer.status_code, answer.json()["detail"][:60]


def fault(client: httpx.Client, running: Running, status: int, seconds: float) -> str:
    """Return what is wrong after a case, "" if nothing is."""
    if running.process.poll() is not None:
        return "THE SERVICE DIED"
    if seconds > SECONDS + 1:
        return f"TOO LONG: {seconds:.1f} s"
    if status >= 500 and status != 504:
        return "SERVER ERROR"
    answer = client.get("/sparql", params={"query": CHECK}, headers={"Cache-Control": "no-cache"})
    row = answer.json()["results"]["bindings"][0]
    if (row["n"]["value"], row["sum"]["value"]) != RIGHT:
        return "THE NEXT ANSWER IS WRONG"
    return ""


def check(folder: Path, running: Running) -> int:
    """Send everything; print a table; return the number of faults."""
    faults = count = 0
    worst = 0.0
    with httpx.Client(base_url=running.url, timeout=60) as client, listening() as seen:
        client.put(
            "/store?default",
            content=DATA,
            headers={"Content-Type": "text/turtle", **running.authorization},
        ).raise_for_status()
        with measuring(running) as peak:
            for case in cases(folder):
                start = time.monotonic()
                status, said = send(client, running, case)
                seconds = time.monotonic() - start
                wrong = fault(client, running, status, seconds)
                size = len(case.text)
                print(f"{case.name:28} {size:>9,} {status} {seconds:6.2f} s  {wrong or said}")
                faults += bool(wrong)
                count += 1
                worst = max(worst, seconds)
    if seen:
        print(f"OUTGOING CONNECTIONS: {len(seen)}")
        faults += len(seen)
    print(
        f"{count - faults}/{count} as they should be; longest {worst:.2f} s at a limit of "
        f"{SECONDS:g} s; most memory {peak.worker >> 20} MiB in a worker, "
        f"{peak.service >> 20} MiB in the service; outgoing connections {len(seen)}"
    )
    return faults


def main(arguments: list[str]) -> int:
    """Run against a service of its own."""
    folder = Path(arguments[0]) if arguments else DEFAULT
    if not folder.is_dir():
        print(f"The hostile files are not at {folder}: nothing was sent.")
        return 2
    folder = folder.resolve()
    with service({"query_seconds": str(SECONDS)}) as running:
        return min(check(folder, running), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
