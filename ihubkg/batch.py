"""The whole graph against the shapes: the batch engine behind one interface.

pyshacl checks what someone sends; a graph of millions of statements is for shacl-rust, which is
pinned and cross-checked against pyshacl. https://github.com/ensaremirerol/shacl-rust
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
import shacl_rust
from rdflib.namespace import SH

from ihubkg.model import Model
from ihubkg.report import Problem, Report, Term
from ihubkg.shapes import Shapes
from ihubkg.terms import PREFIXES

TWIN = "--spelt-out"
"""What the IRI of a shape ends with that stands for a qualified one."""


def validate_all(
    quads: Iterable[ox.Quad], *, model: Model, profile: str = "published", kept: int = 10_000
) -> Report:
    """Return the problems of all `quads` together, at most `kept` of them, without places."""
    shapes = Shapes(model.shapes, profile)
    with tempfile.TemporaryDirectory() as folder:
        data, rules = Path(folder) / "data.nt", Path(folder) / "shapes.nt"
        with data.open("wb") as out:
            triples = (ox.Triple(q.subject, q.predicate, q.object) for q in quads)
            ox.serialize(triples, out, ox.RdfFormat.N_TRIPLES)
            _put(model.ontology, out)
            _put(_forms(shapes.graph), out)
        with rules.open("wb") as out:
            _put(_spelt_out(shapes.graph), out)
        found = shacl_rust.validate_file(
            str(data),
            str(rules),
            data_format="nt",
            shapes_format="nt",
            experimental_index=True,
        )
    results = [_problem(result, shapes) for result in found["results"]]
    return Report.of(results).first(kept)


def _put(graph: rdflib.Graph, out: Any) -> None:  # noqa: ANN401 a binary file
    out.write(graph.serialize(format="nt", encoding="utf-8"))


def _forms(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return what the queries of the shapes read of the shapes themselves."""
    found = rdflib.Graph()
    for predicate in (SH.targetClass, SH.property, SH.path):
        for triple in shapes.triples((None, predicate, None)):
            if isinstance(triple[2], rdflib.URIRef):
                found.add(triple)
    return found


def _spelt_out(shapes: rdflib.Graph) -> rdflib.Graph:
    """Return `shapes` with "at least one value is such" said as "not every value is not such".

    shacl-rust 0.2.12 finds that no literal conforms to a `sh:qualifiedValueShape`, whatever it
    asks; `sh:not` it takes as the recommendation says.
    """
    spelt = rdflib.Graph()
    for triple in shapes:
        spelt.add(triple)
    for shape, wanted in shapes.subject_objects(SH.qualifiedValueShape):
        least = shapes.value(shape, SH.qualifiedMinCount)
        if least != rdflib.Literal(1):
            continue
        twin, inner = rdflib.URIRef(f"{shape}{TWIN}"), rdflib.BNode()
        spelt.remove((shape, SH.qualifiedValueShape, None))
        spelt.remove((shape, SH.qualifiedMinCount, None))
        spelt.add((twin, rdflib.RDF.type, SH.NodeShape))
        for holder in shapes.subjects(SH.property, shape):
            for target in shapes.objects(holder, SH.targetClass):
                spelt.add((twin, SH.targetClass, target))
        spelt.add((twin, SH["not"], inner))
        spelt.add((inner, rdflib.RDF.type, SH.PropertyShape))
        for path in shapes.objects(shape, SH.path):
            spelt.add((inner, SH.path, path))
        spelt.add((inner, SH["not"], wanted))
    return spelt


def _problem(result: Any, shapes: Shapes) -> Problem:  # noqa: ANN401 the engine's dictionary
    shape = str(result["sourceShape"]).strip("<>")
    component = str(result["sourceConstraintComponent"]).strip("<>").removeprefix(PREFIXES["sh"])
    component = component.removeprefix("sh:").removesuffix("ConstraintComponent")
    path, value = result.get("resultPath"), result.get("value")
    if shape.endswith(TWIN):
        shape, component, value = shape.removesuffix(TWIN), "QualifiedMinCount", None
        path = shapes.graph.value(rdflib.URIRef(shape), SH.path)
    return Problem(
        shapes.severity(shape),
        shape,
        component,
        _term(result.get("focusNode")),
        None if path is None else str(path).strip("<>"),
        _term(value),
        shapes.texts(shape, SH.message),
        shapes.texts(shape, SH.name),
    )


def _term(text: object) -> Term | None:
    """Read a term as N-Triples writes it."""
    if text is None:
        return None
    line = f"<urn:s> <urn:p> {text} ."
    quad: ox.Quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES)))
    return None if isinstance(quad.object, ox.Triple) else quad.object
