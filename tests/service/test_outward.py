"""SERVICE reaches the endpoints that the operator allows, and nothing else, within its limits."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.service.far import far

ROOT = Path(__file__).parent.parent.parent
HOWS = ("good", "slow", "drip", "endless", "elsewhere", "packed", "404", "500", "html")


class Near:
    """A service that may ask some endpoints, and the address of those."""

    def __init__(self, client: TestClient, address: str, asked: list[bytes]) -> None:
        self.client = client
        self.address = address
        self.asked = asked

    def ask(self, group: str, **more: str) -> Any:  # noqa: ANN401 - what the client answers with
        text = f"SELECT * {{ {group} }}".replace("far:", f"{self.address}/")
        return self.client.get("/sparql", params={"query": text, **more})


@pytest.fixture(scope="module")
def near() -> Iterator[Near]:
    with far() as (address, asked):
        allowed = tuple(f"{address}/{how}" for how in HOWS)
        settings = Settings(
            workers=1, slow=1, federation=allowed, federation_seconds=1.0, federation_rows=5
        )
        app = create_app(settings)
        with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
            yield Near(client, address, asked)


def test_a_part_is_asked_once_and_joined(near: Near) -> None:
    near.asked.clear()
    group = "?s a ?class SERVICE <far:good> { ?x <http://e/p> ?far }"
    answer = near.ask(group + " FILTER(?class = <http://www.w3.org/2002/07/owl#Ontology>)")
    rows = answer.json()["results"]["bindings"]
    assert len(rows) > 5
    assert {row["far"]["value"] for row in rows} == {"there"}
    assert len(near.asked) == 1
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("slow", 503, "did not answer within 1 seconds"),
        ("drip", 503, "did not answer within 1 seconds"),
        ("endless", 422, "longer than 4,194,304 bytes"),
        ("elsewhere", 503, "does not answer at present (302)"),
        ("packed", 503, "packs its answer"),
        ("404", 400, "refuses its part of the query (404)"),
        ("500", 503, "does not answer at present (500)"),
        ("html", 503, "gave no answer that can be read as SPARQL JSON"),
    ],
)
def test_what_goes_wrong_there_is_told_with_the_endpoint(
    near: Near, how: str, status: int, said: str
) -> None:
    start = time.monotonic()
    answer = near.ask(f"SERVICE <far:{how}> {{ ?s ?p ?far }}")
    assert time.monotonic() - start < 3
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert f"<{near.address}/{how}>" in answer.json()["detail"]
    silent = near.ask(f"SERVICE SILENT <far:{how}> {{ ?s ?p ?far }} BIND(1 AS ?here)")
    assert [row["here"]["value"] for row in silent.json()["results"]["bindings"]] == ["1"]
    assert near.ask("BIND(1 AS ?here)").status_code == 200


@pytest.mark.parametrize(
    "group",
    [
        "SERVICE <far:other> { ?s ?p ?o }",
        "SERVICE SILENT <far:other> { ?s ?p ?o }",
        "SERVICE <far:good/> { ?s ?p ?o }",
        "SERVICE <far:good?x> { ?s ?p ?o }",
        "SERVICE <http://169.254.169.254/> { ?s ?p ?o }",
        "SERVICE ?anywhere { ?s ?p ?o }",
        "S\\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o }",
        "SERVICE <far:good> { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "FILTER EXISTS { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    ],
)
def test_everything_else_is_refused_before_anything_is_asked(near: Near, group: str) -> None:
    near.asked.clear()
    answer = near.ask(group)
    assert answer.status_code == 400
    assert f"<{near.address}/good>" in answer.json()["detail"], "the limit is named"
    assert near.asked == []


def test_an_update_asks_nobody(near: Near) -> None:
    near.asked.clear()
    text = f"INSERT {{ ?s ?p 1 }} WHERE {{ SERVICE <{near.address}/good> {{ ?s ?p ?o }} }}"
    answer = near.client.post("/sparql", data={"update": text})
    assert answer.status_code in (400, 401)
    assert near.asked == []


def test_off_by_default(client: TestClient) -> None:
    query = "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == 400
    assert "SERVICE is not available here" in answer.json()["detail"]
    described = client.get("/sparql", headers={"accept": "text/turtle"}).text
    assert "BasicFederatedQuery" not in described


def test_the_description_says_so(near: Near) -> None:
    described = near.client.get("/sparql", headers={"accept": "text/turtle"}).text
    assert "BasicFederatedQuery" in described


def test_two_services_answer_together() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ihubkg.cli", "serve", "--port", str(port)]
    endpoint = f"http://127.0.0.1:{port}/sparql"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as other:
        try:
            _wait(f"http://127.0.0.1:{port}/readyz")
            app = create_app(Settings(workers=1, slow=1, federation=(endpoint,)))
            with TestClient(app, base_url="http://127.0.0.1:8000") as client:
                query = (
                    "PREFIX ihub: <https://w3id.org/ihub4schools/ontology#>\n"
                    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
                    f"SELECT ?method ?name {{ ?method a ihub:Method . SERVICE <{endpoint}> "
                    '{ ?method skos:prefLabel ?name FILTER(STRSTARTS(?name, "Digi")) } }'
                )
                answer = client.get("/sparql", params={"query": query})
                names = {row["name"]["value"] for row in answer.json()["results"]["bindings"]}
                assert {"Digipeda workshop", "DigiKiirendi"} <= names
                assert all(name.startswith("Digi") for name in names)
        finally:
            other.terminate()


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("The other service did not get ready.")
