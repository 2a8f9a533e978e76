"""Against a small HTTP server in this process that answers from the real graph."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pyoxigraph as ox
import pytest

from ihubkg import errors, remote, terms
from ihubkg.answer import ask
from ihubkg.errors import Unavailable
from ihubkg.model import Model
from ihubkg.remote import Remote
from ihubkg.store import Store

REFUSALS: dict[str, tuple[int, dict[str, object], dict[str, str]]] = {
    "400": (400, {"detail": "Bad.", "line": 2, "column": 3, "see": "x"}, {}),
    "404": (404, {"detail": "None such."}, {}),
    "409": (409, {"detail": "Moved on."}, {}),
    "413": (413, {"detail": "Too long.", "limit": 5, "value": 6}, {}),
    "422": (422, {"errors": [{"parameter": "p", "reason": "no", "nearest": ["q"]}]}, {}),
    "418": (418, {"detail": "A teapot."}, {}),
    "429": (429, {"detail": "Enough."}, {"Retry-After": "7"}),
    "503": (503, {}, {"Retry-After": "soon"}),
    "504": (504, {"detail": "Too slow.", "limit": 10}, {}),
}


@pytest.fixture(scope="module")
def url(store: Store) -> Iterator[str]:
    """A SPARQL endpoint over the packaged graph; `/refuse/<status>` refuses."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            results = store.query(form["query"][0], default_graphs=form.get("default-graph-uri"))
            headers = {"X-Result-Truncated": "rows"} if "LIMIT 1 #" in form["query"][0] else {}
            if isinstance(results, ox.QueryTriples):
                body = ox.serialize(results, format=ox.RdfFormat.N_TRIPLES)
                self.reply(200, "application/n-triples", body or b"", headers)
            else:
                body = results.serialize(format=ox.QueryResultsFormat.JSON)
                self.reply(200, "application/sparql-results+json", body or b"", headers)

        def do_GET(self) -> None:
            last = urlsplit(self.path).path.rpartition("/")[2]
            if last in REFUSALS:
                status, said, headers = REFUSALS[last]
                self.reply(status, "application/problem+json", orjson.dumps(said), headers)
            elif last == "plain":
                self.reply(404, "text/html", b"<p>none", {})
            else:
                self.reply(200, "text/plain", self.path.encode(), {})

        def reply(self, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": f"{kind}; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_url_is_a_service_or_an_endpoint() -> None:
    with Remote("http://e/kg/") as service, Remote("http://e/sparql") as endpoint:
        assert (service.is_service, service.endpoint) == (True, "http://e/kg/sparql")
        assert (endpoint.is_service, endpoint.endpoint) == (False, "http://e/sparql")
        assert service.version == "at http://e/kg"


def test_rows_truth_and_graphs_come_back(url: str) -> None:
    with Remote(url) as there:
        rows, cut = there.select("SELECT * { ?s ?p ?o } LIMIT 2")
        assert isinstance(rows, ox.QuerySolutions)
        assert (len(list(rows)), cut) == (2, False)
        truth, _ = there.select("ASK { ?s ?p ?o }")
        assert isinstance(truth, ox.QueryBoolean)
        assert truth
        graph, _ = there.select("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3")
        assert isinstance(graph, list)
        assert len(graph) == 3


def test_a_cut_answer_says_so(url: str) -> None:
    with Remote(url) as there:
        assert there.select("SELECT * { ?s ?p ?o } LIMIT 1 # cut")[1]


def test_the_graphs_asked_for_are_named(url: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    with Remote(url) as there:
        counts = []
        for graphs in ([terms.VOCAB], [terms.VOCAB, terms.CURATED]):
            rows, _ = there.select(count, default_graphs=graphs)
            assert isinstance(rows, ox.QuerySolutions)
            counts += [int(row["n"].value) for row in rows]
    assert 0 < counts[0] < counts[1]


def test_a_question_runs_on_any_endpoint_as_it_does_here(
    url: str, store: Store, model: Model
) -> None:
    question = model.questions["methods-for-phase"]
    given = {"phase": "mapping-needs"}
    with Remote(f"{url}/sparql") as there:
        assert ask(there, question, given).to_tsv() == ask(store, question, given).to_tsv()


def test_parameters_reach_the_address(url: str) -> None:
    with Remote(url) as there:
        reply = there.get("/questions/x.json", accept="*/*", parameters={"a": ["1", "2 &"]})
    assert reply.body == b"/questions/x.json?a=1&a=2+%26"
    assert reply.media_type == "text/plain"


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        ("400", errors.BadQuery, {"line": 2, "column": 3, "see": "x"}),
        ("404", errors.NotFound, {}),
        ("409", errors.Conflict, {}),
        ("413", errors.TooLarge, {"limit": 5, "value": 6}),
        ("418", errors.IhubError, {}),
        ("429", errors.Unavailable, {"retry_after": 7}),
        ("503", errors.Unavailable, {"retry_after": None}),
        ("504", errors.Timeout, {"limit": 10}),
    ],
)
def test_a_refusal_is_the_error_that_the_library_would_raise(
    url: str, status: str, error: type[errors.IhubError], told: dict[str, object]
) -> None:
    with Remote(url) as there, pytest.raises(error) as caught:
        there.get(f"/refuse/{status}", accept="*/*")
    detail = REFUSALS[status][1].get("detail")
    assert caught.value.message == detail or (detail is None and "answers 503" in str(caught.value))
    assert {name: getattr(caught.value, name) for name in told} == told


