"""Changes that are thought of for a problem."""

import pyoxigraph as ox
import pytest

from ihubkg import edits, locate
from ihubkg.context import Context
from ihubkg.document import BASE, Inspector, Options
from ihubkg.fixes import Mender
from ihubkg.formats import TURTLE
from ihubkg.model import Model
from ihubkg.parse import read
from ihubkg.report import Problem
from ihubkg.terms import PREFIXES

HEAD = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("ihub", "skos", "owl", "schema"))
ESTONIA = f"{BASE}region/estonia"


@pytest.fixture(scope="module")
def inspector(model: Model) -> Inspector:
    return Inspector.of(model)


@pytest.fixture(scope="module")
def context(model: Model) -> Context:
    return Context.packaged(model)


def mended(inspector: Inspector, context: Context, text: str, shape: str) -> list[tuple[str, str]]:
    """Return the titles of the candidates for the problem of `shape`, each with its text."""
    found = inspector.inspect(text.encode(), TURTLE, context, Options(fixes=False)).problems
    problem = next(p for p in found if (p.shape or "").endswith(f"#{shape}"))
    return [
        (candidate.title, edits.apply(text, candidate.edits))
        for candidate in mender(inspector, context, text).candidates(problem)
    ]


def mender(inspector: Inspector, context: Context, text: str) -> Mender:
    quads = read(text.encode(), TURTLE, base=BASE, named_graphs=True).quads
    places = locate.index(text, TURTLE, quads, base=BASE)
    assert places is not None
    editor = edits.editor(text, TURTLE, places)
    assert editor is not None
    checker = inspector.checker
    return Mender(
        places, editor, checker.shapes, inspector.vocabulary, context, checker.classes.above
    )


def test_the_nearest_field_comes_first(inspector: Inspector, context: Context) -> None:
    text = f"{HEAD}<{ESTONIA}> ihub:regionPartOff <{BASE}region/finland> ."
    title, after = mended(inspector, context, text, "Subject-knownField")[0]
    assert "(ihub:regionPartOf)" in title
    assert after == text.replace("regionPartOff", "regionPartOf")


def test_a_kind_is_spelled_right_or_not_at_all(inspector: Inspector, context: Context) -> None:
    text = f"{HEAD}<{ESTONIA}> a ihub:Regoin ."
    _, after = mended(inspector, context, text, "Subject-knownKind")[0]
    assert after == text.replace("Regoin", "Region")
    unlike = text.replace("Regoin", "Zzyzx")
    assert mended(inspector, context, unlike, "Subject-knownKind") == []


def test_the_same_elsewhere_is_not_the_same_thing(inspector: Inspector, context: Context) -> None:
    text = f"{HEAD}<{ESTONIA}> owl:sameAs <http://www.wikidata.org/entity/Q191> ."
    _, after = mended(inspector, context, text, "Entity-sameAs")[0]
    assert after == text.replace("owl:sameAs", "schema:sameAs")


def test_nothing_is_made_up_for_private_data(inspector: Inspector, context: Context) -> None:
    text = f'{HEAD}<{ESTONIA}> skos:note "Write to jane.doe@example.org, soon."@en .'
    assert mended(inspector, context, text, "PrivateText") == []


def test_the_file_says_the_kind_before_the_graph(inspector: Inspector, context: Context) -> None:
    focus = ox.NamedNode(ESTONIA)
    silent = mender(inspector, context, f'{HEAD}<{ESTONIA}> skos:note "x"@en .')
    assert PREFIXES["ihub"] + "Region" in silent.kinds_of(focus)
    saying = mender(inspector, context, f"{HEAD}<{ESTONIA}> a ihub:School .")
    assert saying.kinds_of(focus) == [PREFIXES["ihub"] + "School"]
    assert [*saying.candidates(Problem("Violation", None, "Unheard"))] == []


def test_what_the_file_describes_is_meant(inspector: Inspector, context: Context) -> None:
    """The kind of the other thing is misspelt: another school would be the wrong thing to name."""
    text = (
        f"{HEAD}<{BASE}school/one> a ihub:School ; ihub:pairedWith <{BASE}school/eklof-2> .\n"
        f"<{BASE}school/eklof-2> a ihub:Scholo ."
    )
    assert mended(inspector, context, text, "School-pairedWith") == []
    alone = text.splitlines(keepends=True)
    assert mended(inspector, context, "".join(alone[:-1]), "School-pairedWith") != []
    (_, after), *_ = mended(inspector, context, text, "Subject-knownKind")
    assert after == text.replace("Scholo", "School")


@pytest.mark.parametrize("kind", ["School", "Engagement", "Artefact"])
def test_the_address_says_the_kind(inspector: Inspector, context: Context, kind: str) -> None:
    """Also where narrower kinds have addresses of other forms."""
    text = f'{HEAD}<{BASE}{kind.lower()}/one> skos:prefLabel "One"@en .'
    (_, after), *_ = mended(inspector, context, text, "Subject-described")
    assert f" a ihub:{kind}" in after
