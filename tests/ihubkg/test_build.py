"""Release artefacts: complete, consistent with each other, and the same at every build."""

import hashlib
import shutil
from pathlib import Path

import orjson
import pyoxigraph as ox
import pytest

from ihubkg import build, turtle
from ihubkg.errors import IhubError, NotFound
from ihubkg.model import Model
from ihubkg.terms import BASE, PREFIXES


@pytest.fixture(scope="module")
def out(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build of the packaged files."""
    path = tmp_path_factory.mktemp("build") / "dist"
    build.build(model, path)
    return path


def graph(path: Path, kind: ox.RdfFormat) -> str:
    """Return the digest of the graph in a file."""
    return turtle.digest(ox.parse(path=path, format=kind))


def test_merged_ontology_says_the_same_in_every_format(out: Path) -> None:
    """Turtle, RDF/XML, JSON-LD and N-Triples hold one graph."""
    found = {
        graph(out / "ontology" / f"ihub.{suffix}", kind)
        for suffix, kind in (
            ("ttl", ox.RdfFormat.TURTLE),
            ("rdf", ox.RdfFormat.RDF_XML),
            ("jsonld", ox.RdfFormat.JSON_LD),
            ("nt", ox.RdfFormat.N_TRIPLES),
        )
    }
    assert len(found) == 1


def test_merged_ontology_has_one_header_and_all_terms(out: Path, model: Model) -> None:
    """One `owl:Ontology`, without imports, and every class of the modules."""
    quads = [*ox.parse(path=out / "ontology" / "ihub.ttl", format=ox.RdfFormat.TURTLE)]
    owl = PREFIXES["owl"]
    headers = {q.subject for q in quads if q.object == ox.NamedNode(owl + "Ontology")}
    assert headers == {ox.NamedNode(BASE + "ontology")}
    assert not [q for q in quads if q.predicate == ox.NamedNode(owl + "imports")]
    declared = {
        q.subject
        for path in (model.root / "ontology").glob("ihub-*.ttl")
        if path.name != "ihub-dl.ttl"
        for q in ox.parse(path=path, format=ox.RdfFormat.TURTLE)
        if q.object == ox.NamedNode(owl + "Class") and isinstance(q.subject, ox.NamedNode)
    }
    assert declared
    assert declared <= {q.subject for q in quads}


def test_context_is_json_ld(out: Path) -> None:
    """The context is a document that a processor can take."""
    context = orjson.loads((out / "context.jsonld").read_bytes())
    assert context["@context"]["prefLabel"]


def test_checksums_cover_every_file(out: Path) -> None:
    """Each file but the list itself stands in it, with its digest."""
    lines = (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    assert set(sums) == files
    for name, digest in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_two_builds_give_the_same_bytes(out: Path, model: Model, tmp_path: Path) -> None:
    """Nothing depends on time, order or place."""
    build.build(model, tmp_path / "again")
    first, second = ((p / "SHA256SUMS").read_bytes() for p in (out, tmp_path / "again"))
    assert first == second


def test_a_folder_of_something_else_is_left_alone(model: Model, tmp_path: Path) -> None:
    """A build replaces what a build wrote, nothing else."""
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(IhubError, match="something else"):
        build.build(model, tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"


def test_a_release_says_what_changed_since_another(model: Model, out: Path, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(out, older)
    text = (older / "ontology" / "ihub.ttl").read_text("utf-8")
    unit = text.index("\nihub:unit\n")
    shorter = text[:unit] + text[text.index("\n.\n", unit) + 3 :]
    (older / "ontology" / "ihub.ttl").write_text(shorter, encoding="utf-8")
    newer = tmp_path / "newer"
    build.build(model, newer, since=older)
    told = (newer / "changes.md").read_text("utf-8")
    assert told.startswith("# Changes: minor\n\n- ihub:unit is new\n")
    assert "call the next one" in told
    assert "changes.md" in (newer / "SHA256SUMS").read_text("utf-8")
    assert build.changes(newer, older)[0] == "# Changes: major"


def test_only_a_release_can_be_compared(model: Model, out: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is no release"):
        build.build(model, tmp_path / "new", since=tmp_path)
    with pytest.raises(NotFound, match="is no release"):
        build.changes(out, tmp_path)


def test_a_build_that_is_stopped_leaves_what_was_there(
    model: Model, out: Path, tmp_path: Path
) -> None:
    old = tmp_path / "dist"
    shutil.copytree(out, old)

    def stop(name: str) -> None:
        raise KeyboardInterrupt(name)

    with pytest.raises(KeyboardInterrupt):
        build.build(model, old, done=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]
    assert (old / "SHA256SUMS").read_bytes() == (out / "SHA256SUMS").read_bytes()
    (tmp_path / ".dist.draft").mkdir()  # as a build leaves it that was killed
    assert build.build(model, old) > 100
    assert [path.name for path in tmp_path.iterdir()] == ["dist"]
