"""The knowledge itself: one form, nothing without type, label and source, no loose end."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import files, turtle
from ihubkg.terms import BASE, PREFIXES, expand, shorten, term

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
DATA = files.root() / "data"
PATHS = sorted(DATA.rglob("*.ttl"))
TYPE, LABEL, SOURCE = expand("rdf:type"), expand("skos:prefLabel"), expand("dcterms:source")
CITATION, CITES = term("hasCitation"), term("citesSource")
SEEDS = {f"{BASE}id/source/seed-newsletter2", f"{BASE}id/source/seed-conceptual-deck"}
OURS = f"{BASE}id/organisation/ihubkg-contributors"
"""Who makes this graph: no source speaks of them, and no term of the ontology."""
SHORT_KINDS = {
    "hub": "RegionalInnovationHub",
    "evidence": "EvidenceItem",
    "line": "EvidenceLine",
    "citation": "SourceCitation",
    "suitability": "MethodSuitability",
    "duration": "DurationRange",
    "participation": "RoleParticipation",
    "resource": "ResourceRequirement",
    "catalogue": "MethodCatalogue",
    "step": "MethodStep",
    "edition": "MethodEdition",
    "model": "MentoringModel",
}
SEVERAL_KINDS = {"component": {"ConceptualModel", "ProcessModel"}}


@dataclass(frozen=True)
class Triple:
    """One statement, with the file it stands in."""

    subject: str
    predicate: str
    object: Node
    path: Path


@cache
def read(path: Path) -> tuple[Triple, ...]:
    found = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    return tuple(
        Triple(getattr(q.subject, "value", str(q.subject)), q.predicate.value, q.object, path)
        for q in found
    )


def triples(*folders: str) -> list[Triple]:
    """Return what the files of these folders of `data/` say; of all folders when none is named."""
    return [
        t
        for path in PATHS
        if not folders or path.relative_to(DATA).parts[0] in folders
        for t in read(path)
    ]


@cache
def model() -> tuple[Triple, ...]:
    return tuple(
        t for path in sorted((DATA.parent / "ontology").rglob("*.ttl")) for t in read(path)
    )


def index(found: list[Triple] | tuple[Triple, ...]) -> Mapping[str, Mapping[str, list[Node]]]:
    by_subject: dict[str, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for t in found:
        by_subject[t.subject][t.predicate].append(t.object)
    return by_subject


def value(node: object) -> str:
    return str(getattr(node, "value", node))


@cache
def parents() -> Mapping[str, set[str]]:
    """Every class of ours with all classes above it, itself included."""
    direct: dict[str, set[str]] = defaultdict(set)
    for t in model():
        if t.predicate == expand("rdfs:subClassOf") and t.subject.startswith(BASE):
            direct[t.subject].add(value(t.object))
    above: dict[str, set[str]] = {}
    for name in {t.subject for t in model() if t.subject.startswith(term(""))}:
        reached, todo = {name}, [name]
        while todo:
            new = direct[todo.pop()] - reached
            reached |= new
            todo += new
        above[name] = reached
    return above


CURATED = index(triples("curated"))
KNOWN = index([*triples("curated", "interpreted"), *model()])
PUBLIC = index(triples("curated", "interpreted"))


def things(cls: str) -> dict[str, Mapping[str, list[Node]]]:
    """Return what is typed with this class or one below it, by IRI."""
    return {
        iri: facts
        for iri, facts in PUBLIC.items()
        if any(term(cls) in parents().get(value(c), ()) for c in facts.get(TYPE, ()))
    }


@pytest.mark.parametrize("path", PATHS, ids=[str(p.relative_to(DATA)) for p in PATHS])
def test_a_file_is_in_the_one_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert turtle.reformat(text) == text


def test_each_subject_stands_in_one_file_of_its_graph() -> None:
    homes: dict[tuple[str, str], set[Path]] = defaultdict(set)
    for t in triples():
        relative = t.path.relative_to(DATA).parts
        graph = "/".join(relative) if relative[0] == "source" else relative[0]
        homes[graph, t.subject].add(t.path)
    assert {key for key, paths in homes.items() if len(paths) > 1} == set()


def test_no_statement_is_in_two_public_graphs() -> None:
    said = {(t.subject, t.predicate, t.object) for t in triples("curated")}
    assert [t for t in triples("interpreted") if (t.subject, t.predicate, t.object) in said] == []


def test_every_thing_has_one_type_that_the_ontology_knows() -> None:
    wrong = {}
    for iri, facts in PUBLIC.items():
        if iri == OURS:
            continue
        kinds = {value(c) for c in facts.get(TYPE, ()) if value(c).startswith(BASE)}
        if iri.startswith(BASE + "id/") and (len(kinds) != 1 or not kinds <= set(parents())):
            wrong[iri] = kinds
    assert wrong == {}


def test_the_kind_in_an_iri_is_its_class() -> None:
    wrong = []
    for iri, facts in CURATED.items():
        if iri == OURS:
            continue
        kind = iri.removeprefix(BASE + "id/").split("/")[0]
        classes = {value(c).removeprefix(term("")) for c in facts.get(TYPE, ())}
        named = "".join(word.title() for word in kind.split("-"))
        allowed = SEVERAL_KINDS.get(kind, {SHORT_KINDS.get(kind, named)})
        above = {shorten(p).removeprefix("ihub:") for c in classes for p in parents()[term(c)]}
        if not allowed & above:
            wrong.append((iri, classes))
    assert wrong == []


def test_iris_have_the_one_pattern() -> None:
    pattern = re.compile(re.escape(BASE) + r"id/[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*")
    assert [iri for iri in CURATED if not pattern.fullmatch(iri)] == []


def test_every_thing_has_one_english_label() -> None:
    wrong = {}
    for iri, facts in CURATED.items():
        tags = Counter(getattr(name, "language", None) for name in facts.get(LABEL, ()))
        if tags["en"] != 1 or max(tags.values()) > 1 or None in tags:
            wrong[iri] = tags
    assert wrong == {}


def test_every_thing_rests_on_a_passage() -> None:
    statements = things("SourcedStatement")
    exempt = {OURS, *things("Source"), *things("SourceCitation")}
    without = [
        iri
        for iri, facts in PUBLIC.items()
        if facts.get(TYPE) and iri not in exempt
        if not facts.get(CITATION if iri in statements else SOURCE)
    ]
    assert without == []


def test_only_statements_have_has_citation() -> None:
    statements = things("SourcedStatement")
    assert [
        iri for iri, facts in PUBLIC.items() if CITATION in facts and iri not in statements
    ] == []


def test_every_passage_leads_to_a_described_source_with_a_locator() -> None:
    sources = things("Source")
    wrong = [
        iri
        for iri, facts in things("SourceCitation").items()
        if [value(s) in sources for s in facts.get(CITES, ())] != [True]
        or not all(value(where).strip() for where in facts.get(term("locator"), [""]))
    ]
    assert wrong == []


def test_what_is_cited_is_a_passage() -> None:
    passages = things("SourceCitation")
    cited = {value(t.object) for t in triples() if t.predicate in {CITATION, SOURCE}}
    cited |= {value(t.object) for t in model() if t.predicate == SOURCE}
    assert {c for c in cited if c not in passages and c not in things("Source")} == set()


def test_every_passage_is_used() -> None:
    used = {value(t.object) for t in [*triples(), *model()] if t.predicate in {CITATION, SOURCE}}
    sections = {iri for iri, facts in things("SourceCitation").items() if SOURCE in facts}
    assert set(things("SourceCitation")) - used - sections == set()


def test_only_the_two_seeds_are_quoted_and_shortly() -> None:
    for iri, facts in things("SourceCitation").items():
        for wording in facts.get(term("quotation"), ()):
            assert {value(s) for s in facts[CITES]} <= SEEDS, iri
            assert len(value(wording).split()) <= 60, iri


def test_every_thing_of_ours_that_is_pointed_to_is_described() -> None:
    loose = {
        value(t.object)
        for t in triples("curated", "interpreted")
        if isinstance(t.object, ox.NamedNode) and value(t.object).startswith(BASE)
        if value(t.object) not in KNOWN
    }
    assert loose == set()


def test_every_predicate_and_class_is_declared() -> None:
    builtin = (PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["owl"])
    declared = {t.subject for t in model() if t.predicate == TYPE}
    used = {t.predicate for t in triples("curated", "interpreted")}
    assert {p for p in used if not p.startswith(builtin)} - declared == set()


def test_classes_that_follow_are_never_stated() -> None:
    defined = {
        t.subject
        for t in read(DATA.parent / "ontology" / "ihub-defined.ttl")
        if t.predicate == TYPE and t.subject.startswith(term(""))
    } | {term("ClaimTopic")}
    stated = {value(t.object) for t in triples() if t.predicate == TYPE}
    assert stated & defined == set()


def test_text_has_a_language_and_is_not_empty() -> None:
    prose = {expand(p) for p in ("dcterms:description", "skos:note", "skos:editorialNote")}
    prose |= {expand("schema:text"), term("rationale"), term("quotation"), LABEL}
    wrong = [
        t
        for t in triples("curated", "interpreted")
        if isinstance(t.object, ox.Literal)
        if not t.object.value.strip() or (t.predicate in prose and not t.object.language)
    ]
    assert wrong == []


def test_a_basis_is_stated_or_inferred_on_every_appraisal() -> None:
    allowed = {f"{BASE}voc/basis/stated", f"{BASE}voc/basis/inferred"}
    for cls in ("MethodAppraisal", "RoleParticipation", "DurationRange", "Membership"):
        for iri, facts in things(cls).items():
            assert {value(b) for b in facts.get(term("basis"), ())} <= allowed, iri
            assert len(facts.get(term("basis"), ())) == 1, iri


def test_nothing_is_the_same_as_something_else() -> None:
    assert [t for t in triples() if t.predicate == expand("owl:sameAs")] == []
