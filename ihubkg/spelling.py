"""What someone meant: the nearest field, kind, term or thing to what stands there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from urllib.parse import unquote

import pyoxigraph as ox
import rdflib
from rapidfuzz import fuzz, process, utils
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from ihubkg.context import Context
from ihubkg.terms import BASE, PREFIXES, shorten

NEAR = 70.0
"""How alike two names must be, of 100, to be taken for each other."""

MOST = 20_000
"""Most things of a kind among which the nearest is looked for."""

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


class Vocabulary:
    """The fields, kinds and terms of lists that the ontology has, by their names."""

    def __init__(self, ontology: rdflib.Graph) -> None:
        self._ontology = ontology

    @cached_property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """The IRIs of all fields with their names."""
        return {
            str(name): self._names(name)
            for kind in _PROPERTIES
            for name in self._ontology.subjects(RDF.type, kind)
            if isinstance(name, rdflib.URIRef)
        }

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """The IRIs of our classes with their names."""
        return {
            str(name): self._names(name)
            for name in self._ontology.subjects(RDF.type, OWL.Class)
            if isinstance(name, rdflib.URIRef) and str(name).startswith(f"{BASE}ontology#")
        }

    def terms(self, scheme: str) -> Mapping[str, tuple[str, ...]]:
        """Return the IRIs of the terms of a list with their names."""
        return {
            str(name): self._names(name)
            for name in self._ontology.subjects(SKOS.inScheme, rdflib.URIRef(scheme))
            if isinstance(name, rdflib.URIRef)
        }

    def label(self, iri: str) -> str:
        """Return the English name of a field, kind or term, or its CURIE."""
        return next(iter(self._labels(rdflib.URIRef(iri))), shorten(iri))

    def above(self, kind: str) -> Iterator[str]:
        """Yield the classes directly above `kind`."""
        for name in self._ontology.objects(rdflib.URIRef(kind), RDFS.subClassOf):
            if isinstance(name, rdflib.URIRef):
                yield str(name)

    def _names(self, name: rdflib.URIRef) -> tuple[str, ...]:
        return (local_name(str(name)), *self._labels(name))

    def _labels(self, name: rdflib.URIRef) -> list[str]:
        found = [
            text
            for kind in (SKOS.prefLabel, RDFS.label, SKOS.altLabel)
            for text in self._ontology.objects(name, kind)
            if isinstance(text, rdflib.Literal)
        ]
        return [str(text) for text in sorted(found, key=lambda text: text.language != "en")]


def things(context: Context, kinds: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the IRIs of the things of `kinds` in the graph, each with its names."""
    for kind in kinds:
        for quad in islice(context.find(None, _TYPE, ox.NamedNode(kind)), MOST):
            if isinstance(quad.subject, ox.NamedNode):
                yield quad.subject.value, (local_name(quad.subject.value),)


def labels(context: Context, iri: str) -> list[str]:
    """Return the names of a thing in the graph."""
    found = context.find(ox.NamedNode(iri), _LABEL, None)
    return [quad.object.value for quad in found if isinstance(quad.object, ox.Literal)]


def nearest(
    name: str, candidates: Mapping[str, Sequence[str]], *, limit: int = 3, near: float = NEAR
) -> list[str]:
    """Return the keys of `candidates` one of whose names is like `name`, the likest first.

    >>> nearest("typicalDuraton", {"a": ["typicalDuration"], "b": ["unit"]})
    ['a']
    """
    flat = [(key, text) for key, texts in candidates.items() for text in texts]
    scored = process.extract(
        _plain(name),
        [_plain(text) for _, text in flat],
        scorer=fuzz.ratio,
        score_cutoff=near,
        limit=limit * 4,
    )
    keys = dict.fromkeys(flat[number][0] for _, _, number in scored)
    return [*keys][:limit]


def mentioned(text: str, candidates: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the keys of `candidates` one of whose names stands in `text` as words.

    >>> mentioned("Digipeda workshop", {"a": ["workshop"], "b": ["tool"]})
    ['a']
    """
    words = f" {_plain(text)} "
    return [
        key for key, names in candidates.items() if any(f" {_plain(n)} " in words for n in names)
    ]


def local_name(iri: str) -> str:
    """Return the last part of an IRI, without percent signs.

    >>> local_name("https://example.org/id/a%20b/")
    'a b'
    """
    return unquote(re.split(r"[#/:]", iri.rstrip("/#"))[-1])


def _plain(name: str) -> str:
    """Return `name` in small letters, camel case and hyphens taken apart."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(utils.default_process(apart).split())
