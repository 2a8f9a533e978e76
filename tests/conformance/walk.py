"""A walk over every IRI of the dataset, as a client makes it that knows the IRIs alone."""

import gzip
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard
from urllib.parse import urljoin

import pyoxigraph as ox
from jsonschema import Draft202012Validator

from ihubkg.terms import BASE, PREFIXES

FORMS: Mapping[str, ox.RdfFormat] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
GRAPHS: Mapping[str, ox.RdfFormat] = {
    **FORMS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
LABELS = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("dcterms", "title"),
        ("sh", "name"),
        ("foaf", "name"),
        ("sh", "prefix"),
    )
)
BESIDE = ("/.well-known/sparql-examples", "/changes")
"""Documents with IRIs of ours that stand in no graph: the questions, the stream of changes."""
DATA_ONLY = ("/catalog",)
"""Documents that are for programs alone."""
PICTURES = (".svg", ".png")
SCHEMA = re.compile(r'<([^>]*)>; rel="describedby"; type="application/schema\+json"')
STRUCTURED = re.compile(rb'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
VERSION = ox.NamedNode(PREFIXES["owl"] + "versionIRI")
SOURCES = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("ihub", "hasCitation"),
        ("ihub", "citesSource"),
        ("dcterms", "source"),
        ("rdfs", "isDefinedBy"),
        ("skos", "inScheme"),
        ("dcterms", "publisher"),
        ("dcterms", "creator"),
        ("schema", "url"),
    )
)
"""What a client follows to learn where a description comes from."""


