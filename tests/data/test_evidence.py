"""Who takes part, what was counted, what was said, where sources disagree: as the sources say."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import files
from ihubkg.terms import BASE, PREFIXES

DATA = files.root() / "data"
HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
HUBS = {
    "ee-accelerator": {"schools": 6, "teachers": 205, "school-leaders": 20, "mentors": 10},
    "ee-edtech": {"teachers": 27, "start-ups": 16, "mentors": 16, "ngos": 2},
    "fi-porvoo": {"schools": 4, "teachers": 60, "school-leaders": 5, "city-coordinators": 2},
    "ge-adjara": {
        "schools": 5,
        "teachers": 100,
        "school-leaders": 5,
        "ict-teachers": 5,
        "mentors": 7,
    },
    "lt-ct-ai": {"schools": 12, "teachers": 200, "mentors": 3},
}
PARTNERS = {"tlu", "uh", "vu", "uib", "steps", "ucl", "epfl", "harno", "bsu"}
NAMED_SCHOOLS = {"ee-accelerator": 6, "fi-porvoo": 4, "ge-adjara": 2, "lt-ct-ai": 2}


@cache
def store(*folders: str) -> ox.Store:
    """The files of these folders in one graph, the concepts beside them."""
    found = ox.Store()
    paths = [p for name in folders for p in sorted((DATA / name).rglob("*.ttl"))]
    for path in [*paths, *sorted((DATA.parent / "ontology/voc").glob("*.ttl"))]:
        found.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    return found


def answer(graph: ox.Store, query: str) -> list[tuple[str, ...]]:
    """Answer a query: IRIs of ours without their base, `-` for unbound."""
    result = graph.query(HEAD + query)
    assert isinstance(result, ox.QuerySolutions)
    return [
        tuple(
            "-" if node is None else str(getattr(node, "value", node)).removeprefix(BASE)
            for node in row
        )
        for row in result
    ]


def rows(query: str, *folders: str) -> list[tuple[str, ...]]:
    """Answer a query over the curated graph, or over these folders, with the concepts."""
    return answer(store(*(folders or ("curated",))), query)


def slugs(found: list[tuple[str, ...]]) -> set[str]:
    return {row[0].rsplit("/", 1)[1] for row in found}


def source_graph(name: str) -> ox.Store:
    found = ox.Store()
    found.load((DATA / "source" / f"{name}.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    return found


# ---- who takes part


def test_there_are_five_hubs() -> None:
    assert slugs(rows("SELECT ?h { ?h a ihub:RegionalInnovationHub }")) == set(HUBS)


@pytest.mark.parametrize("hub", HUBS)
def test_a_hub_has_the_counts_of_its_page(hub: str) -> None:
    found = rows(
        f"SELECT ?i ?n ?s {{ ?o ihub:observedActor <{BASE}id/hub/{hub}> ; ihub:indicator ?i ;"
        " ihub:numericValue ?n ; ihub:valueStatus ?s }"
    )
    assert {i.rsplit("/", 1)[1]: int(n) for i, n, _ in found} == HUBS[hub]
    statuses = {i.rsplit("/", 1)[1]: s.rsplit("/", 1)[1] for i, _, s in found}
    for indicator, status in statuses.items():
        about = (hub, indicator) == ("fi-porvoo", "teachers")
        assert status == ("about" if about else "derived" if indicator == "ngos" else "exact")


def test_the_hubs_add_up_as_the_dossier_says() -> None:
    assert sum(counts["teachers"] for counts in HUBS.values()) == 592
    assert sum(counts.get("schools", 0) for counts in HUBS.values()) == 27


def test_only_the_nine_partners_are_members_of_the_project() -> None:
    found = rows(
        "SELECT ?a ?r { ?m ihub:membershipIn [ a ihub:Project ] ; ihub:membershipOf ?a ;"
        " ihub:membershipRole ?r }"
    )
    assert slugs(found) == PARTNERS
    assert [a for a, r in found if r.endswith("/coordinator")] == ["id/organisation/tlu"]


def test_named_schools_belong_to_their_hubs_and_say_on_what_basis() -> None:
    found = rows(
        "SELECT ?s ?h ?b { ?m ihub:membershipOf ?s ; ihub:membershipIn ?h ; ihub:basis ?b ."
        " ?s a ihub:School . ?h a ihub:RegionalInnovationHub }"
    )
    assert Counter(h.rsplit("/", 1)[1] for _, h, _ in found) == NAMED_SCHOOLS
    inferred = {s for s, _, b in found if b.endswith("/inferred")}
    assert inferred == {"id/school/dubysos", "id/school/saules"}


def test_every_membership_says_on_what_basis() -> None:
    assert rows("SELECT ?m { ?m a ihub:Membership FILTER NOT EXISTS { ?m ihub:basis ?b } }") == []


def test_pairs_are_curated_only_where_a_source_says_so() -> None:
    pairs = "SELECT ?a ?b { ?a ihub:pairedWith ?b }"
    assert rows(pairs) == [("id/school/kevatkumpu", "id/school/varberga")]
    assert rows(pairs, "interpreted") == [("id/school/eklof", "id/school/tolkkinen")]


def test_knappskog_is_in_no_hub_and_no_pilot() -> None:
    school = f"<{BASE}id/school/knappskog>"
    assert (
        rows(
            f"SELECT ?m {{ ?m ihub:membershipOf|ihub:engagedSchool {school} ; a ?c "
            "FILTER(?c != ihub:Membership || EXISTS { ?m ihub:membershipIn ?h ."
            " ?h a ihub:RegionalInnovationHub }) }"
        )
        == []
    )
    assert rows(f"SELECT ?c {{ {school} a ?c }}") == [("ontology#School",)]


# ---- what happened


def test_the_porvoo_run_goes_phase_by_phase() -> None:
    found = rows(
        f"SELECT ?p ?d {{ ?o ihub:occursWithin <{BASE}id/pilot/porvoo> ; ihub:enactsPhase ?p ;"
        " schema:startDate ?d } ORDER BY ?p"
    )
    assert [(p.rsplit("/", 1)[1], d) for p, d in found] == [
        ("2-anchoring", "2021-03"),
        ("3-planning", "2021"),
        ("4-mapping", "2021-09"),
    ]


def test_the_talks_have_their_place_in_the_recording() -> None:
    found = rows("SELECT ?t ?a ?b { ?t schema:startOffset ?a ; schema:endOffset ?b }")
    assert {t.rsplit("/", 1)[1]: (int(a), int(b)) for t, a, b in found} == {
        "talk-ee": (1, 518),
        "talk-fi": (582, 917),
        "talk-no": (919, 1515),
        "talk-ge": (1520, 2093),
        "talk-lt": (2105, 2590),
    }


def test_the_working_groups_left_43_claims() -> None:
    found = rows(
        "SELECT ?g ?c { ?i ihub:fromOccurrence ?g ; dcterms:isPartOf ?whole ."
        " ?g dcterms:type <https://w3id.org/ihub4schools/voc/event-kind/working-group> ."
        " ?c ihub:hasSupportingLine/ihub:usesItem ?i }"
    )
    assert Counter(g.rsplit("/", 1)[1] for g, _ in found) == {
        "wg-learning-needs": 26,
        "wg-scaling": 17,
    }
    assert len({c for _, c in found}) == 43


def test_year_one_adds_up() -> None:
    found = rows(
        "SELECT ?n ?area { ?o ihub:indicator <https://w3id.org/ihub4schools/voc/indicator/"
        "engaged-schools> ; ihub:numericValue ?n OPTIONAL { ?o ihub:observedArea ?area } }"
    )
    parts = {area.rsplit("/", 1)[1]: int(n) for n, area in found if area != "-"}
    total = [int(n) for n, area in found if area == "-"]
    assert parts == {"norway": 5, "finland": 2, "estonia": 15, "lithuania": 2, "georgia": 2}
    assert total == [sum(parts.values())] == [26]


# ---- what was said


def test_every_claim_is_asserted_and_about_something() -> None:
    assert rows("SELECT ?c { ?c a ihub:Claim FILTER NOT EXISTS { ?a ihub:asserts ?c } }") == []
    about = "ihub:concerns|ihub:concernsMethod|ihub:claimsBenefitOf|ihub:concernsOutcome"
    assert rows(f"SELECT ?c {{ ?c a ihub:Claim FILTER NOT EXISTS {{ ?c {about} ?x }} }}") == []


def test_every_evidence_item_stands_in_a_line_of_one_claim() -> None:
    found = rows(
        "SELECT ?i ?c { ?i a ihub:EvidenceItem OPTIONAL { ?l ihub:usesItem ?i ."
        " ?c ihub:hasSupportingLine|ihub:hasDisputingLine ?l } }"
    )
    assert found
    assert {i for i, c in found if c == "-"} == set()
    assert {i for i, n in Counter(i for i, _ in found).items() if n != 1} == set()


def test_only_what_a_source_calls_good_claims_a_benefit() -> None:
    found = rows("SELECT ?m ?c { ?c ihub:claimsBenefitOf ?m }")
    assert {(m.rsplit("/", 1)[1], c.rsplit("/", 1)[1]) for m, c in found} == {
        ("collegial", "ev-ge-pilot"),
        ("digipeda", "ev-digierko"),
        ("digital-accelerator", "ev-da-encouragement"),
        ("digital-accelerator", "ev-da-manager"),
        ("digital-accelerator", "ev-da-testimonial"),
        ("edtech-cocreation", "ev-edtech-improved"),
        ("idi-mapping", "ev-marketplace"),
    }


def test_future_school_and_the_laboratory_have_no_evidence() -> None:
    found = rows("SELECT ?m { ?c ihub:concernsMethod|ihub:claimsBenefitOf ?m }")
    assert slugs(found) & {"future-school", "til"} == set()


def test_strength_is_lowered_by_each_reservation() -> None:
    """No line reaches step 3 that carries a reservation or lacks a study with its sample."""
    high = rows(
        "SELECT ?l { ?l ihub:evidenceStrength/skos:notation ?n FILTER(STR(?n) >= '3')"
        " FILTER NOT EXISTS { ?l ihub:usesItem/ihub:fromStudy ?s . ?s ihub:studyDesign ?d ;"
        " ihub:hasSample/ihub:sampleSize ?size } }"
    )
    doubtful = rows(
        "SELECT ?l { ?l ihub:evidenceStrength/skos:notation ?n ; ihub:hasReservation ?r"
        " FILTER(STR(?n) >= '3') }"
    )
    assert (high, doubtful) == ([], [])


def test_the_idi_levels_make_the_means_of_their_elements() -> None:
    found = rows(
        "SELECT ?s ?e ?n ?parent { ?o ihub:indicator <https://w3id.org/ihub4schools/voc/indicator/"
        "idi-level> ; ihub:observedActor ?s ; ihub:observedElement ?e ; ihub:numericValue ?n"
        " OPTIONAL { ?e skos:broader ?parent } }"
    )
    assert len(found) == 3 * (19 + 6)
    levels = {(s, e): float(n) for s, e, n, _ in found}
    for school, element, _, _ in (row for row in found if row[3] == "-"):
        parts = [levels[s, e] for s, e, _, up in found if (s, up) == (school, element)]
        assert parts
        assert abs(sum(parts) / len(parts) - levels[school, element]) <= 0.05


# ---- where sources disagree


def disagreements() -> dict[str, list[tuple[str, str]]]:
    found = rows(
        "SELECT ?d ?a ?c { ?d a ihub:Disagreement ; ihub:involvesAssertion ?a ."
        " ?a ihub:hasCitation ?c }"
    )
    by_dispute: dict[str, list[tuple[str, str]]] = {}
    for dispute, assertion, citation in found:
        by_dispute.setdefault(dispute, []).append((assertion, citation))
    return by_dispute


def test_nineteen_disagreements_rest_on_different_passages() -> None:
    found = disagreements()
    assert len(found) == 19
    for dispute, sides in found.items():
        assert len({assertion for assertion, _ in sides}) >= 2, dispute
        assert len({citation for _, citation in sides}) >= 2, dispute
        claims = rows(
            f"SELECT DISTINCT ?c {{ <{BASE}{dispute}> ihub:involvesAssertion/ihub:asserts ?c }}"
        )
        assert len(claims) >= 2, dispute


def test_each_has_one_state_and_follows_one_side_only_when_settled() -> None:
    found = rows(
        "SELECT ?d ?s ?p { ?d ihub:settlement ?s OPTIONAL { ?d ihub:preferredAssertion ?p } }"
    )
    assert len(found) == 19
    states = Counter(s.rsplit("/", 1)[1] for _, s, _ in found)
    assert states == {"settled": 6, "explained": 10, "open": 2, "out-of-scope": 1}
    for _, state, preferred in found:
        assert (preferred != "-") == state.endswith("/settled")


def test_the_curated_graph_follows_the_settled_side_and_is_silent_where_open() -> None:
    start = f"SELECT ?d {{ <{BASE}%s> schema:startDate ?d }}"
    assert rows(start % "id/project/ihub4schools") == [("2021-01-01",)]
    assert rows(start % "id/event/adjara") == [("2021-02-10",)]
    assert rows(start % "id/pilot/digital-accelerator") == []
    assert rows(start % "id/pilot/digital-accelerator", "interpreted") == []


def test_each_source_in_a_dispute_has_its_graph() -> None:
    cited = rows(
        "SELECT DISTINCT ?s { ?d ihub:involvesAssertion/ihub:hasCitation/ihub:citesSource ?s }"
    )
    assert {path.stem for path in (DATA / "source").glob("*.ttl")} == slugs(cited)


def test_a_source_graph_says_what_its_source_says() -> None:
    query = f"SELECT ?d {{ <{BASE}id/project/ihub4schools> schema:startDate ?d }}"
    says = {name: answer(source_graph(name), query) for name in ("slate", "cordis-p1")}
    assert says == {"slate": [("2020-01-01",)], "cordis-p1": [("2021-01-01",)]}


def test_every_graph_has_its_origin() -> None:
    described = ox.Store()
    described.load((DATA / "prov.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    found = answer(
        described,
        "SELECT ?g { ?g a prov:Bundle ; prov:wasAttributedTo ?who ; skos:prefLabel ?l ;"
        " dcat:version ?v FILTER NOT EXISTS { ?g prov:generatedAtTime ?t } }",
    )
    names = {name.removeprefix("graph/") for (name,) in found}
    sources = {f"source/{path.stem}" for path in (DATA / "source").glob("*.ttl")}
    assert names == {"curated", "interpreted", "vocab", "ontology", "inferred", "prov"} | sources


def test_no_graph_of_data_is_left_out() -> None:
    assert {path.name for path in DATA.iterdir()} <= {
        "curated",
        "interpreted",
        "source",
        "prov.ttl",
    }


def test_identifiers_are_not_shared() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((DATA / "curated").rglob("*.ttl"))
    )
    blocks = re.findall(r"dcterms:identifier\s+((?:\"[^\"]+\"\s*,?\s*)+)", text)
    found = [name for block in blocks for name in re.findall(r"\"([^\"]+)\"", block)]
    assert [name for name, n in Counter(found).items() if n > 1] == []


def paths() -> list[Path]:
    return sorted(DATA.rglob("*.ttl"))


def test_no_private_data() -> None:
    for path in paths():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\w.]+@[\w-]+\.\w+", text), path
        assert "schema:birthDate" not in text, path
