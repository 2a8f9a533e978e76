"""Files with one thing wrong: what is wrong stands where it is said to."""

import random
from pathlib import Path

import pyoxigraph as ox
import pytest

from bench import mutation

SHAPES = Path(__file__).parent.parent / "shapes"
TEXTS = [
    (SHAPES / kind / "valid" / "full.ttl").read_text(encoding="utf-8")
    for kind in ("Engagement", "Method", "Membership", "Observation", "DurationRange", "Event")
]


def test_slots_are_what_is_written() -> None:
    """Every statement of a file once, and each part where it says."""
    for text in TEXTS:
        there = mutation.slots(text)
        assert len(there) == len([*ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)])
        for slot in there:
            for said, (start, end) in (
                (slot.subject, slot.at_subject),
                (slot.predicate, slot.at_predicate),
                (slot.value, slot.at_value),
            ):
                assert text[start:end] == said


@pytest.mark.parametrize("make", mutation.MUTATIONS, ids=lambda make: make.__name__.lstrip("_"))
def test_one_thing_is_wrong_and_stands_there(make: mutation.Mutation) -> None:
    chance, made = random.Random(2), 0
    for text in TEXTS:
        mutant = make(text, mutation.slots(text), chance)
        if mutant is None:
            continue
        made += 1
        before, after = (
            {*ox.parse(t.encode(), format=ox.RdfFormat.TURTLE)} for t in (text, mutant.text)
        )
        assert before != after
        there = mutation.slots(mutant.text)
        known = {place for s in there for place in (s.at_subject, s.at_predicate, s.at_value)}
        second = {place for place in mutant.places if " , " in mutant.text[place[0] - 3 : place[0]]}
        assert mutant.places - second <= known
    assert made > 0


def test_the_same_seed_gives_the_same_files() -> None:
    def first(seed: int) -> list[str]:
        made = mutation.mutants(TEXTS, seed)
        return [next(made)[1].text for _ in range(20)]

    assert first(1) == first(1)
    assert first(1) != first(2)
