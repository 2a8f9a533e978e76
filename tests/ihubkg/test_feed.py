import pyoxigraph as ox

from ihubkg import feed
from ihubkg.changes import CREATE, Member, Record, Span
from ihubkg.store import DEFAULT
from ihubkg.terms import CURATED, expand

HOME = "http://127.0.0.1:8000/"
RELATION = ox.NamedNode(expand("tree:relation"))


def values(quads: list[ox.Quad], subject: object, curie: str) -> list[str]:
    predicate = ox.NamedNode(expand(curie))
    found = [q for q in quads if q.subject == subject and q.predicate == predicate]
    return sorted(getattr(quad.object, "value", "") for quad in found)


def test_the_stream_leads_to_each_page_and_bounds_those_that_are_full() -> None:
    spans = [Span(1, "2026-01-01", "2026-01-02", True, "a"), Span(2, "2026-01-02", "", False, "b")]
    quads = feed.stream(spans, HOME)
    relations = [q.object for q in quads if q.predicate == RELATION]
    told = sorted(
        (values(quads, r, "tree:node")[0], values(quads, r, "rdf:type")[0].partition("#")[2])
        for r in relations
    )
    assert told == [
        (f"{HOME}changes/1", "GreaterThanOrEqualToRelation"),
        (f"{HOME}changes/1", "LessThanOrEqualToRelation"),
        (f"{HOME}changes/2", "GreaterThanOrEqualToRelation"),
    ]
    assert values(quads, feed.STREAM, "tree:view") == [f"{HOME}changes"]
    assert values(quads, feed.STREAM, "tree:shape") == [feed.SHAPE.value]


def test_a_member_keeps_its_statements_in_a_graph_of_its_name() -> None:
    content = "<http://e/a> <http://e/p> _:c14n0 .\n_:c14n0 <http://e/q> <http://e/b> .\n"
    members = [
        Member(250, "2026-01-01", CREATE, Record(CURATED, "http://e/a"), content),
        Member(251, "2026-01-01", CREATE, Record(DEFAULT, "http://e/a"), content),
    ]
    quads = feed.page(1, members, HOME)
    first, second = (ox.NamedNode(feed.member_iri(number)) for number in (250, 251))
    assert first.value.endswith("/changes/1#m250")
    assert second.value.endswith("/changes/2#m251")
    assert len([quad for quad in quads if quad.graph_name == first]) == 2
    blank = {quad.object for quad in quads if isinstance(quad.object, ox.BlankNode)}
    assert len(blank) == 2
    assert values(quads, first, "dcterms:isPartOf") == [CURATED]
    assert values(quads, second, "dcterms:isPartOf") == []
    versions = {*values(quads, first, "dcterms:isVersionOf")}
    assert versions.isdisjoint(values(quads, second, "dcterms:isVersionOf"))
