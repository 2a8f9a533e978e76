"""Data over what is published, and no more of it fetched than the shapes look at."""

import pyoxigraph as ox
import rdflib

from ihubkg.context import FAN, STATED, Context, Plan, View
from ihubkg.model import Model
from ihubkg.shapes import Shapes
from ihubkg.terms import CURATED, INTERPRETED, PREFIXES

A, B, C, D = (ox.NamedNode(f"e:{name}") for name in "abcd")
P, Q = ox.NamedNode("p:p"), ox.NamedNode("p:q")
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
STATED_HERE = ox.NamedNode(CURATED)


def context(*quads: ox.Quad) -> Context:
    store = ox.Store()
    store.extend(quads)
    return Context.of(store)


def plan(shapes: str) -> Plan:
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return Plan(Shapes(rdflib.Graph().parse(data=head + shapes, format="turtle")))


def fetched(shapes: str, found: Context) -> set[ox.Triple]:
    view = View([], found)
    plan(shapes).fetch(view, rdflib.URIRef("s:1"), [A])
    return view.fetched


def test_only_what_is_stated_counts() -> None:
    other = ox.Quad(A, P, C, ox.NamedNode("g:inferred"))
    assert [
        q.object for q in context(ox.Quad(A, P, B, STATED_HERE), other).find(A, None, None)
    ] == [B]
    assert [q.object for q in context(ox.Quad(A, P, B)).find(A, None, None)] == [B]


def test_what_a_store_publishes_is_also_in_its_own_default_graph() -> None:
    store = ox.Store()
    store.extend([ox.Quad(A, P, B, STATED_HERE), ox.Quad(A, P, C)])
    assert {q.object for q in Context.published(store).find(A, None, None)} == {B, C}
    assert {q.object for q in Context.of(store).find(A, None, None)} == {B}
    store.clear_graph(STATED_HERE)
    store.remove_graph(STATED_HERE)
    assert [q.object for q in Context.published(store).find(A, None, None)] == [C]


def test_the_packaged_context_has_no_inferences(model: Model) -> None:
    names = {graph for _, graph in Context.packaged(model).layers}
    assert ox.NamedNode(CURATED) in names
    assert names <= {ox.NamedNode(name) for name in STATED}


def test_a_thing_described_anew_replaces_what_stood_but_not_what_was_read_into_it() -> None:
    below = context(ox.Quad(A, P, B, STATED_HERE), ox.Quad(A, P, C, ox.NamedNode(INTERPRETED)))
    anew = View([ox.Quad(A, TYPE, D), ox.Quad(A, P, D)], below)
    assert [q.object for q in anew.find(A, P, None)] == [D, C]
    added = View([ox.Quad(A, P, D)], below)
    assert {q.object for q in added.find(A, P, None)} == {B, C, D}
    assert added.fetched == {ox.Triple(A, P, B), ox.Triple(A, P, C)}


def test_only_what_a_path_leads_to_is_fetched() -> None:
    below = context(ox.Quad(B, P, A), ox.Quad(B, Q, C), ox.Quad(A, Q, D), ox.Quad(C, Q, D))
    shape = "<s:1> sh:path ( [ sh:inversePath <p:p> ] <p:q> ) ."
    assert fetched(shape, below) == {ox.Triple(B, P, A), ox.Triple(B, Q, C)}
    classes = "<s:1> sh:path <p:q> ; sh:class <c:T> ."
    typed = context(ox.Quad(A, Q, D), ox.Quad(D, TYPE, C), ox.Quad(D, Q, B))
    assert fetched(classes, typed) == {ox.Triple(A, Q, D), ox.Triple(D, TYPE, C)}


def test_a_query_fetches_what_its_patterns_reach_and_no_look_up_is_endless() -> None:
    select = "SELECT $this WHERE { $this <p:p> ?x . ?x <p:q> ?y . }"
    shape = f'<s:1> a sh:NodeShape ; sh:sparql [ sh:select "{select}" ] .'
    below = context(ox.Quad(A, P, B), ox.Quad(B, Q, C), ox.Quad(C, Q, D))
    assert fetched(shape, below) == {ox.Triple(A, P, B), ox.Triple(B, Q, C)}
    many = context(*(ox.Quad(A, P, ox.Literal(n)) for n in range(FAN + 5)))
    assert len(fetched("<s:1> sh:path <p:p> .", many)) == FAN
