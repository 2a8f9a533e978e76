"""The catalogue and the sources in DCAT words against the shapes of DCAT-AP 3.0.1.

    python tests/conformance/suite_catalogue.py [SHARED]

Exit code 1 if a shape finds a violation that is not explained, 2 where the shapes are not there.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pyshacl
from rdflib import RDF, SH, Graph

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from ihubkg import catalogue, dumps
from ihubkg.describe import Views
from ihubkg.model import Model
from ihubkg.store import Store

ROOT = Path(__file__).parent.parent.parent
SHAPES = ("dcat-ap-SHACL-3.0.1.ttl", "ranges-3.0.1.ttl")
ADDRESS = "http://127.0.0.1:8000/"
EXPLAINED: Mapping[tuple[str, str], str] = {}
"""Violations that loopback causes: (path, component) and why."""


def graphs(model: Model) -> Iterable[tuple[str, list[ox.Triple]]]:
    """Yield what is held to the shapes: the catalogue with its dumps, and every source."""
    views = Views.of(model)
    with TemporaryDirectory() as folder, Store.memory(model) as store:
        listed = dumps.write(store, Path(folder) / "dumps")
        yield "catalogue", catalogue.catalogue(store, views, address=ADDRESS, dumps=listed)
        things = (row["thing"].value for row in views.rows(store, "things"))
        found = [
            triple
            for iri in things
            if "/id/source/" in iri or "/id/publication/" in iri
            for triple in views.triples(store, "profile-dcat", this=ox.NamedNode(iri))
        ]
        yield "profile dcat-ap of sources and publications", found


def violations(triples: Iterable[ox.Triple], shapes: Graph) -> Counter[tuple[str, str, str]]:
    """Return how often each (shape, path, component) is violated."""
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    data = Graph().parse(data=text, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=True)
    if not isinstance(report, Graph):
        raise TypeError("pyshacl gave no report")
    found: Counter[tuple[str, str, str]] = Counter()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) != SH.Violation:
            continue
        path = str(report.value(result, SH.resultPath) or "")
        component = str(report.value(result, SH.sourceConstraintComponent)).rpartition("#")[2]
        focus = str(report.value(result, SH.focusNode))
        found[path, component, focus.rpartition("/")[0]] += 1
    return found


def main(arguments: list[str]) -> int:
    """Validate, print each violation and what explains it; return the exit code."""
    shared = Path(arguments[0]) if arguments else ROOT.parent / "shared"
    folder = shared / "conformance" / "dcat-ap"
    if not folder.is_dir():
        sys.stderr.write(f"The shapes of DCAT-AP are not at {folder}: nothing was checked.\n")
        return 2
    shapes = Graph()
    for name in SHAPES:
        shapes.parse(folder / name, format="turtle")
    for shape, part in list(shapes.subject_objects(SH.property)):
        if (part, SH.path, None) not in shapes:  # the release names property shapes it lacks
            shapes.remove((shape, SH.property, part))
    unexplained = 0
    for name, triples in graphs(Model.load()):
        found = violations(triples, shapes)
        for (path, component, focus), count in sorted(found.items()):
            why = EXPLAINED.get((path, component), "")
            unexplained += 0 if why else count
            sys.stdout.write(f"  {count} x {path} {component} at {focus}: {why or 'UNEXPLAINED'}\n")
        sys.stdout.write(f"DCAT-AP, {name}: {len(triples)} triples, {found.total()} violations\n")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
