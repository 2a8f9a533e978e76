"""The search finds what people mean, however they spell it, and follows the store."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg import search, terms
from ihubkg.search import FILE, MOST_HITS, Index
from ihubkg.store import Store

LABEL = ox.NamedNode(terms.expand("skos:prefLabel"))
NOTE = ox.NamedNode(terms.expand("skos:note"))


def said(name: str, text: str, language: str, predicate: ox.NamedNode = LABEL) -> ox.Quad:
    node = ox.NamedNode(f"http://example.org/{name}")
    return ox.Quad(node, predicate, ox.Literal(text, language=language))


SAID = (
    said("teacher", "Õpetajate innovatsioonilabor", "et"),
    said("school", "Põhikool", "et"),
    said("town", "Ærøskøbing", "da"),
    said("greek", "Σχολείο", "el"),
    said("georgian", "სკოლა", "ka"),
    said("han", "学校教育", "zh"),
    said("two", "Teacher laboratory", "en"),
    said("two", "Õpetajate labor", "et"),
    said("long", "A thing", "en"),
    said("long", "word " * 200 + "needle " + "hay " * 200, "en", NOTE),
)


@pytest.fixture
def small() -> Iterator[Store]:
    raw = ox.Store()
    raw.bulk_extend(SAID)
    with Store(raw) as store:
        yield store


@pytest.fixture
def index(small: Store) -> Iterator[Index]:
    made = Index(None)
    made.follow(small)
    yield made
    made.close()


@pytest.fixture(scope="module")
def packaged(store: Store) -> Iterator[Index]:
    made = Index(None)
    made.follow(store)
    yield made
    made.close()


def found(index: Index, query: str, **how: object) -> list[str]:
    hits = index.find(query, **how).hits  # type: ignore[arg-type]
    return [hit.iri.removeprefix("http://example.org/").removeprefix(terms.BASE) for hit in hits]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("opetaja", "teacher"),
        ("õpetajate innovatsioonilabor", "teacher"),
        ("ÕPETAJATE", "two"),
        ("innovatsionilabor", "teacher"),
        ("innovatsioonilabro", "teacher"),
        ("kool", "school"),
        ("pohikool", "school"),
        ("aeroskobing", "town"),
        ("σχολειο", "greek"),
        ("სკოლა", "georgian"),
        ("学校", "han"),
        ("教育", "han"),
        ("needle", "long"),
    ],
)
def test_letters_and_spelling_are_forgiven(index: Index, query: str, first: str) -> None:
    assert first in found(index, query)[:2]


def test_a_word_taken_for_another_is_told_as_it_is_written(index: Index) -> None:
    assert index.find("innovatsionilabor").instead == {"innovatsionilabor": "innovatsioonilabor"}
    assert index.find("kool").instead == {}


def test_the_name_is_in_the_reader_s_language_and_says_which(index: Index) -> None:
    for language, name in (("en", "Teacher laboratory"), ("et", "Õpetajate labor")):
        hit = next(h for h in index.find("labor", languages=(language,)).hits if "two" in h.iri)
        assert (hit.label, hit.language) == (name, language)
    other = next(h for h in index.find("opetajate", languages=("en",)).hits if "two" in h.iri)
    assert "".join(piece.text for piece in other.snippet) == "Õpetajate labor"
    assert other.snippet_language == "et"


def test_a_thing_has_its_name_for_the_reader(index: Index) -> None:
    iri = "http://example.org/two"
    assert index.name(iri, ("et",)) == ("Õpetajate labor", "et")
    assert index.name(iri, ("fi",)) == ("Teacher laboratory", "en")
    assert index.name("http://example.org/teacher", ("fi",)) == (
        "Õpetajate innovatsioonilabor",
        "et",
    )
    assert index.name("http://example.org/nothing") is None


def test_a_snippet_shows_the_word_in_its_place(index: Index) -> None:
    hit = index.find("needle").hits[0]
    text = "".join(piece.text for piece in hit.snippet)
    assert len(text) < search.SNIPPET + 10
    assert [piece.text for piece in hit.snippet if piece.marked] == ["needle"]
    assert text.startswith("… word")
    assert text.endswith("hay …")


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', '"school', "a OR", "NEAR(", "name:x", "*", "^", "-", "{", "(((", "\\", "'; --",
     "school AND NOT", "\0", "\ud800", "\u202e", "💡", "%", "_", "x" * 5000, "a " * 5000],
)  # fmt: skip
def test_no_sign_is_syntax(index: Index, query: str) -> None:
    index.find(query)
    assert found(index, "needle") == ["long"]


def test_what_is_nowhere_is_left_out_and_said(index: Index) -> None:
    answer = index.find("needle qqqqqqqq")
    assert [hit.label for hit in answer.hits] == ["A thing"]
    assert answer.left_out == ("qqqqqqqq",)
    nothing = index.find("Techer lamp")
    assert nothing.left_out == ("lamp",)
    assert nothing.instead == {"techer": "teacher"}


def test_where_nothing_is_found_names_written_alike_are_offered(packaged: Index) -> None:
    answer = packaged.find("Dgptwrkshp")
    assert answer.total == 0
    assert "Digipeda workshop" in [name for _, name in answer.near]


def test_words_that_never_stand_together_find_what_has_some(index: Index) -> None:
    answer = index.find("needle teacher")
    assert answer.some
    assert {hit.iri.rpartition("/")[2] for hit in answer.hits} == {"long", "teacher", "two"}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("digipeda", "id/method/digipeda"),
        ("digital accelerator", "id/method/digital-accelerator"),
        ("mapping needs", "voc/phase/mapping-needs"),
        ("m-til", "id/method/til"),
        ("teacher inovation labratory", "id/method/til"),
        ("hasSuitability", "ontology#hasSuitability"),
        ("Tallinn University", "id/organisation/tlu"),
    ],
)
def test_things_come_before_what_speaks_of_them(packaged: Index, query: str, first: str) -> None:
    assert found(packaged, query)[0] == first


def test_kinds_are_counted_and_kept(packaged: Index) -> None:
    everything = packaged.find("digital accelerator", limit=MOST_HITS)
    assert sum(everything.kinds.values()) == everything.total == len(everything.hits)
    one = packaged.find("digital accelerator", kind="method")
    assert {hit.kind for hit in one.hits} == {"method"}
    assert one.total == everything.kinds["method"]
    assert one.kinds == everything.kinds


def test_pages_follow_each_other_without_gap_or_repetition(packaged: Index) -> None:
    whole = found(packaged, "school", limit=100)
    pages = [found(packaged, "school", limit=25, offset=start) for start in (0, 25, 50, 75)]
    assert [iri for page in pages for iri in page] == whole
    assert len(set(whole)) == 100


def test_hits_beyond_what_is_ranked_are_owned_up_to() -> None:
    raw = ox.Store()
    raw.bulk_extend(said(f"n{number}", f"school {number}", "en") for number in range(1100))
    with Store(raw) as store:
        index = Index(None)
        index.follow(store)
        answer = index.find("school")
        assert answer.capped
        assert answer.total == MOST_HITS
        index.close()


def test_it_follows_thing_by_thing(small: Store, index: Index) -> None:
    since = small.version
    added = [said("new", "Kratt", "et"), said("school", "Gümnaasium", "et")]
    with small.writing("default") as raw:
        raw.extend(added)
        raw.remove(SAID[1])
    lines = ox.serialize([*added, SAID[1]], format=ox.RdfFormat.N_QUADS) or b""
    index.follow(small, search.touched(lines.splitlines()), since)
    assert index.version == small.version
    assert found(index, "kratt") == ["new"]
    assert found(index, "gumnaasium") == ["school"]
    assert found(index, "pohikool") == []
    assert found(index, "needle") == ["long"]


def test_it_is_made_anew_where_it_lags(small: Store, index: Index) -> None:
    with small.writing("default") as raw:
        raw.add(said("new", "Kratt", "et"))
    index.follow(small, [], since="another version")
    assert found(index, "kratt") == ["new"]


def test_a_file_is_kept_and_one_that_is_damaged_or_of_another_making_is_made_anew(
    small: Store, tmp_path: Path
) -> None:
    first = Index(tmp_path)
    first.follow(small)
    first.close()
    again = Index(tmp_path)
    assert again.version == small.version
    assert found(again, "needle") == ["long"]
    again.close()
    for content in (b"no table", b"SQLite format 3\0" + b"\xff" * 5000):
        for path in tmp_path.glob(f"{FILE}*"):
            path.unlink()
        (tmp_path / FILE).write_bytes(content)
        other = Index(tmp_path)
        assert other.version == ""
        other.follow(small)
        assert found(other, "needle") == ["long"]
        other.close()


def test_only_what_is_public_is_found(store: Store, packaged: Index) -> None:
    hidden = ox.NamedNode("https://w3id.org/ihub4schools/graph/prov")
    labels = [
        quad.object.value
        for quad in store.raw.quads_for_pattern(None, None, None, hidden)
        if isinstance(quad.object, ox.Literal) and quad.object.language
    ]
    assert labels
    for label in labels:
        texts = [hit.label for hit in packaged.find(label).hits]
        assert label not in texts
