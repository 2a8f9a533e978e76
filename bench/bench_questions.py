"""The named questions: ten times the data, and REST beside `oxigraph serve`.

    python bench/bench_questions.py [--repeat 5]

Two parts. Every example call of every question in process on a graph ten times as large: all
together under one second of processor time, none above 200 ms. And requests over HTTP beside
`oxigraph serve` answering the same SPARQL on the same triples in one run, as processor time of the
whole process tree: a mix of all questions by Zipf's law, one question again and again, and each
request a new one.
"""

import argparse
import http.client
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent.parent))


from bench.bench_sparql import Server, ask, cost, oxigraph, settle, show
from ihubkg import answer, formats, infer, terms, values
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.question import Form, Question
from ihubkg.store import Store
from tests.conformance.running import start

TIMES = 10
THINGS = terms.BASE + "id/"


def tenfold(model: Model) -> Store:
    """Return the packaged graph with nine copies of all its things, and what follows."""

    def other(node: object, number: int) -> object:
        if isinstance(node, ox.NamedNode) and node.value.startswith(THINGS):
            return ox.NamedNode(f"{node.value}-copy-{number}")
        return node

    quads = list(model.quads())
    raw = ox.Store()
    raw.bulk_extend(quads)
    for number in range(1, TIMES):
        raw.bulk_extend(
            ox.Quad(other(q.subject, number), q.predicate, other(q.object, number), q.graph_name)  # type: ignore[arg-type]
            for q in quads
            if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(THINGS)
        )
    infer.materialise(raw)
    return Store(raw)


def in_process(model: Model) -> None:
    """Print what all questions take together on ten times the data, and the slowest."""
    names = Names.of(Store.memory(model))
    store = tenfold(model)
    spent: list[tuple[float, str]] = []
    Names.of(store).shown(("en",))
    for asked in model.questions.values():
        for call in asked.examples:
            read = values.read(asked, call, names)
            took = []
            for _ in range(3):
                before = time.process_time()
                answer.answer(store, asked, read, names=names).to_json()
                took.append(time.process_time() - before)
            spent.append((min(took), asked.name))
    slowest = ", ".join(f"{name} {took * 1e3:.0f} ms" for took, name in sorted(spent)[:-4:-1])
    total = sum(took for took, _ in spent)
    print(f"{len(store.raw):,} triples, {len(spent)} calls of {len(model.questions)} questions:")
    print(f"  together {total:.2f} s of processor time   goal: under 1")
    print(f"  slowest  {slowest}   goal: none above 200 ms")


Call = tuple[Question, dict[str, list[str]], str]


def calls(model: Model, names: Names) -> list[Call]:
    """Return the example calls that plain triples can answer, with the SPARQL of each."""
    found = []
    for asked in model.questions.values():
        if asked.query.form is not Form.ROWS or any(t.says("GRAPH") for t in asked.query.tokens):
            continue
        for call in asked.examples:
            read = values.read(asked, call, names)
            texts = {name: list(given) for name, given in call.items()}
            found.append((asked, texts, asked.bind(read.values, limit=read.limit + 1)))
    return found


def request(connection: http.client.HTTPConnection, server: Server, call: Call, tail: str) -> bytes:
    """Send one call: REST to us, the same SPARQL to the peer; `tail` makes it a new one."""
    asked, given_, text = call
    if server.name == "oxigraph serve":
        status, body, _ = ask(connection, server, f"{text}# {tail}\n")
    else:
        arguments = {**given_, **({"limit": [tail]} if tail else {})}
        path = f"/questions/{asked.name}.json?{urlencode(arguments, doseq=True)}"
        connection.request("GET", path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        status, body = response.status, response.read()
    assert status == 200, (status, body[:300])
    return body


def over_http(model: Model, repeat: int) -> None:
    """Print what requests cost beside `oxigraph serve`."""
    with TemporaryDirectory(prefix="ihubkg-bench-") as folder, ExitStack() as stack:
        file = Path(folder) / "data.nt"
        with Store.memory(model) as store, file.open("wb") as out:
            store.dump(formats.NTRIPLES, out)
            every = calls(model, Names.of(store))
            long = model.questions["missing-labels"]
            read = values.read(long, {"language": "et"}, Names.of(store))
            large = (long, {"language": ["et"]}, long.bind(read.values, limit=read.limit + 1))
        limits = {"client_seconds": "100000"}
        running = stack.enter_context(start(Path(folder) / "ours", limits))
        mine = Server("ihubkg", running.url, running.process.pid)
        servers = [mine, stack.enter_context(oxigraph(file, Path(folder)))]
        small = next(call for call in every if call[0].name == "methods-for-phase")

        def mixed() -> Callable[[http.client.HTTPConnection, Server, int], object]:
            ranks = [1 / rank for rank in range(1, len(every) + 1)]
            order = random.Random(7).choices(every, ranks, k=20_000)
            return lambda connection, server, number: request(
                connection, server, order[number % len(order)], ""
            )

        fresh: Iterator[int] = itertools.count(1)

        def new(call: Call) -> Callable[[http.client.HTTPConnection, Server, int], object]:
            def send(connection: http.client.HTTPConnection, server: Server, _: int) -> object:
                return request(connection, server, call, str(1000 + next(fresh) % 9000))

            return send

        def again(connection: http.client.HTTPConnection, server: Server, _: int) -> object:
            return request(connection, server, small, "")

        settle(mine)
        print(f"{urlsplit(mine.url).netloc} beside oxigraph serve, {len(every)} calls")
        show("Zipf mix of all", cost(servers, mixed(), 1000, repeat), "goal: at most 0.7")
        show("one, repeated", cost(servers, again, 1000, repeat), "goal: at most 0.5")
        show("small, each one new", cost(servers, new(small), 300, repeat), "goal: at most 1.7")
        show("453 rows, each new", cost(servers, new(large), 50, repeat), "goal: at most 0.5")


def main() -> None:
    """Measure as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    model = Model.load()
    in_process(model)
    over_http(model, chosen.repeat)


if __name__ == "__main__":
    main()
