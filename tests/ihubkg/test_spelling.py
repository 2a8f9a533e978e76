"""What someone meant: the nearest name."""

import pytest

from ihubkg.context import Context
from ihubkg.model import Model
from ihubkg.spelling import Vocabulary, labels, local_name, mentioned, nearest, things
from ihubkg.terms import BASE, term

ESTONIA = f"{BASE}id/region/estonia"


@pytest.fixture(scope="module")
def vocabulary(model: Model) -> Vocabulary:
    return Vocabulary(model.ontology)


def test_the_likest_comes_first_and_the_unlike_not_at_all() -> None:
    names = {"far": ["unit"], "near": ["typicalDurations"], "exact": ["other", "typicalDuration"]}
    assert nearest("typical-duration", names) == ["exact", "near"]
    assert nearest("typical-duration", names, limit=1) == ["exact"]
    assert nearest("typical-durations", names, near=99.5) == ["near"]


def test_only_whole_words_are_mentioned() -> None:
    names = {"tool": ["tool"], "kit": ["toolKit"], "shop": ["shop"]}
    assert mentioned("The tool-kit of a workshop", names) == ["tool", "kit"]


def test_the_vocabulary_knows_fields_and_kinds_apart(vocabulary: Vocabulary) -> None:
    assert nearest("regionPartOff", vocabulary.fields)[0] == term("regionPartOf")
    assert term("regionPartOf") not in vocabulary.kinds
    assert nearest("Regoin", vocabulary.kinds)[0] == term("Region")
    assert term("Region") not in vocabulary.fields


def test_a_name_without_a_label_is_shortened(vocabulary: Vocabulary) -> None:
    assert vocabulary.label(term("Region")) == "region"
    assert vocabulary.label(term("madeUp")) == "ihub:madeUp"


def test_things_of_the_graph_have_their_names(model: Model) -> None:
    context = Context.packaged(model)
    assert dict(things(context, [term("Region")]))[ESTONIA] == ("estonia",)
    assert "Estonia" in labels(context, ESTONIA)
    assert labels(context, f"{BASE}id/region/nowhere") == []
    assert [local_name(iri) for iri in (ESTONIA, f"{ESTONIA}/", "urn:a:b")] == [
        "estonia",
        "estonia",
        "b",
    ]