class Answer(Protocol):
    """What a client gets."""

    status_code: int

    @property
    def content(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class Client(Protocol):
    """A client of HTTP that follows no redirect by itself."""

    def get(self, url: str, *, headers: Mapping[str, str]) -> Answer: ...
    def head(self, url: str, *, headers: Mapping[str, str]) -> Answer: ...


@dataclass
class Walk:
    """What was found: how many IRIs, documents and requests, and every fault."""

    client: Client
    iris: int = 0
    documents: int = 0
    requests: int = 0
    held: int = 0
    """Trees that were held to a JSON Schema."""
    structured: int = 0
    """Pages whose structured data was held to the graph."""
    faults: list[str] = field(default_factory=list)
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    def over(self, iris: Iterable[str], *, seen: Callable[[str], None] = lambda path: None) -> None:
        """Dereference every one of `iris` in every form."""
        places: dict[str, list[str]] = defaultdict(list)
        for iri in sorted(iris):
            self.iris += 1
            place = self._place(iri)
            if place is not None:
                places[place].append(iri)
        for path, about in places.items():
            self.documents += 1
            self._document(path, about)
            seen(path)

    def _place(self, iri: str) -> str | None:
        """Return the path of the document about `iri`, where the service leads."""
        path = "/" + iri.removeprefix(BASE).partition("#")[0]
        answer = self._get(path, "text/turtle")
        if answer.status_code == 200:
            if "/id/" in iri or (iri.count("/") > BASE.count("/") + 1 and "/voc/" in iri):
                self._fault(iri, "a thing answers as if it were a document")
            return path
        if answer.status_code != 303:
            self._fault(iri, f"status {answer.status_code}")
            return None
        where = urljoin(path, answer.headers["location"])
        return None if where.endswith(PICTURES) else where

    def _document(self, path: str, about: list[str]) -> None:
        forms = GRAPHS if path.startswith("/graph/") else FORMS
        said: dict[str, ox.Dataset] = {}
        for media_type, fmt in forms.items():
            answer = self._form(path, media_type)
            if answer is None:
                continue
            try:
                said[media_type] = canonical(answer.content, fmt)
            except (SyntaxError, ValueError) as error:
                self._fault(path, f"{media_type} cannot be read: {error}")
            if media_type == "application/ld+json":
                self._schema(path, answer)
        first = said.get("text/turtle")
        if first is None:
            return
        for media_type, other in said.items():
            if other != first:
                self._fault(path, f"{media_type} says other than text/turtle")
        if not path.startswith("/graph/"):
            for iri in about:
                self._about(iri, first)
        if path not in DATA_ONLY:
            self._page(path, about, first)

    def _page(self, path: str, about: list[str], said: ox.Dataset) -> None:
        """See that the page for people is there and names what the document is about."""
        page = self._form(path, "text/html")
        if page is None or path.startswith("/graph/"):
            return
        text = html.unescape(page.content.decode()).casefold()
        for iri in about:
            labels = {
                quad.object.value
                for quad in said.quads_for_subject(ox.NamedNode(iri))
                if quad.predicate in LABELS and isinstance(quad.object, ox.Literal)
            }
            if labels and not any(label.casefold() in text for label in labels):
                self._fault(iri, "the page does not name it")
        for data in STRUCTURED.findall(page.content):
            self._structured(path, data)

    def _structured(self, path: str, data: bytes) -> None:
        """Hold the data in a page to what the graph says in the same words."""
        self.structured += 1
        said = self._get(f"{path}?_profile=schema", "application/n-triples")
        graph = said.content if said.status_code == 200 else b""
        in_page = canonical(data, ox.RdfFormat.JSON_LD)
        if in_page != canonical(graph, ox.RdfFormat.N_TRIPLES):
            self._fault(path, "its structured data says other than the graph")

    def _schema(self, path: str, answer: Answer) -> None:
        """Hold a tree to the JSON Schemas that its document names."""
        for where in SCHEMA.findall(answer.headers.get("link", "")):
            if where not in self._validators:
                found = self._get(where, "application/schema+json")
                if found.status_code != 200:
                    self._fault(path, f"{where} has status {found.status_code}")
                schema = json.loads(found.content) if found.status_code == 200 else {}
                self._validators[where] = Draft202012Validator(schema)
            self.held += 1
            for error in self._validators[where].iter_errors(json.loads(answer.content)):
                self._fault(path, f"{where}: {error.json_path} {error.message[:80]}")

    def _form(self, path: str, media_type: str) -> Answer | None:
        got, head = self._get(path, media_type), self._head(path, media_type)
        if got.status_code != 200:
            self._fault(path, f"status {got.status_code} for {media_type}")
            return None
        found = got.headers["content-type"].partition(";")[0]
        if found != media_type:
            self._fault(path, f"{found} for {media_type}")
        if head.status_code != 200 or head.content or _lasting(head) != _lasting(got):
            self._fault(path, f"HEAD differs from GET for {media_type}")
        return got

    def _about(self, iri: str, said: ox.Dataset) -> None:
        node = ox.NamedNode(iri)
        for quad in said.quads_for_object(node):
            if quad.predicate == VERSION and isinstance(quad.subject, ox.NamedNode):
                node = quad.subject  # the version of a document is the document
        own = {quad.predicate for quad in said.quads_for_subject(node)}
        if not own:
            self._fault(iri, "nothing is said of it")
        elif own.isdisjoint(LABELS):
            self._fault(iri, "no label")
        elif own.isdisjoint(SOURCES) and not any(said.quads_for_object(node)):
            self._fault(iri, "no source")

    def _fault(self, what: str, message: str) -> None:
        self.faults.append(f"{what}: {message}")

    def _get(self, path: str, accept: str) -> Answer:
        self.requests += 1
        return self.client.get(path, headers={"accept": accept})

    def _head(self, path: str, accept: str) -> Answer:
        self.requests += 1
        return self.client.head(path, headers={"accept": accept})


def iris(client: Client) -> frozenset[str]:
    """Return every IRI of ours that stands anywhere in the dataset of the service."""
    dump = client.get("/dumps/ihubkg.nq.gz", headers={}).content
    found = set(_ours(ox.parse(gzip.decompress(dump), format=ox.RdfFormat.N_QUADS)))
    for path in BESIDE:
        said = client.get(path, headers={"accept": "application/n-triples"}).content
        quads = ox.parse(said, format=ox.RdfFormat.N_TRIPLES)
        found |= {quad.subject.value for quad in quads if _is_ours(quad.subject)}
    return frozenset(found)


def canonical(data: bytes, fmt: ox.RdfFormat) -> ox.Dataset:
    """Return the triples of a document, blank nodes named canonically (RDFC-1.0)."""
    triples = ((q.subject, q.predicate, q.object) for q in ox.parse(data, format=fmt))
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _ours(quads: Iterable[ox.Quad]) -> Iterator[str]:
    for quad in quads:
        for node in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if _is_ours(node):
                yield node.value


def _is_ours(node: object) -> TypeGuard[ox.NamedNode]:
    return isinstance(node, ox.NamedNode) and node.value.startswith(BASE)


def _lasting(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"}
