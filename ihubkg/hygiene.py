"""What is wrong with the packaged files: file, line, rule, and what to do.

Three kinds of gate run over the checkout: the queries in `queries/hygiene/`, whose every row is a
fault; the shapes, on everything at once; and the axioms by the rules of contradiction, on the facts
and on one imagined member of each class, so that a class that can have no member is found without
a reasoner. Each fault is told at its place in the file that says it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

import pyoxigraph as ox

from ihubkg import infer
from ihubkg.axioms import Node
from ihubkg.batch import validate_all
from ihubkg.context import Context
from ihubkg.errors import IhubError
from ihubkg.model import Model
from ihubkg.places import Places
from ihubkg.report import Location, Problem, pick
from ihubkg.store import Store
from ihubkg.terms import PUBLIC_GRAPHS, expand, shorten

_CLASS = ox.NamedNode(expand("owl:Class"))


@dataclass(frozen=True)
class Check:
    """A query of which every row is a fault, but those that `waived` lets pass."""

    name: str
    summary: str
    fix: str
    level: str
    after: str
    text: str
    waived: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, name: str, text: str) -> "Check":
        """Return the check in a file of `queries/hygiene/`.

        A line `#+ waived: PATTERN because REASON` lets rows pass whose text matches PATTERN.
        """
        lines = (line[2:].strip() for line in text.splitlines() if line.startswith("#+"))
        pairs = [
            (key.strip(), value.strip()) for key, _, value in (n.partition(":") for n in lines)
        ]
        header = dict(pairs)
        waived = (value.partition(" because ") for key, value in pairs if key == "waived")
        return cls(
            name,
            header.get("summary", ""),
            header.get("fix", ""),
            header.get("level", ""),
            header.get("after", ""),
            text,
            tuple((pattern.strip(), reason.strip()) for pattern, _, reason in waived),
        )

    def rows(self, store: Store) -> Iterator[tuple[Node | None, ...]]:
        """Yield the rows that are not waived.

        Asked of the raw store, whose blank nodes are those of the files.

        Raises:
            IhubError: the check is no query; the message names its file.
        """
        graphs: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]
        graphs = [*map(ox.NamedNode, PUBLIC_GRAPHS)]
        try:
            solutions = store.raw.query(self.text, default_graph=graphs)
        except SyntaxError as error:
            raise IhubError(f"queries/hygiene/{self.name}.rq: {error}") from error
        assert isinstance(solutions, ox.QuerySolutions)  # noqa: S101 - checks are SELECTs
        for solution in solutions:
            row = tuple(solution)
            told = " ".join(str(value) for value in row)
            if not any(fnmatch(told, pattern) for pattern, _ in self.waived):
                yield row


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `rule` names the check or shape, `told` says what to do.

    `notes` are the statements and axioms that make a contradiction, each with its place.
    """

    rule: str
    level: str
    what: str
    told: str
    place: Location | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the fault as editors and compilers write it."""
        place = f"{self.place.place}: " if self.place else ""
        lines = [f"{place}{self.level}: {self.what}: {self.told} [{self.rule}]"]
        return "\n    ".join((*lines, *self.notes))


@dataclass(frozen=True)
class Findings:
    """The faults of a checkout, by gate, and how much was looked at."""

    gates: Mapping[str, tuple[Fault, ...]]
    checks: int
    statements: int

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, in the order of their places."""
        return tuple(sorted((one for found in self.gates.values() for one in found), key=_order))

    def __str__(self) -> str:
        """Return one line that says how much was looked at, and what was found."""
        told = ", ".join(f"{len(found)} {name}" for name, found in self.gates.items())
        return f"{self.checks} checks, shapes and axioms on {self.statements:,} statements: {told}"


def checks(model: Model) -> tuple[Check, ...]:
    """Return the packaged checks, by name."""
    return tuple(Check.read(name, text) for name, text in sorted(model.hygiene.items()))


def inspect(store: Store, model: Model) -> Findings:
    """Return what is wrong with the files of `model`, which `store` holds."""
    places = Places(model)
    gates = {
        "faults": tuple(of_checks(store, model, places)),
        "violations": tuple(of_shapes(store, model, places)),
        "contradictions": tuple(of_axioms(store, places)),
    }
    return Findings(gates, len(checks(model)), len(store.raw))


def of_checks(store: Store, model: Model, places: Places) -> Iterator[Fault]:
    """Yield what the queries find."""
    for check in checks(model):
        for this, *others in check.rows(store):
            if this is not None:
                named = [places.told(one) for one in others if one is not None]
                what = " · ".join((places.told(this), *dict.fromkeys(named)))
                place = places.find(this, others)
                yield Fault(check.name, check.level, what, f"{check.summary} {check.fix}", place)


def of_shapes(store: Store, model: Model, places: Places) -> Iterator[Fault]:
    """Yield the violations that the shapes find; warnings are for `ihubkg validate --all`."""
    report = validate_all(Context.published(store.raw), model=model)
    for problem in report.problems:
        if problem.severity == "Violation" and problem.focus is not None:
            yield _violation(problem, places)


def of_axioms(store: Store, places: Places) -> Iterator[Fault]:
    """Yield what cannot be: facts that clash, and classes that can have no member."""
    for step in infer.clashes(store.raw):
        subject = step.triple.subject
        told = f"This cannot be: {infer.because(step, places.told)}."
        place = next(filter(None, (places.of(one.triple) for one in step.asserted())), None)
        yield Fault("contradiction", "error", places.told(subject), told, place, places.why(step))
    for name, step in infer.barren(store.raw).items():
        told = f"Nothing can be a member of this class: {infer.because(step, places.told)}."
        place = places.find(name, [_CLASS])
        yield Fault("empty-class", "error", places.told(name), told, place, places.why(step))


def _violation(problem: Problem, places: Places) -> Fault:
    focus = problem.focus
    assert focus is not None  # noqa: S101 - the caller looked
    path = problem.path if problem.path and "://" in problem.path else None
    others = [problem.value, ox.NamedNode(path) if path else None]
    field = pick(problem.field, ["en"])[0]
    what = f"{places.told(focus)}, {field}" if field else places.told(focus)
    rule = shorten(problem.shape or "")
    told = pick(problem.message, ["en"])[0]
    return Fault(rule, "violation", what, told, places.find(focus, others))


def _order(fault: Fault) -> tuple[str, int, int, str]:
    place = fault.place or Location("")
    return place.source, place.line or 0, place.column or 0, fault.rule
