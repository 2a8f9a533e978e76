"""Why a row is there: entered statements with their passages, inferred ones with their rule."""

import pytest

from ihubkg import answer, support, terms
from ihubkg.answer import Answer
from ihubkg.infer import Reasons
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.store import Store
from ihubkg.support import Support


@pytest.fixture(scope="module")
def reasons(store: Store) -> Reasons:
    """Why the packaged graph's inferred facts follow."""
    return support.reasons_of(store, store.raw)


def asked(store: Store, model: Model, name: str, **given: str) -> Answer:
    return answer.ask(store, model.questions[name], given)


def said(found: Support) -> set[tuple[str, str, str]]:
    return {
        tuple(terms.shorten(node.value) for node in one.triple)  # type: ignore[misc]
        for one in found.statements
    }


def test_a_row_rests_on_entered_statements_and_their_passage(store: Store, model: Model) -> None:
    first, *_ = support.support(store, asked(store, model, "methods-for-phase", phase="4"))
    fit = terms.thing("suitability", "idi-mapping-mapping-needs")
    assert (terms.thing("method", "idi-mapping"), "ihub:hasSuitability", fit) in said(first)
    assert {one.graph for one in first.statements} == {terms.CURATED, terms.VOCAB}
    (passage,) = first.passages
    assert passage.source == terms.thing("source", "web-finland")
    assert passage.where == "paragraph 3"
    assert passage.address == "https://www.ihub4schools.eu/finland/"


def test_an_inferred_statement_tells_rule_and_entered_facts(
    store: Store, model: Model, reasons: Reasons
) -> None:
    found = asked(store, model, "mentoring-relations")
    first, *_ = support.support(store, found, reasons=reasons)
    inferred = [one for one in first.statements if one.graph == terms.INFERRED]
    mentors = next(one for one in inferred if one.triple.predicate.value.endswith("#mentors"))
    assert mentors.rule == "prp-spo2-two"
    assert {premise.graph for premise in mentors.premises} == {terms.CURATED}
    assert all(premise.passages for premise in mentors.premises)
    assert mentors.because[0].endswith(":")
    assert "asserted, graph curated" in mentors.because[-1]


def test_without_reasons_an_inferred_statement_is_only_named(store: Store, model: Model) -> None:
    first, *_ = support.support(store, asked(store, model, "mentoring-relations"))
    assert {one.rule for one in first.statements} == {None}
    assert terms.INFERRED in {one.graph for one in first.statements}


def test_every_answer_about_the_domain_has_its_passages(
    store: Store, model: Model, reasons: Reasons
) -> None:
    about_the_graph = {"changed-since", "cited-dois", "graph-of-a-value", "terms-of-reuse",
                       "what-a-source-says", "missing-labels", "inferred-facts"}  # fmt: skip
    for name, one in model.questions.items():
        if name in about_the_graph:
            continue
        for call in one.examples:
            found = answer.ask(store, one, call)
            for row, why in zip(
                found.rows, support.support(store, found, reasons=reasons), strict=True
            ):
                assert why.passages, (name, {key: str(cell) for key, cell in row.items()})


def test_as_json_it_has_labels(store: Store, model: Model) -> None:
    found = asked(store, model, "methods-for-phase", phase="4")
    first, *_ = support.support(store, found)
    told = support.as_dict(first, Names.of(store))
    assert told["sources"] == [
        {
            "citation": terms.thing("citation", "web-finland-paragraph-3"),
            "source": terms.thing("source", "web-finland"),
            "label": "Finland (piloting)",
            "where": "paragraph 3",
            "address": "https://www.ihub4schools.eu/finland/",
        }
    ]


def test_no_rows_no_support(store: Store, model: Model) -> None:
    assert support.support(store, asked(store, model, "methods-for-phase", phase="anchoring")) == []
