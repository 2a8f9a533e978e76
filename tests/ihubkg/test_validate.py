"""What the shapes find in data, in our words and against the graph it would join."""

import pyoxigraph as ox
import pytest

from ihubkg.context import Context
from ihubkg.errors import LimitExceeded
from ihubkg.model import Model
from ihubkg.report import Report
from ihubkg.shapes import name_of
from ihubkg.terms import BASE, PREFIXES
from ihubkg.validate import FACTS, Checker, is_system, refuse_floods

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
HEAD += f"@prefix region: <{BASE}id/region/> .\n@prefix method: <{BASE}id/method/> .\n"


def quads(text: str) -> list[ox.Quad]:
    return [*ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def checker(model: Model) -> Checker:
    return Checker(model)


@pytest.fixture(scope="module")
def context(model: Model) -> Context:
    return Context.packaged(model)


def names(report: Report) -> set[str]:
    return {name_of(problem.shape or "") for problem in report.problems}


def test_what_is_missing_is_told_with_the_words_of_its_shape(
    checker: Checker, context: Context
) -> None:
    report = checker.check(quads('region:made a ihub:Region ; skos:prefLabel "M"@en .'), context)
    found = next(p for p in report.problems if name_of(p.shape or "") == "Region-kind")
    assert (found.constraint, found.severity) == ("MinCount", "Violation")
    assert found.message["en"] == "Choose one kind of area from the list."
    assert (found.label, found.path) == ({"en": "M"}, PREFIXES["dcterms"] + "type")
    assert not report.conforms


def test_data_is_seen_with_the_graph_it_would_join(checker: Checker, context: Context) -> None:
    circle = quads("region:georgia ihub:regionPartOf region:batumi .")
    assert "Region-circle" in names(checker.check(circle, context))
    assert "Region-circle" not in names(checker.check(circle, Context()))


def test_only_the_things_asked_about_are_checked(checker: Checker, context: Context) -> None:
    text = "region:one a ihub:Region . region:two a ihub:Region ."
    two = ox.NamedNode(f"{BASE}id/region/two")
    report = checker.check(quads(text), context, only=frozenset({two}))
    assert {problem.focus for problem in report.problems} == {two}


def test_submissions_have_to_hold_more(model: Model, checker: Checker, context: Context) -> None:
    data = quads("method:made a ihub:Method .")
    asked = names(Checker(model, profile="submission").check(data, context))
    assert "SubmittedMethod-format" in asked - names(checker.check(data, context))


def test_floods_are_refused_at_the_first_value_too_many() -> None:
    most = [ox.Quad(ox.NamedNode("e:a"), ox.NamedNode("p:p"), ox.Literal(n)) for n in range(FACTS)]
    refuse_floods(most)
    one = ox.Quad(ox.NamedNode("e:a"), ox.NamedNode("p:p"), ox.Literal("more"))
    with pytest.raises(LimitExceeded, match="split the entry"):
        refuse_floods([*most, one])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<e:a> a owl:Class .", True),
        ("<e:a> rdfs:subClassOf <e:b> .", True),
        ("<e:a> sh:path <e:b> .", True),
        ("<e:a> owl:sameAs <e:b> .", False),
        ("<e:a> a ihub:Method .", False),
    ],
)
def test_data_may_not_speak_of_the_ontology(text: str, expected: bool) -> None:
    assert is_system(quads(text)[0]) is expected
