"""Release artefacts: ontology merged and by module, reference, shapes, dumps, checksums.

Two builds of the same files give the same bytes: nothing here asks for the time.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path

import orjson
import pyoxigraph as ox

from ihubkg import difference, dumps, jsonld, mappings, terms, turtle
from ihubkg.difference import Level
from ihubkg.errors import IhubError, NotFound
from ihubkg.formats import JSONLD, NTRIPLES, RDFXML, TURTLE
from ihubkg.model import DL_VIEW, Model
from ihubkg.reference import Reference
from ihubkg.store import Store

_IRI = ox.NamedNode(terms.BASE + "ontology")
_IMPORTS = ox.NamedNode(terms.PREFIXES["owl"] + "imports")
_VERSION = ox.NamedNode(terms.PREFIXES["owl"] + "versionInfo")
_KINDS = {
    TURTLE: ox.RdfFormat.TURTLE,
    RDFXML: ox.RdfFormat.RDF_XML,
    JSONLD: ox.RdfFormat.JSON_LD,
    NTRIPLES: ox.RdfFormat.N_TRIPLES,
}


def build(
    model: Model,
    out: Path,
    *,
    since: Path | None = None,
    done: Callable[[str], None] = lambda name: None,
) -> int:
    """Write every release artefact of `model` into the folder `out`; return how many files.

    `done` is called with the name of each. What an earlier build left in `out` is replaced when all
    of the new one is written: a build that is stopped leaves nothing half done. With `since`, the
    folder of an earlier release, `changes.md` says what changed since then.

    Raises:
        IhubError: `out` holds something that no build wrote.
        NotFound: `since` is no release.
    """
    if since is not None and not is_release(since):
        raise NotFound(f"{since} is no release: name a folder that ihubkg build made.")
    _ask(out)
    target = out.resolve()
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        count = _write(model, draft, since, done)
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return count


def _write(model: Model, out: Path, since: Path | None, done: Callable[[str], None]) -> int:
    store = Store.memory(model)
    for name, data in _artefacts(model, store):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        done(name)
    table = mappings.sssom(store, model.views["mappings"], version=_version(model))
    (out / "mappings.sssom.tsv").write_text(table, encoding="utf-8")
    done("mappings.sssom.tsv")
    dumps.write(store, out / "dumps", done=lambda name: done(f"dumps/{name}"))
    if since is not None:
        _sums(out)  # by which a release is known
        text = "".join(f"{line}\n" for line in changes(since, out))
        (out / "changes.md").write_text(text, encoding="utf-8")
        done("changes.md")
    return _sums(out)


def _sums(out: Path) -> int:
    """Write the checksums of all files in `out` but their own; return how many files there are."""
    own = out / dumps.SUMS
    files = sorted(path for path in out.rglob("*") if path.is_file() and path != own)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(out).as_posix()}\n"
        for path in files
    ]
    own.write_text("".join(sums), encoding="utf-8")
    return len(files) + 1


def is_release(folder: Path) -> bool:
    """Tell whether `folder` was written by a build."""
    return (folder / "ontology" / "ihub.ttl").is_file() and (folder / dumps.SUMS).is_file()


def model_files(folder: Path) -> list[Path]:
    """Return the files of a release that say what words mean: ontology, schemes and shapes."""
    schemes = sorted((folder / "voc").glob("*.ttl"))
    return [folder / "ontology" / "ihub.ttl", *schemes, folder / "shapes.ttl"]


def changes(before: Path, after: Path) -> list[str]:
    """Return what changed between two releases, as the lines of a Markdown list.

    Raises:
        NotFound: one of the folders is no release.
    """
    for folder in (before, after):
        if not is_release(folder):
            raise NotFound(f"{folder} is no release: name a folder that ihubkg build made.")
    sides = (
        [quad.triple for path in model_files(folder) for quad in _read(path)]
        for folder in (before, after)
    )
    found = difference.compare(*sides)
    lines = [f"# Changes: {found.level}", "", *(f"- {reason}" for reason in found.reasons)]
    if found.advice:
        lines += ["", found.advice]
    for level in (Level.MAJOR, Level.MINOR, Level.PATCH):
        listed = [change for change in found.changes if change.level is level]
        if listed:
            lines += ["", f"## {level}", "", *(f"- `{change}`" for change in listed)]
    return lines


def _read(path: Path) -> Iterator[ox.Quad]:
    return iter(ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))


def merged(model: Model) -> list[ox.Triple]:
    """Return the ontology as one: all modules but the DL view, under the one header.

    The headers of the modules stay with the modules.
    """
    kept: dict[ox.Triple, None] = {}
    for path in _modules(model):
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
            if not _is_module(quad.subject) and quad.predicate != _IMPORTS:
                kept[quad.triple] = None
    return list(kept)


def _artefacts(model: Model, store: Store) -> Iterator[tuple[str, bytes]]:
    ontology = merged(model)
    text = turtle.canonical(ontology)
    yield "ontology/ihub.ttl", text.encode()
    ordered = [*ox.parse(text, format=ox.RdfFormat.TURTLE)]
    for fmt in (RDFXML, JSONLD, NTRIPLES):
        triples = (quad.triple for quad in _steady(ordered))
        yield f"ontology/ihub.{fmt.suffix}", _serialised(triples, _KINDS[fmt])
    for path in (*_modules(model), model.root / "ontology" / DL_VIEW):
        yield f"ontology/modules/{path.name}", path.read_bytes()
    inferred = ox.NamedNode(terms.INFERRED)
    reference = Reference.of(model, store.raw.quads_for_pattern(None, None, None, inferred))
    yield "ontology/reference.md", "".join(f"{line}\n" for line in reference.markdown()).encode()
    for chapter in reference.chapters:
        drawing = reference.drawing(chapter, alone=True)
        yield f"ontology/diagrams/{chapter.name}.svg", drawing.encode()
    for path in sorted((model.root / "ontology" / "voc").glob("*.ttl")):
        yield f"voc/{path.name}", path.read_bytes()
    yield "shapes.ttl", turtle.canonical(model.shapes).encode()
    context = jsonld.Context.of(model.ontology, model.shapes).document()
    yield "context.jsonld", orjson.dumps(context, option=orjson.OPT_INDENT_2)


def _version(model: Model) -> str:
    """Return the version of the ontology, as its header says."""
    header = ox.parse(path=model.root / "ontology" / "ihub.ttl", format=ox.RdfFormat.TURTLE)
    info = (quad for quad in header if (quad.subject, quad.predicate) == (_IRI, _VERSION))
    return next(quad.object.value for quad in info if isinstance(quad.object, ox.Literal))


def _modules(model: Model) -> list[Path]:
    folder = model.root / "ontology"
    return sorted(path for path in folder.glob("*.ttl") if path.name != DL_VIEW)


def _is_module(subject: ox.NamedNode | ox.BlankNode | ox.Triple) -> bool:
    return isinstance(subject, ox.NamedNode) and subject.value.startswith(_IRI.value + "/")


def _steady(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return `quads` in canonical order, with blank nodes named by it."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def _serialised(triples: Iterable[ox.Triple], kind: ox.RdfFormat) -> bytes:
    out = BytesIO()
    ox.serialize(triples, out, kind, prefixes=dict(terms.PREFIXES))
    return out.getvalue()


def _ask(out: Path) -> None:
    """Refuse a place that holds something else."""
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / dumps.SUMS).is_file()):
        raise IhubError(f"{out} holds something else: name a new or empty folder with --out.")
