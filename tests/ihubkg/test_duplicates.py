"""Nearly the same name, of one kind, in one country: perhaps the same."""

from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from ihubkg import duplicates
from ihubkg.context import Context
from ihubkg.terms import term, thing

EST, FIN = (f"http://publications.europa.eu/resource/authority/country/{c}" for c in ("EST", "FIN"))
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
COUNTRY = "http://purl.org/dc/terms/spatial"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def school(slug: str, name: str, country: str = EST, kind: str = "School") -> str:
    iri = thing("school", slug)
    return f'<{iri}> <{TYPE}> <{term(kind)}> ; <{COUNTRY}> <{country}> ; <{LABEL}> "{name}"@en .\n'


def above(kind: str) -> Sequence[str]:
    return (kind, term("Actor")) if kind == term("School") else (kind,)


@pytest.fixture(scope="module")
def context() -> Context:
    store = ox.Store()
    store.load(school("audru", "Audru Basic School").encode(), ox.RdfFormat.TURTLE)
    return Context.of(store)


def found(text: str, context: Context) -> list[tuple[str, str]]:
    quads = [*ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]
    return [
        (str(problem.focus).rpartition("/")[2][:-1], str(problem.value).rpartition("/")[2][:-1])
        for problem in duplicates.find(quads, context, above)
    ]


def test_a_name_typed_a_little_otherwise_is_noticed(context: Context) -> None:
    assert found(school("a", "Audru basic-schol"), context) == [("a", "audru")]
    assert found(school("a", "Basic School Audru"), context) == [("a", "audru")]


def test_other_names_countries_and_kinds_are_others(context: Context) -> None:
    assert not found(school("a", "Maardu Upper School"), context)
    assert not found(school("a", "Audru Basic Schol", FIN), context)
    assert not found(school("a", "Audru Basic Schol", kind="Membership"), context)


def test_what_is_known_may_be_described_again(context: Context) -> None:
    assert not found(school("audru", "Audru Basic Schol"), context)


def test_two_new_things_are_compared_as_well(context: Context) -> None:
    text = school("x", "Rakvere Free School") + school("y", "Rakvere Free Schoool")
    assert found(text, context) == [("x", "y"), ("y", "x")]


def test_a_few_of_many_are_looked_at(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST", 0)
    assert not found(school("a", "Audru Basic Schol"), context)