def test_bad_parameters_are_told_one_by_one(url: str) -> None:
    with Remote(url) as there, pytest.raises(errors.BadParameter) as caught:
        there.get("/refuse/422", accept="*/*")
    (problem,) = caught.value.errors
    assert (problem.parameter, problem.reason, problem.nearest) == ("p", "no", ("q",))


def test_a_refusal_without_a_problem_document_names_address_and_status(url: str) -> None:
    with (
        Remote(url) as there,
        pytest.raises(errors.NotFound, match=r"/plain answers 404 Not Found"),
    ):
        there.get("/plain", accept="*/*")


def test_nobody_there_is_said_in_a_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Remote(address) as there, pytest.raises(errors.Unavailable, match="is it running"):
        there.select("ASK {}")


def test_silence_ends_at_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "READ_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Remote(address) as there, pytest.raises(errors.Timeout, match="did not answer"):
            there.select("ASK {}")


def test_an_endless_answer_is_cut_off(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "LARGEST", 100)
    with Remote(url) as there, pytest.raises(errors.TooLarge, match="more than 100 bytes"):
        there.select("SELECT * { ?s ?p ?o } LIMIT 50")


def test_what_is_no_result_is_refused(url: str) -> None:
    reply = remote.Reply(b"<p>", "text/html", False)
    with pytest.raises(errors.ParseError, match="text/html"):
        remote._results(reply)
    broken = remote.Reply(b"{", "application/sparql-results+json", False)
    with pytest.raises(errors.ParseError, match="what it calls"):
        list(remote._results(broken))  # type: ignore[arg-type]


def test_what_is_remembered_is_built_once() -> None:
    with Remote("http://e") as there:
        assert there.remember("k", lambda: 1) == there.remember("k", lambda: 2) == 1


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["::1"], ["fe80::1%eth0"]],
)
def test_a_name_that_leads_to_an_address_of_one_s_own_is_not_asked(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Unavailable, match="not public"):
        remote.ask("http://far.example/sparql", "SELECT * { }", seconds=1)


def test_a_name_is_spoken_to_at_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: checked)
    sent: list[httpx.Request] = []

    def send(_: object, request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", send)
    assert remote.ask("https://far.example/sparql", "SELECT * { }", seconds=1) == b"{}"
    (request,) = sent
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == "far.example"
    assert request.extensions["sni_hostname"] == "far.example"


def test_an_endpoint_that_is_nowhere_is_said() -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        remote.ask("http://127.0.0.1:1/sparql", "SELECT * { }", seconds=1)
