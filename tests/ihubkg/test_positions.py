"""The index says what pyoxigraph says, of every file there is and of texts nobody wrote."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ihubkg.errors import ParseError
from ihubkg.formats import NQUADS, NTRIPLES, TRIG, TURTLE, Format
from ihubkg.marks import Index
from ihubkg.positions import index, resolve

ROOT = Path(__file__).parents[2]
BASE = "http://example.org/a/b?c#d"


def quads(text: str, fmt: Format) -> list[ox.Quad]:
    kind = ox.RdfFormat.from_media_type(fmt.media_type)
    return [*ox.parse(text, format=kind, base_iri=BASE if fmt in (TURTLE, TRIG) else None)]


def lined_up(text: str, fmt: Format) -> Index | None:
    base = BASE if fmt in (TURTLE, TRIG) else ""
    return index(text, fmt, base=base).lined_up(quads(text, fmt))


def test_every_file_of_the_project_says_the_same_in_both() -> None:
    folders = ("data", "ontology", "shapes", "tests/shapes")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.ttl")]
    assert len(paths) > 500
    for path in paths[::4]:
        assert lined_up(path.read_text(encoding="utf-8"), TURTLE) is not None, path


PREFIXES = "@prefix e: <http://e/> .\nPREFIX f: <#f>\n@base <x/> .\n"
node = st.sampled_from(
    ["e:s", "f:", "<y>", "<../z?q#f>", "_:b", "_:c.d", "e:a\\,b", "e:%20x", "[]"]
)
literal = st.one_of(
    st.sampled_from(["1", "-2.5", "1e3", ".5", "true", '"x"@en', "'y'@et-EE", '"z"^^e:t']),
    st.text(alphabet="ab\"'\\\n\té😀#;.", max_size=5).map(
        lambda text: '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    ),
)
space = st.sampled_from([" ", "\n", " # note ; [ ( \n"])


def listed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    verbs = st.sampled_from(["a", "e:p", "<q>"])
    pairs = st.lists(
        st.tuples(verbs, st.lists(inner, min_size=1, max_size=3)), min_size=1, max_size=3
    )
    said = pairs.map(lambda found: " ; ".join(f"{verb} {' , '.join(o)}" for verb, o in found))
    return st.one_of(
        said.map(lambda text: f"[ {text} ]"),
        st.lists(inner, max_size=4).map(lambda items: f"( {' '.join(items)} )"),
    )


value = st.recursive(st.one_of(node, literal), listed, max_leaves=12)


@st.composite
def statements(draw: st.DrawFn) -> str:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        subject = draw(st.one_of(node, value.filter(lambda text: text[0] in "[(")))
        said = [
            f"{draw(st.sampled_from(['a', 'e:p', 'e:q']))} {draw(value)}"
            for _ in range(draw(st.integers(1, 3)))
        ]
        gap = draw(space)
        found.append(f"{subject}{gap}{f' ;{gap}'.join(said)} .")
    return "\n".join(found)


@settings(max_examples=150, deadline=None)
@given(statements())
def test_any_turtle_says_the_same_in_both(text: str) -> None:
    assert lined_up(PREFIXES + text, TURTLE) is not None


@settings(max_examples=50, deadline=None)
@given(statements(), statements())
def test_any_trig_says_the_same_in_both(one: str, two: str) -> None:
    text = f"{PREFIXES}{one}\ne:g {{ {two} }}\nGRAPH _:g {{ {one} }}\n{{ e:s a e:t }}"
    assert lined_up(text, TRIG) is not None


@pytest.mark.parametrize("fmt", [NTRIPLES, NQUADS])
def test_lines_of_statements_say_the_same_in_both(fmt: Format) -> None:
    text = '<s:1> <p:1> "a\\u00e9"@en . # note\n_:b <p:1> <o:1> .\n'
    assert lined_up(text, fmt) is not None


def test_every_term_has_the_place_where_it_is_written() -> None:
    text = PREFIXES + 'e:s a e:T ; e:p "é"@en , [ e:q ( 1 2 ) ] .'
    found = {
        text[entry.at_object.start : entry.at_object.end]
        for entry in index(text, TURTLE, base=BASE).entries
    }
    assert {"e:T", '"é"@en', "[ e:q ( 1 2 ) ]", "( 1 2 )", "1", "2"} <= found


def test_a_text_that_nests_too_deeply_has_no_places() -> None:
    with pytest.raises(ParseError, match="deeper"):
        index("<s:1> <p:1> " + "[ <p:1> " * 200 + "1" + " ]" * 200 + " .", TURTLE, base=BASE)


def test_other_statements_are_not_lined_up() -> None:
    made = index("<s:1> <p:1> 1 .", TURTLE, base="")
    assert made.lined_up(quads("<s:1> <p:1> 2 .", TURTLE)) is None
    assert made.lined_up(quads("<s:1> <p:1> 1, 2 .", TURTLE)) is None


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("g:h", "g:h"),
        ("./g", "http://a/b/c/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("", "http://a/b/c/d;p?q"),
        ("../../../g", "http://a/g"),
        ("g/../h", "http://a/b/c/h"),
    ],
)
def test_references_resolve_as_in_rfc_3986(reference: str, expected: str) -> None:
    assert resolve("http://a/b/c/d;p?q", reference) == expected
