"""The W3C test suite of SHACL on the engines that we use: pyshacl and shacl-rust.

    python tests/conformance/suite_shacl.py [SHARED]

SHARED/shacl or SHARED/conformance/shacl holds `core` and `sparql` of
https://github.com/w3c/data-shapes. A case is passed when the engine agrees on `sh:conforms` and
finds the same results: focus node, path, component, value and severity; blank nodes are equal to
each other. What each engine is known to miss stands in `suite_shacl.yaml`; exit code 1 says that
an engine missed something else, or no longer misses what stands there; 2 that the suite is absent.
"""

import logging
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
import pyoxigraph as ox
import pyshacl
import rdflib
import shacl_rust
import yaml
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from ihubkg.graphs import to_rdflib

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
SIZES = {"core": 98, "sparql": 22}
"""How many cases the suite has, by part."""

EXPECTED = Path(__file__).with_suffix(".yaml")

Result = tuple[str, str, str, str, str]
"""Focus node, path, component, value, severity."""


@dataclass(frozen=True)
class Report:
    """What validation says: whether the data conforms, and each result as often as it is there."""

    conforms: bool
    results: Mapping[Result, int]


Engine = Callable[[rdflib.Graph, rdflib.Graph], Report | None]
"""From data and shapes to a report, or None where the shapes are refused."""


@dataclass(frozen=True)
class Case:
    """One test; `report` is None where a failure has to be told."""

    name: str
    data: Path
    shapes: Path
    report: Report | None


def read(path: Path) -> rdflib.Graph:
    """Return the graph in a file, literals as they are written, against the file's address."""
    return to_rdflib(ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))


def cases(manifest: Path) -> Iterator[Case]:
    """Yield the cases of a manifest and those that it includes."""
    graph = read(manifest)
    for included in sorted(graph.objects(None, MF.include), key=str):
        yield from cases(_path(included))
    for entry in sorted(graph.subjects(RDF.type, SHT.Validate), key=str):
        action, expected = graph.value(entry, MF.action), graph.value(entry, MF.result)
        yield Case(
            name=f"{manifest.parent.name}/{manifest.stem}",
            data=_path(graph.value(action, SHT.dataGraph)),
            shapes=_path(graph.value(action, SHT.shapesGraph)),
            report=None if expected == SHT.Failure else report(graph, expected),
        )


def _path(address: rdflib.term.Node | None) -> Path:
    return Path(urlsplit(str(address)).path)


def report(graph: rdflib.Graph, node: rdflib.term.Node | None) -> Report:
    """Return a report that a graph holds."""
    found = Counter(
        (
            name(graph.value(result, SH.focusNode)),
            steps(graph, graph.value(result, SH.resultPath)),
            name(graph.value(result, SH.sourceConstraintComponent)),
            name(graph.value(result, SH.value)),
            name(graph.value(result, SH.resultSeverity)),
        )
        for result in graph.objects(node, SH.result)
    )
    return Report(str(graph.value(node, SH.conforms)).lower() in ("true", "1"), found)


def name(term: rdflib.term.Node | None) -> str:
    """Return a term as N-Triples writes it, blank nodes all alike."""
    if term is None:
        return ""
    return "_:" if isinstance(term, rdflib.BNode) else term.n3()


def steps(graph: rdflib.Graph, path: rdflib.term.Node | None) -> str:
    """Return a path as shacl-rust writes it, see https://www.w3.org/TR/shacl/#property-paths."""
    if path is None or isinstance(path, rdflib.URIRef):
        return name(path)
    signs = {
        SH.inversePath: "^{}",
        SH.zeroOrMorePath: "({}*)",
        SH.oneOrMorePath: "({}+)",
        SH.zeroOrOnePath: "({}?)",
    }
    for predicate, form in signs.items():
        inner = graph.value(path, predicate)
        if inner is not None:
            return form.format(steps(graph, inner))
    either = graph.value(path, SH.alternativePath)
    members = [steps(graph, step) for step in Collection(graph, either or path)]
    return " / ".join(members) if either is None else f"({' | '.join(members)})"


def by_pyshacl(data: rdflib.Graph, shapes: rdflib.Graph) -> Report | None:
    """Validate by pyshacl as it is, with queries in rdflib."""
    try:
        _, found, _ = pyshacl.validate(data, shacl_graph=shapes, advanced=False)
    except Exception:  # whatever it is called: the shapes were refused
        return None
    if not isinstance(found, rdflib.Graph):
        return None
    return report(found, found.value(None, RDF.type, SH.ValidationReport))


def by_shacl_rust(data: rdflib.Graph, shapes: rdflib.Graph) -> Report | None:
    """Validate by shacl-rust as it is, with queries in its own engine."""
    texts = [graph.serialize(format="nt") for graph in (data, shapes)]
    try:
        found = shacl_rust.validate(
            *texts, data_format="nt", shapes_format="nt", experimental_index=True
        )
    except Exception:  # whatever it is called: the shapes were refused
        return None
    results = Counter(
        (
            _written(result["focusNode"]),
            _written(result.get("resultPath")),
            _written(result["sourceConstraintComponent"]),
            _written(result.get("value")),
            _written(result["severity"]),
        )
        for result in found["results"]
    )
    return Report(bool(found["conforms"]), results)


def _written(text: object) -> str:
    """Return a term that shacl-rust wrote as we write it."""
    if text is None:
        return ""
    return "_:" if str(text).startswith("_:") else str(text)


ENGINES: Mapping[str, Engine] = {"pyshacl": by_pyshacl, "shacl-rust": by_shacl_rust}


def missed(engine: Engine, all_cases: list[Case]) -> list[str]:
    """Return the names of the cases that an engine does not pass."""
    return [
        case.name for case in all_cases if engine(read(case.data), read(case.shapes)) != case.report
    ]


@click.command()
@click.argument("shared", type=click.Path(path_type=Path), default=Path("../shared"))
def main(shared: Path) -> None:
    """Run the W3C suite of SHACL in SHARED on each engine that this project uses."""
    suite = next(
        (p for p in (shared / "conformance" / "shacl", shared / "shacl") if p.is_dir()), None
    )
    if suite is None:
        click.echo(f"{shared} has no suite of SHACL: there is nothing to run.", err=True)
        sys.exit(2)
    logging.getLogger("rdflib.term").disabled = True  # the suite has ill-typed values on purpose
    warnings.simplefilter("ignore")
    known = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))
    surprises = 0
    for part, size in SIZES.items():
        there = [*cases((suite / part / "manifest.ttl").resolve())]
        if len(there) != size:
            click.echo(f"{part}: {len(there)} cases instead of {size}", err=True)
            surprises += 1
        for engine, run in ENGINES.items():
            found = missed(run, there)
            click.echo(f"{engine:10} {part:6} {len(there) - len(found):3} of {len(there)} passed")
            expected = known.get(engine, {}).get(part) or []
            for case in found:
                click.echo(f"    misses {case}{'' if case in expected else '   (new)'}")
            for case in sorted(set(expected) - set(found)):
                click.echo(f"    passes {case}   (stands in {EXPECTED.name})")
            surprises += len(set(expected) ^ set(found))
    sys.exit(1 if surprises else 0)


if __name__ == "__main__":
    main()
