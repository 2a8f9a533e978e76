"""A reader's copy gives each triple of the public dataset once, also after publications."""

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from ihubkg.reader import DEFAULT, Reader

PUBLIC = frozenset({"http://e/a", "http://e/b"})
GRAPHS: list[ox.NamedNode | ox.DefaultGraph] = [
    DEFAULT,
    *(ox.NamedNode(f"http://e/{name}") for name in "abc"),
]


def quad(number: int, graph: int) -> ox.Quad:
    node = ox.NamedNode(f"http://e/{number}")
    return ox.Quad(node, ox.NamedNode("http://e/p"), ox.Literal(number), GRAPHS[graph])


QUADS = st.frozensets(st.builds(quad, st.integers(0, 3), st.integers(0, 3)))


def merged(quads: frozenset[ox.Quad]) -> set[ox.Triple]:
    """The public dataset's default graph."""
    return {
        quad.triple
        for quad in quads
        if quad.graph_name == DEFAULT or str(quad.graph_name)[1:-1] in PUBLIC
    }


def state(reader: Reader) -> tuple[object, ...]:
    named = frozenset(quad for quad in reader.store if quad.graph_name != DEFAULT)
    default = [quad.triple for quad in reader.store if quad.graph_name == DEFAULT]
    return sorted(map(str, default)), named, frozenset(reader.own)


@given(QUADS, QUADS, QUADS)
def test_following_a_change_is_the_same_as_loading_anew(
    quads: frozenset[ox.Quad], removed: frozenset[ox.Quad], added: frozenset[ox.Quad]
) -> None:
    followed = Reader(PUBLIC)
    followed.load(quads)
    followed.apply(removed, added)
    after = quads - removed | added
    anew = Reader(PUBLIC)
    anew.load(after)
    assert state(followed) == state(anew)
    assert state(anew)[0] == sorted(map(str, merged(after)))
    names = set(followed.store.named_graphs())
    assert names == {quad.graph_name for quad in after if quad.graph_name != DEFAULT}


@given(QUADS)
def test_an_update_works_on_the_stores_own_layout(quads: frozenset[ox.Quad]) -> None:
    reader = Reader(PUBLIC)
    reader.load(quads)
    assert frozenset(reader.raw()) == quads


def test_a_graph_is_read_by_its_name() -> None:
    reader = Reader(PUBLIC)
    reader.load([quad(1, 0), quad(2, 3)])
    assert [q.object for q in reader.graph(None)] == [ox.Literal(1)]
    assert [q.object for q in reader.graph("http://e/c")] == [ox.Literal(2)]
    assert reader.has("http://e/c")
    assert not reader.has("http://e/a")
