"""What it costs to be told “you have it already”, beside the answer and beside `oxigraph serve`.

    python bench/bench_cache.py [--repeat 5] [--requests 2000]

One document of the packaged graph, asked again and again in one run: with its tag (304), without
(200 from the cache), and as `DESCRIBE` by `oxigraph serve`, which holds the same triples and gives
only those with the thing as subject. Processor time of the whole process tree, from `/proc`; with
connections kept busy, which the goals are about, and with clients that wait for each answer, where
waking up costs more than the work.
"""

import argparse
import http.client
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.bench_sparql import Server, busy, connect, cost, oxigraph
from ihubkg import formats
from ihubkg.model import Model
from ihubkg.store import Store
from tests.conformance.running import start

QUERIES = Path(__file__).parent / "linked"
DOCUMENT = "/doc/method/digipeda"
FORM = "text/turtle"
PEER = "oxigraph serve"
HELD, WHOLE = "304", "cached 200"


def address(server: Server) -> str:
    """Return what is asked of a server."""
    if server.name != PEER:
        return DOCUMENT
    query = (QUERIES / "describe.rq").read_text(encoding="utf-8")
    return f"{urlsplit(server.url).path}?query={quote(query)}"


def wishes(server: Server, tag: str) -> dict[str, str]:
    """Return the headers of a request: the tag where the client holds the answer."""
    return {"Accept": FORM} | ({"If-None-Match": tag} if server.name == HELD else {})


def compare(servers: list[Server], tag: str, requests: int, repeat: int) -> bool:
    """Print the costs and their ratios; tell whether they are as they should be."""

    def raw(server: Server, _: int) -> bytes:
        lines = [f"GET {address(server)} HTTP/1.1", f"Host: {urlsplit(server.url).netloc}"]
        lines += [f"{name}: {value}" for name, value in wishes(server, tag).items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def one(connection: http.client.HTTPConnection, server: Server, _: int) -> object:
        connection.request("GET", address(server), headers=wishes(server, tag))
        answer = connection.getresponse()
        assert answer.status == (304 if server.name == HELD else 200), answer.status
        return answer.read()

    good = show("kept busy", busy(servers, raw, requests, repeat))
    show("one after another", cost(servers, one, requests, repeat))
    return good


def show(title: str, found: Mapping[str, float]) -> bool:
    """Print one row."""
    of_whole, of_peer = found[HELD] / found[WHOLE], found[HELD] / found[PEER]
    cells = "   ".join(f"{name} {value:,.0f} µs" for name, value in found.items())
    print(f"{title:20} {cells}")
    print(f"{'':20} 304 of a cached 200: {of_whole:.2f} (goal: at most 0.6)")
    print(f"{'':20} 304 of {PEER}: {of_peer:.2f} (goal: at most 0.3)")
    return of_whole <= 0.6 and of_peer <= 0.3


def main() -> int:
    """Measure as the arguments say; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    chosen = parser.parse_args()
    with TemporaryDirectory(prefix="ihubkg-bench-") as folder, ExitStack() as stack:
        file = Path(folder) / "data.nt"
        with Store.memory(Model.load()) as store, file.open("wb") as out:
            store.dump(formats.NTRIPLES, out)
        running = stack.enter_context(start(Path(folder) / "ours"))
        held = Server(HELD, running.url, running.process.pid)
        servers = [
            held,
            replace(held, name=WHOLE),
            stack.enter_context(oxigraph(file, Path(folder))),
        ]
        connection = connect(held)
        connection.request("GET", DOCUMENT, headers={"Accept": FORM})
        answer = connection.getresponse()
        body, tag = answer.read(), answer.headers["ETag"]
        print(f"{DOCUMENT} as {FORM}: {len(body):,} bytes")
        return 0 if compare(servers, tag, chosen.requests, chosen.repeat) else 1


if __name__ == "__main__":
    sys.exit(main())
