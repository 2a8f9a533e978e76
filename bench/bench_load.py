"""Thirty clients with normal queries beside two that send only runaways: does anybody notice?

    python bench/bench_load.py [--seconds 600] [--clients 30] [--runaways 2]

Clients share an address and are told apart by token. Each of the thirty asks, again and again with
a pause between, one of the named questions as SPARQL, made new by a comment so that no cache helps,
and checks that the answer has the rows it had when nobody else asked. Each of the two keeps
four queries going that never end by themselves. The bench fails where one of the thirty got an
error or other rows, or a runaway was answered; times are of the thirty, as they saw them.
"""

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bench_questions import calls
from bench.bench_sparql import below, resident
from ihubkg.access import Access
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store
from tests.conformance.running import Running, service

RUNAWAYS = Path(__file__).parent / "runaways"
PAUSE = 0.5
"""Seconds that a client waits after an answer, on average."""
AT_ONCE = 4
"""Queries that a client with runaways keeps going."""
STOPPED = (413, 429, 503, 504)
"""What a runaway may be told: too large, no time left, too many waiting, took too long."""
JSON = "application/sparql-results+json"


@dataclass
class Seen:
    """What clients of one kind saw; times in seconds."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, took: float, status: int, fault: str = "") -> None:
        """Take one answer in."""
        with self.lock:
            self.times.append(took)
            self.statuses[status] += 1
            if fault:
                self.faults.append(fault)

    def at(self, share: float) -> float:
        """Return the time that `share` of the answers stayed below, in milliseconds."""
        ordered = sorted(self.times) or [0.0]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3


@dataclass(frozen=True)
class Client:
    """One client: where it asks, as whom, until when (on the clock of `time.monotonic`)."""

    url: str
    token: str
    until: float

    def ask(self, line: http.client.HTTPConnection, query: str) -> tuple[int, bytes, float]:
        """Return status, body and time of one query."""
        began = time.monotonic()
        path = f"/sparql?query={quote(query)}"
        headers = {"Accept": JSON, "Authorization": f"Bearer {self.token}"}
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        body = answer.read()
        return answer.status, body, time.monotonic() - began

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection that is kept open."""
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)


def rows(body: bytes) -> int:
    """Return how many rows an answer has; 1 for a yes or no."""
    said = json.loads(body)
    return len(said["results"]["bindings"]) if "results" in said else 1


def normal(client: Client, number: int, queries: Sequence[tuple[str, int]], seen: Seen) -> None:
    """Ask questions until the end."""
    choice = random.Random(number)
    line = client.connect()
    asked = 0
    while time.monotonic() < client.until:
        query, wanted = choice.choice(queries)
        asked += 1
        try:
            status, body, took = client.ask(line, f"{query}# {number} {asked}\n")
        except (OSError, http.client.HTTPException) as error:
            seen.add(0.0, 0, f"{type(error).__name__}: {error}")
            line = client.connect()
            continue
        if status != http.client.OK:
            seen.add(took, status, body[:200].decode(errors="replace"))
        else:
            found = rows(body)
            seen.add(took, status, "" if found == wanted else f"{found} rows, not {wanted}")
        time.sleep(choice.expovariate(1 / PAUSE))


def hostile(client: Client, number: int, queries: Sequence[str], seen: Seen) -> None:
    """Send runaways until the end, hardly waiting where told to."""
    choice = random.Random(number)
    line = client.connect()
    while time.monotonic() < client.until:
        try:
            status, body, took = client.ask(line, choice.choice(queries))
        except (OSError, http.client.HTTPException) as error:
            seen.add(0.0, 0, f"{type(error).__name__}: {error}")
            line = client.connect()
            continue
        told = status in STOPPED
        seen.add(took, status, "" if told else body[:200].decode(errors="replace"))
        if status != http.client.GATEWAY_TIMEOUT:
            time.sleep(0.2)


def right_answers(running: Running) -> list[tuple[str, int]]:
    """Return the questions as SPARQL, with the number of rows of each."""
    model = Model.load()
    with Store.memory(model) as store:
        texts = [text for _, _, text in calls(model, Names.of(store))]
    client = Client(running.url, running.token, 0.0)
    line = client.connect()
    found = []
    for text in texts:
        status, body, _ = client.ask(line, f"{text}\n")
        assert status == http.client.OK, (status, body[:300])
        found.append((f"{text}\n", rows(body)))
    return found


def crowd(running: Running, chosen: argparse.Namespace) -> tuple[Seen, Seen, int]:
    """Let all ask at the same time; return what both kinds saw, and the peak of memory."""
    queries = right_answers(running)
    runaways = [path.read_text(encoding="utf-8") for path in sorted(RUNAWAYS.glob("*.rq"))]
    access = Access.of(running.data)
    readers = [access.create(f"reader-{n}", "editor") for n in range(chosen.clients)]
    others = [access.create(f"runaway-{n}", "editor") for n in range(chosen.runaways)]
    until = time.monotonic() + chosen.seconds
    good, bad = Seen(), Seen()
    threads = []
    for number, token in enumerate(readers):
        client = Client(running.url, token, until)
        threads.append(threading.Thread(target=normal, args=(client, number, queries, good)))
    for number, token in enumerate(others):
        client = Client(running.url, token, until)
        for part in range(AT_ONCE):
            given = (client, number * AT_ONCE + part, runaways, bad)
            threads.append(threading.Thread(target=hostile, args=given))
    for thread in threads:
        thread.start()
    peak = 0
    while any(thread.is_alive() for thread in threads):
        peak = max(peak, resident(running.process.pid))
        time.sleep(1)
    return good, bad, peak


def show(title: str, seen: Seen) -> None:
    """Print what clients of one kind saw."""
    statuses = ", ".join(f"{status}: {count:,}" for status, count in sorted(seen.statuses.items()))
    print(
        f"{title}: {len(seen.times):,} answers ({statuses}); "
        f"p50 {seen.at(0.5):,.0f} ms, p99 {seen.at(0.99):,.0f} ms, most {seen.at(1):,.0f} ms"
    )
    for fault, count in Counter(seen.faults).most_common(5):
        print(f"  {count} x {fault}")


def main() -> int:
    """Measure as the arguments say; return 1 where somebody was let down."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--clients", type=int, default=30)
    parser.add_argument("--runaways", type=int, default=2)
    chosen = parser.parse_args()
    with service() as running:
        pid = running.process.pid
        before = resident(pid)
        good, bad, peak = crowd(running, chosen)
        time.sleep(2)
        after = resident(pid)
        show(f"{chosen.clients} clients with normal queries", good)
        show(f"{chosen.runaways} clients with runaways", bad)
        print(
            f"memory {before / 1e6:,.0f} MB before, {peak / 1e6:,.0f} MB at most, "
            f"{after / 1e6:,.0f} MB after, {len(below(pid))} processes"
        )
        said = f"{len(good.faults)} of the {chosen.clients} clients' answers were errors"
        print(f"{said}   goal: none")
    return 1 if good.faults or bad.faults else 0


if __name__ == "__main__":
    sys.exit(main())
