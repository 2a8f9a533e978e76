import pytest
import rdflib

from ihubkg.model import Model
from ihubkg.terms import expand, term
from service.words import Words, apart, country, written

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def words(model: Model) -> Words:
    return Words.of(model.ontology, model.shapes)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("2021-11-25", "date", "25 November 2021"),
        ("2021-10", "gYearMonth", "October 2021"),
        ("2021", "gYear", "2021"),
        ("2021-13-01", "date", "1 2021"),
        ("soon", "date", "soon"),
        ("true", "boolean", "yes"),
        ("0", "boolean", "no"),
        ("1.50", "decimal", "1.5"),
        ("3.0", "decimal", "3"),
        ("30", "decimal", "30"),
        ("30", "integer", "30"),
        ("x", "string", "x"),
    ],
)
def test_values_are_written_as_people_write_them(value: str, kind: str, expected: str) -> None:
    assert written(value, XSD + kind) == expected


def test_words_do_not_depend_on_the_order_of_statements(words: Words, model: Model) -> None:
    def shuffled(graph: rdflib.Graph) -> rdflib.Graph:
        other = rdflib.Graph()
        for triple in sorted(graph, reverse=True):
            other.add(triple)
        return other

    assert Words.of(shuffled(model.ontology), shuffled(model.shapes)) == words
    phases = (term("ProcessModel"), term("hasPhase"))
    assert words.shapes[phases] == "phases"


def test_a_property_is_called_by_its_plain_phrase(words: Words) -> None:
    assert words.property(term("typicalDuration")) == "how long it takes"
    assert words.property(expand("dcterms:spatial")) == "country"


def test_else_by_its_shape_else_by_the_ontology_else_by_its_own_name(words: Words) -> None:
    key = next(k for k in words.shapes if k[1] == term("stepNumber"))
    assert words.property(term("stepNumber"), [key[0]]) == words.shapes[key]
    assert words.property(term("fromOccurrence")) == "from occurrence"
    assert words.property("http://example.org/v#someThing") == "some thing"


def test_classes_have_the_ontology_s_labels(words: Words) -> None:
    assert words.kind(term("RegionalInnovationHub")) == "regional innovation hub"
    assert words.kind("http://example.org/v#OtherThing") == "other thing"


def test_local_names_fall_apart_into_words() -> None:
    assert apart("http://example.org/a/development-needs/") == "development needs"


def test_countries_have_names() -> None:
    table = "http://publications.europa.eu/resource/authority/country/"
    assert country(table + "EST") == "Estonia"
    assert country(table + "XXX") is None
    assert country("http://example.org/EST") is None
