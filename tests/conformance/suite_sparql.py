"""The W3C suites for SPARQL 1.1 Protocol, Graph Store Protocol and Service Description.

    python tests/conformance/suite_sparql.py [SHARED] [URL TOKEN]

SHARED/conformance/sparql11 holds `protocol/`, `graph-store-protocol/` and `service-description/`
of w3c/rdf-tests.
Without URL a service is started on a temporary data folder. Exit code 1 if a test fails, 2 if the
suites are not there.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
from rdflib import Graph, Namespace
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import Node, URIRef

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.conformance.running import service

SHARED = Path("../shared")

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
BOOLEAN = ("application/sparql-results+json", "application/sparql-results+xml")
TABULAR = (*BOOLEAN, "text/csv", "text/tab-separated-values")
RDF = ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json")


@dataclass(frozen=True)
class Message:
    """Headers and body of a request or an expected answer."""

    headers: dict[str, str]
    body: bytes | None
    text: str | None


@dataclass(frozen=True)
class Exchange:
    """A request and what must come back."""

    method: str
    path: str
    sent: Message
    statuses: frozenset[str]
    boolean: bool | None
    form: str | None
    expected: Message
    location: str | None


@dataclass(frozen=True)
class Case:
    """A test: the graphs it needs, and its exchanges in order."""

    name: str
    graphs: tuple[tuple[str, Path], ...]
    exchanges: tuple[Exchange, ...]


def cases(manifest: Path) -> Iterator[Case]:
    """Yield the tests of a manifest in its order."""
    graph = Graph().parse(manifest)
    for entries in graph.objects(None, MF.entries):
        for test in Collection(graph, entries):
            action = graph.value(test, MF.action)
            requests = graph.value(action, HT.requests) if action is not None else None
            if requests is None:
                continue
            yield Case(
                str(test).rpartition("#")[2],
                tuple(_graphs(graph, test)),
                tuple(_exchange(graph, node) for node in Collection(graph, requests)),
            )


def _graphs(graph: Graph, test: Node) -> Iterator[tuple[str, Path]]:
    for node in graph.objects(test, UT.graphData):
        file = str(graph.value(node, UT.graph))
        yield str(graph.value(node, RDFS.label)), Path(file.removeprefix("file://"))


def _exchange(graph: Graph, node: Node) -> Exchange:
    answer = graph.value(node, HT.resp)
    if answer is None:
        raise ValueError(f"{node} has no answer")
    boolean = graph.value(answer, MF.expectedBoolean)
    form = graph.value(answer, MF.expectedFormat)
    location = graph.value(answer, MF.expectedLocation)
    return Exchange(
        method=str(graph.value(node, HT.methodName)),
        path=str(graph.value(node, HT.absolutePath)),
        sent=_message(graph, node),
        statuses=frozenset(
            str(status).rpartition("#")[2] for status in graph.objects(answer, MF.expectedStatus)
        ),
        boolean=None if boolean is None else bool(boolean.toPython()),  # type: ignore[attr-defined]
        form=None if form is None else str(form),
        expected=_message(graph, answer),
        location=None if location is None else str(location),
    )


def _message(graph: Graph, node: Node) -> Message:
    listed = graph.value(node, HT.headers)
    headers = {
        str(graph.value(header, HT.fieldName)): str(graph.value(header, HT.fieldValue))
        for header in (Collection(graph, listed) if listed is not None else ())
    }
    content = graph.value(node, HT.body)
    if content is None:
        return Message(headers, None, None)
    text = str(graph.value(content, CNT.chars))
    return Message(headers, text.encode(str(graph.value(content, CNT.characterEncoding))), text)


class Suite:
    """Runs tests against one service."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._client = httpx.Client(base_url=url, timeout=60)
        self._client.headers["Authorization"] = f"Bearer {token}"
        self._client.headers["User-Agent"] = "ihubkg-conformance"

    def run(self, case: Case) -> list[str]:
        """Run a test on an empty store; return what is wrong."""
        self._update("DROP ALL")
        for name, file in case.graphs:
            self._update(f"INSERT DATA {{ GRAPH <{name}> {{ {file.read_text('utf-8')} }} }}")
        names: dict[str, str] = {}
        faults: list[str] = []
        for number, exchange in enumerate(case.exchanges, 1):
            faults += [f"request {number}: {fault}" for fault in self._one(exchange, names)]
        return faults

    def _update(self, text: str) -> None:
        headers = {"Content-Type": "application/sparql-update"}
        self._client.post("/sparql", content=text, headers=headers).raise_for_status()

    def _one(self, exchange: Exchange, names: dict[str, str]) -> Iterator[str]:
        path = exchange.path
        for placeholder, value in names.items():
            path = path.replace(placeholder, quote(value, safe=""))
        path = path.replace("/sparql/", "/sparql", 1).replace("/gsp", "/store", 1)
        headers = dict(exchange.sent.headers)
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = ""  # httpx would make one up for a form
        headers = {name: value for name, value in headers.items() if value}
        answer = self._client.request(
            exchange.method, path, content=exchange.sent.body, headers=headers
        )
        if not any(_is(answer.status_code, status) for status in exchange.statuses):
            yield f"{answer.status_code} and not {sorted(exchange.statuses)}: {answer.text[:200]}"
            return
        yield from self._content(exchange, answer)
        if exchange.location is not None:
            location = answer.headers.get("Location")
            if location is None:
                yield "no Location"
            else:
                names[exchange.location] = str(answer.url.join(location))

    def _content(self, exchange: Exchange, answer: httpx.Response) -> Iterator[str]:
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        allowed = {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF, None: None}[exchange.form]
        if allowed is not None and media_type not in allowed:
            yield f"{media_type} is not {exchange.form}"
        if exchange.boolean is not None and answer.json()["boolean"] is not exchange.boolean:
            yield f"the answer is not {exchange.boolean}"
        for name, value in exchange.expected.headers.items():
            if answer.headers.get(name, "").replace(" ", "") != value.replace(" ", ""):
                yield f"{name} is {answer.headers.get(name)} and not {value}"
        if exchange.expected.text is not None:
            wanted = Graph().parse(data=exchange.expected.text, format="turtle")
            if not isomorphic(wanted, Graph().parse(data=answer.text, format="turtle")):
                yield "the graph is another one"

    def description(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the three tests of the Service Description with what is wrong."""
        answer = self._client.get("/sparql", headers={"Accept": "text/turtle"})
        graph = Graph()
        faults: list[str] = []
        try:
            graph.parse(data=answer.text, format="turtle")
        except Exception as error:
            faults.append(f"no RDF: {error}")
        if not len(graph):
            faults.append("no triples")
        yield "returns-rdf", faults
        endpoint = URIRef(f"{self._url}/sparql")
        has = any(graph.triples((None, SD.endpoint, endpoint)))
        yield "has-endpoint-triple", [] if has else [f"no sd:endpoint <{endpoint}>"]
        yield "conforms-to-schema", list(_against_schema(graph))


def _against_schema(graph: Graph) -> Iterator[str]:
    """Check classes against https://www.w3.org/TR/sparql11-service-description/."""
    rdf_type = URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    types: dict[Node, set[Node]] = {}
    for subject, _, kind in graph.triples((None, rdf_type, None)):
        types.setdefault(subject, set()).add(kind)
    domains: dict[Node, Node] = {
        SD.endpoint: SD.Service,
        SD.supportedLanguage: SD.Service,
        SD.resultFormat: SD.Service,
        SD.inputFormat: SD.Service,
        SD.feature: SD.Service,
        SD.defaultEntailmentRegime: SD.Service,
        SD.defaultDataset: SD.Service,
        SD.availableGraphs: SD.Service,
        SD.defaultGraph: SD.Dataset,
        SD.namedGraph: SD.Dataset,
        SD.name: SD.NamedGraph,
    }
    ranges: dict[Node, Node] = {
        SD.defaultDataset: SD.Dataset,
        SD.availableGraphs: SD.GraphCollection,
        SD.defaultGraph: SD.Graph,
        SD.namedGraph: SD.NamedGraph,
    }
    for subject, predicate, value in graph:
        if str(predicate).startswith(str(SD)) and predicate not in domains:
            yield f"{predicate} is not in the schema here"
        if predicate in domains and domains[predicate] not in types.get(subject, set()):
            yield f"{subject} has {predicate} and is no {domains[predicate]}"
        if predicate in ranges and ranges[predicate] not in types.get(value, set()):
            yield f"{value} of {predicate} is no {ranges[predicate]}"
    if not any(graph.triples((None, rdf_type, SD.Service))):
        yield "there is no sd:Service"


def _is(code: int, status: str) -> bool:
    if status.startswith("StatusCode"):
        return code // 100 == int(status.removeprefix("StatusCode")[0])
    return code == STATUS[status]


def check(folder: Path, url: str, token: str) -> int:
    """Run all suites; print what failed and the totals; return the number of failures."""
    suite = Suite(url, token)
    failed = 0
    store = folder / "graph-store-protocol"
    for title, manifests in (
        ("SPARQL 1.1 Protocol", [folder / "protocol" / "manifest.ttl"]),
        (
            "Graph Store Protocol",
            [store / "manifest-direct.ttl", store / "manifest-indirect.ttl"],
        ),
    ):
        found = [(case.name, suite.run(case)) for path in manifests for case in cases(path)]
        failed += _print(title, found)
    return failed + _print("Service Description", list(suite.description()))


def _print(title: str, found: list[tuple[str, list[str]]]) -> int:
    bad = [(name, faults) for name, faults in found if faults]
    for name, faults in bad:
        for fault in faults:
            print(f"  {name}: {fault}")
    print(f"{title}: {len(found) - len(bad)}/{len(found)}")
    return len(bad)


def main(arguments: list[str]) -> int:
    """Run the suites as the arguments say."""
    shared = Path(arguments[0]) if arguments else SHARED
    folder = shared / "conformance" / "sparql11"
    if not folder.is_dir():
        print(f"The W3C suites are not at {folder}: nothing was checked.")
        return 2
    folder = folder.resolve()
    if len(arguments) > 2:
        return min(check(folder, arguments[1], arguments[2]), 1)
    with service() as running:
        return min(check(folder, running.url, running.token), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
