"""Every shape refuses what it should, and nothing else: the file's name says what it must trip."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from pyshacl.entrypoints import meta_validate
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from ihubkg.context import Context
from ihubkg.model import Model
from ihubkg.report import Report
from ihubkg.shapes import SUBMISSION, name_of
from ihubkg.terms import BASE, PREFIXES
from ihubkg.validate import Checker

from .conftest import HERE, read

INVALID = sorted(HERE.glob("*/invalid/*.ttl"))
VALID = sorted(HERE.glob("*/valid/*.ttl"))
COMPONENTS: Mapping[rdflib.URIRef, str] = {
    SH[parameter]: component
    for parameter, component in {
        "class": "Class",
        "datatype": "Datatype",
        "disjoint": "Disjoint",
        "hasValue": "HasValue",
        "in": "In",
        "languageIn": "LanguageIn",
        "lessThanOrEquals": "LessThanOrEquals",
        "maxCount": "MaxCount",
        "minCount": "MinCount",
        "minExclusive": "MinExclusive",
        "minInclusive": "MinInclusive",
        "node": "Node",
        "nodeKind": "NodeKind",
        "not": "Not",
        "or": "Or",
        "pattern": "Pattern",
        "qualifiedMaxCount": "QualifiedMaxCount",
        "qualifiedMinCount": "QualifiedMinCount",
        "sparql": "SPARQL",
        "uniqueLang": "UniqueLang",
    }.items()
}


def check(path: Path, checkers: Mapping[str, Checker], context: Context) -> Report:
    profile = "submission" if path.parts[-3] == "submission" else "published"
    return checkers[profile].check(read(path), context)


def tripped(report: Report) -> set[tuple[str, str]]:
    return {(name_of(problem.shape or ""), problem.constraint) for problem in report.problems}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_example_trips_exactly_its_shape(
    path: Path, checkers: Mapping[str, Checker], context: Context
) -> None:
    shape, constraint = path.stem.split(".")
    assert tripped(check(path, checkers, context)) == {(shape, constraint)}


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_valid_example_conforms_and_a_full_one_leaves_nothing_to_wish(
    path: Path, checkers: Mapping[str, Checker], context: Context
) -> None:
    report = check(path, checkers, context)
    assert report.conforms, tripped(report)
    if path.stem == "full":
        assert not tripped(report)


def test_the_invented_world_has_no_problem_as_a_whole(
    checkers: Mapping[str, Checker], world: list[ox.Quad], model: Model
) -> None:
    assert not tripped(checkers["published"].check(world, Context.packaged(model)))


def targeted(shapes: rdflib.Graph) -> set[rdflib.term.Node]:
    """The shapes that results can name: those with targets, and their properties."""
    nodes = {*shapes.subjects(SH.targetClass), *shapes.subjects(SH.targetSubjectsOf)}
    return nodes | {inner for node in nodes for inner in shapes.objects(node, SH.property)}


def constraints(shapes: rdflib.Graph) -> Iterator[tuple[rdflib.URIRef, str, rdflib.term.Node]]:
    """Yield (shape, what it asks, the parameter's value) of every constraint."""
    for shape, parameter, value in shapes:
        if isinstance(shape, rdflib.URIRef) and parameter in COMPONENTS:
            yield shape, COMPONENTS[rdflib.URIRef(str(parameter))], value


def test_every_constraint_has_an_invalid_example(model: Model) -> None:
    named = {path.stem for path in INVALID}
    known = targeted(model.shapes)
    wanted = {
        f"{name_of(str(shape))}.{component}"
        for shape, component, _ in constraints(model.shapes)
        if shape in known
    }
    assert wanted - named == set(), "constraints without an example"
    assert named - wanted == set(), "examples without a constraint"


def test_every_class_has_a_minimal_and_a_full_example() -> None:
    folders = {path.parts[-3] for path in INVALID} - {"submission"}
    assert {path.parts[-3] for path in VALID} == folders
    for folder in folders:
        assert {p.stem for p in (HERE / folder / "valid").iterdir()} == {"minimal", "full"}


def test_each_example_stands_in_the_folder_of_its_shapes_file(model: Model) -> None:
    home = {
        str(shape): path.stem
        for path in (model.root / "shapes").glob("*.ttl")
        for shape in set(rdflib.Graph().parse(path).subjects())
    }
    for path in INVALID:
        assert home[BASE + "shapes#" + path.stem.split(".")[0]] == path.parts[-3]


def users(shapes: rdflib.Graph, shape: rdflib.term.Node) -> set[rdflib.term.Node]:
    """Return the shapes with targets that refer to `shape`, itself included."""
    reached = {shape}
    border = {shape}
    while border:
        border = {s for node in border for s in shapes.subjects(None, node)} - reached
        reached |= border
    return reached & targeted(shapes)


def test_removing_any_constraint_makes_an_example_fail(model: Model, context: Context) -> None:
    checkers = {name: Checker(model, profile=name) for name in ("published", "submission")}
    unnoticed = []
    count = 0
    for shape, component, _ in sorted(constraints(model.shapes)):
        names = {name_of(str(user)) for user in users(model.shapes, shape)}
        relevant = [path for path in INVALID if path.stem.split(".")[0] in names]
        relevant.sort(key=lambda p: not p.stem.endswith(f".{component}"))
        relevant += [p for p in VALID if p.parts[-3] in {q.parts[-3] for q in relevant}]
        parameter = next(p for p, name in COMPONENTS.items() if name == component)
        count += 1
        if not noticed(shape, parameter, relevant, checkers, context):
            unnoticed.append(f"{name_of(str(shape))}.{component}")
    assert unnoticed == [], f"{len(unnoticed)} of {count} removed constraints were not noticed"


def noticed(
    shape: rdflib.URIRef,
    parameter: rdflib.URIRef,
    paths: list[Path],
    checkers: Mapping[str, Checker],
    context: Context,
) -> bool:
    """Take the constraint out, and tell whether some example no longer gives what it should."""
    removed = []
    for checker in checkers.values():
        graph = checker.engine.graph
        gone = [*graph.triples((shape, parameter, None))]
        if parameter == SH.qualifiedMinCount and (shape, SH.qualifiedMaxCount, None) not in graph:
            gone += graph.triples((shape, SH.qualifiedValueShape, None))
        removed.append((graph, gone))
        for triple in gone:
            graph.remove(triple)
    try:
        for path in paths:
            expected = set()
            if path.parts[-2] == "invalid":
                name, constraint = path.stem.split(".")
                expected = {(name, constraint)}
            found = tripped(check(path, checkers, context))
            if path.stem != "minimal" and found != expected:
                return True
        return False
    finally:
        for graph, triples in removed:
            for triple in triples:
                graph.add(triple)


def test_shapes_conform_to_the_shapes_of_shapes(model: Model) -> None:
    copy = rdflib.Graph()
    for triple in model.shapes:
        copy.add(triple)
    conforms, _, text = meta_validate(copy)
    assert conforms, text


def test_every_shape_has_an_address_and_its_texts(model: Model) -> None:
    shapes = model.shapes
    for shape in {*shapes.subjects(RDF.type, SH.PropertyShape)}:
        assert isinstance(shape, rdflib.URIRef)
        for kind in (SH.name, SH.description, SH.message):
            texts = [*shapes.objects(shape, kind)]
            languages = sorted(str(getattr(text, "language", None)) for text in texts)
            assert "en" in languages, (shape, kind)
            assert len(set(languages)) == len(languages), (shape, kind)
        sets = [
            {getattr(text, "language", None) for text in shapes.objects(shape, kind)}
            for kind in (SH.name, SH.description, SH.message)
        ]
        assert sets[0] == sets[1] == sets[2], f"{shape}: half a translation"
        assert [*shapes.objects(shape, SH.severity)] != []
        assert shapes.value(shape, SH.order) is not None
        assert (shapes.value(shape, SH.group), RDF.type, SH.PropertyGroup) in shapes
    for shape in {*shapes.subjects(RDF.type, SH.NodeShape)}:
        assert isinstance(shape, rdflib.URIRef)
        assert shapes.value(shape, SKOS.prefLabel) is not None


def test_messages_say_in_a_plain_sentence_what_to_do(model: Model) -> None:
    jargon = re.compile(r"://|\b(shape|constraint|IRI|literal|triple|datatype|node|SHACL|xsd)\b")
    for message in model.shapes.objects(None, SH.message):
        text = str(message)
        assert len(text) <= 160, text
        assert text.endswith("."), text
        address = text.replace("http:// or https://", "")
        assert not jargon.search(address), text


def test_a_property_shape_belongs_to_one_node_shape_and_bears_its_name(model: Model) -> None:
    for owner, inner in model.shapes.subject_objects(SH.property):
        assert name_of(str(inner)).startswith(f"{name_of(str(owner))}-")
    for inner in model.shapes.subjects(RDF.type, SH.PropertyShape):
        assert len([*model.shapes.subjects(SH.property, inner)]) == 1, inner


def test_everything_the_shapes_speak_of_exists(model: Model) -> None:
    known = {str(subject) for subject in model.ontology.subjects()}
    spoken = {str(node) for triple in model.shapes for node in triple}
    for select in model.shapes.objects(None, SH.select):
        spoken |= {f"{BASE}ontology#{name}" for name in re.findall(r"\bihub:(\w+)", str(select))}
        spoken |= set(re.findall(r"<([^>]*/voc/[^>]*)>", str(select)))
    ours = {name for name in spoken if name.startswith((f"{BASE}ontology#", f"{BASE}voc/"))}
    assert ours - known == {f"{BASE}ontology#"}  # the namespace itself, declared as a prefix


def test_every_property_of_the_ontology_leads_to_the_shape_of_its_subject(model: Model) -> None:
    aimed = {str(p) for p in model.shapes.objects(None, SH.targetSubjectsOf)}
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    ours = {
        str(name)
        for kind in kinds
        for name in model.ontology.subjects(RDF.type, kind)
        if str(name).startswith(f"{BASE}ontology#")
    }
    assert ours - aimed == set()


def test_shapes_for_submissions_are_marked_and_never_asked_of_published_data(
    model: Model, checkers: Mapping[str, Checker]
) -> None:
    marked = set(model.shapes.subjects(RDFS.isDefinedBy, SUBMISSION))
    named = {s for s in targeted(model.shapes) if name_of(str(s)).startswith("Submitted")}
    assert {s for s in marked if (s, RDF.type, SH.NodeShape) in model.shapes} <= named
    published = checkers["published"].shapes.graph
    assert not any((shape, None, None) in published for shape in named)


def test_no_pattern_can_hang_the_engine(model: Model) -> None:
    """A repeated group that holds a repetition needs exponential time in some engines."""
    nested = re.compile(r"\((?:[^()\\]|\\.)*[*+}](?:[^()\\]|\\.)*\)[*+{]")
    patterns = [str(p) for p in model.shapes.objects(None, SH.pattern)]
    for select in model.shapes.objects(None, SH.select):
        patterns += re.findall(r'REGEX\([^"]*"((?:[^"\\]|\\.)*)"', str(select))
    assert len(patterns) > 20
    for pattern in patterns:
        assert not nested.search(pattern), pattern


def test_shapes_do_not_refer_to_themselves(model: Model) -> None:
    for shape in model.shapes.subjects(RDF.type, SH.NodeShape):
        seen: set[rdflib.term.Node] = set()
        border = {shape}
        while border:
            border = {
                value
                for node in border
                for predicate, value in model.shapes.predicate_objects(node)
                if predicate != RDFS.isDefinedBy
                and not isinstance(value, rdflib.Literal)
                and (str(value).startswith(f"{BASE}shapes#") or isinstance(value, rdflib.BNode))
            } - seen
            assert shape not in border, shape
            seen |= border


def test_prefixes_of_the_queries_are_those_of_the_project(model: Model) -> None:
    for declared in model.shapes.objects(None, SH.declare):
        prefix = str(model.shapes.value(declared, SH.prefix))
        assert PREFIXES[prefix] == str(model.shapes.value(declared, SH.namespace))
