"""What a form asks for, read from shapes: order, number, lists, paths, and what is for whom."""

import pytest
import rdflib
from rdflib.namespace import SH

from ihubkg.model import Model
from ihubkg.shapes import SUBMISSION, Shapes, name_of
from ihubkg.terms import BASE, PREFIXES

HEAD = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
MADE = f"""{HEAD}
<s:T> a sh:NodeShape ; sh:targetClass <c:T> ; sh:property <s:b>, <s:a>, <s:late> .
<s:a> a sh:PropertyShape ; sh:order 2 ; sh:path ihub:basedIn ; sh:severity sh:Warning ;
    sh:qualifiedMinCount 1 ; sh:maxCount 3 ; sh:name "Region"@en, "Piirkond"@et ;
    sh:node [ sh:property [ sh:path skos:inScheme ; sh:hasValue <l:1> ] ] .
<s:b> a sh:PropertyShape ; sh:order 1 ; sh:path ( [ sh:inversePath ihub:basedIn ]
    [ sh:alternativePath ( skos:prefLabel skos:altLabel ) ] ) ;
    sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] ) .
<s:late> a sh:PropertyShape ; sh:order 9 ; sh:path skos:note .
<s:sent> a sh:NodeShape ; sh:targetClass <c:T> ; rdfs:isDefinedBy <{SUBMISSION}> ;
    sh:property <s:asked> .
<s:asked> a sh:PropertyShape ; sh:path skos:note ; sh:minCount 1 .
"""


def made(profile: str = "published") -> Shapes:
    return Shapes(rdflib.Graph().parse(data=MADE, format="turtle"), profile)


def test_fields_stand_in_the_order_of_the_form() -> None:
    by_path, by_name, _ = made().fields(("c:T", "c:Above"))
    assert (by_path.shape, by_name.shape) == ("s:b", "s:a")
    assert (by_name.minimum, by_name.maximum) == (1, 3)
    assert (by_name.severity, by_path.severity) == ("Warning", "Violation")
    assert (by_name.scheme, by_path.scheme) == ("l:1", None)
    assert by_path.path is None
    assert by_path.expression == "^ihub:basedIn/(skos:prefLabel|skos:altLabel)"
    assert made().texts("s:a", SH.name) == {"en": "Region", "et": "Piirkond"}


def test_what_is_asked_of_submissions_is_not_asked_of_what_is_published() -> None:
    asked = {field.shape for field in made("submission").fields(("c:T",))}
    assert asked - {field.shape for field in made().fields(("c:T",))} == {"s:asked"}
    with pytest.raises(ValueError, match="unknown profile"):
        made("draft")


def test_every_field_of_a_packaged_shape_has_a_name_and_a_message(model: Model) -> None:
    shapes = Shapes(model.shapes)
    fields = shapes.fields(tuple(shapes.targets))
    assert len(fields) > 100
    for field in fields:
        assert shapes.texts(field.shape, SH.message).get("en"), field.shape
        assert shapes.texts(field.shape, SH.name).get("en"), field.shape


def test_only_shapes_of_ours_have_short_names() -> None:
    assert name_of(f"{BASE}shapes#Method") == "Method"
    assert name_of("https://e/shapes#Method") == "https://e/shapes#Method"
