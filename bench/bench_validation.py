"""Validation measured: places and fixes, the cost of a submission, the cost of the whole graph.

    python bench/bench_validation.py                    # all three, about half an hour of processor
    python bench/bench_validation.py places --files 200
    python bench/bench_validation.py submission --sizes 10000 100000 1000000
    python bench/bench_validation.py whole --size 1000000 --sample 100000

Processor time is compared, not the clock. `places`: valid files of which each gets one thing wrong
at a known place (`bench/mutation.py`); counted is whether the report shows that very place, and
whether the file conforms after its first fix. `submission`: about 200 triples against graphs of
three sizes, and against pyshacl with focus nodes on the whole of the largest. `whole`: the batch
engine on the whole graph beside pyshacl.
"""

import argparse
import multiprocessing
import re
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import generate, mutation
from ihubkg import batch, edits, terminal, turtle
from ihubkg.context import Context
from ihubkg.document import Inspector, Options
from ihubkg.formats import TURTLE
from ihubkg.graphs import to_rdflib
from ihubkg.marks import Term, Text
from ihubkg.model import Model
from ihubkg.report import Problem, Report
from ihubkg.shapes import Shapes, name_of
from ihubkg.terms import PREFIXES
from ihubkg.validate import Checker

EXAMPLES = Path(__file__).parent.parent / "tests" / "shapes"
TRIPLES = 210
"""At most so many triples are in the submission."""

SOUGHT_PLACES, SOUGHT_FIXES = 0.99, 0.60


@dataclass(frozen=True)
class File:
    """A valid file, with the graph that it is about to join."""

    name: str
    text: str
    context: Context


def packaged(model: Model) -> Context:
    """Return the packaged graph."""
    return Context.packaged(model)


def files(model: Model) -> list[File]:
    """Return valid files of things that are not in the graph yet, which conform as they are."""
    base = packaged(model)
    found = [*_examples(base), *_generated(model, base)]
    inspector = Inspector.of(model)
    with terminal.progress(len(found)) as step:
        kept = []
        for file in found:
            step(file.name)
            if not any(p.severity != "Info" for p in check(inspector, file, file.text).problems):
                kept.append(file)
    return kept


def _examples(base: Context) -> Iterator[File]:
    """Yield the full example of each shape, its things renamed so that they are new."""
    world = ox.Store()
    paths = sorted(EXAMPLES.glob("*/valid/full.ttl"))
    for path in (EXAMPLES / "world.ttl", *paths):
        world.bulk_load(path=path, format=ox.RdfFormat.TURTLE)
    context = Context((*base.layers, (world, ox.DefaultGraph())))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for subject in set(re.findall(r"^<(\S+)>$", text, re.MULTILINE)):
            text = text.replace(f"<{subject}>", f"<{subject}-new>")
        yield File(path.parts[-3], text, context)


def _generated(model: Model, base: Context) -> Iterator[File]:
    """Yield parts of generated hubs: schools, memberships, a piece of work, evidence."""
    stock = generate.Stock.of(model)
    for number in range(1, 11):
        things = [*generate.Hub(stock, 7, number).things()]
        sources = [t for t in things if t.kind in ("Source", "SourceCitation")]
        sets: dict[str, list[generate.Thing]] = {
            "schools": [t for t in things if t.kind == "School"][:3],
            "members": [t for t in things if t.kind == "Membership"][:4],
            "work": [t for t in things if t.iri.endswith("-e-1>") and t.kind != "Study"][:3]
            + [t for t in things if t.kind in ("PhaseOccurrence", "MethodUse")][:5],
            "evidence": [t for t in things if t.iri.endswith("-e-2>")],
        }
        for name, some in sets.items():
            part = [*sources[:3], *some] if name == "schools" else some
            rest = ox.Store()
            lines = "".join(generate.lines(t) for t in things if t not in part)
            rest.load(lines.encode(), format=ox.RdfFormat.N_TRIPLES)
            context = Context((*base.layers, (rest, ox.DefaultGraph())))
            yield File(f"{name} {number}", written(part), context)


def written(things: Sequence[generate.Thing]) -> str:
    """Return things in canonical Turtle."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return turtle.reformat(head + "".join(map(generate.lines, things)))


def check(inspector: Inspector, file: File, text: str, *, fixes: bool = False) -> Report:
    """Return the report on `text` in the place of the file's."""
    options = Options(source=file.name, fixes=fixes, clock=lambda: 0.0)
    return inspector.inspect(text.encode(), TURTLE, file.context, options)


@dataclass(frozen=True)
class Outcome:
    """What the report on a file with one thing wrong was worth."""

    file: str
    kind: str
    shown: bool
    first: bool
    mended: bool
    problems: Sequence[Problem]
    text: str


def outcome(inspector: Inspector, file: File, made: mutation.Mutant) -> Outcome | None:
    """Return what the report says of a mutant, or None where nothing is wrong with it."""
    report = check(inspector, file, made.text, fixes=True)
    if report.conforms:
        return None
    problems = [p for p in report.problems if p.severity != "Info"]
    text = Text(made.text)
    shown = [_place(problem, text) in made.places for problem in problems]
    fix = next((p.fix for p in problems if p.fix is not None), None)
    mended = fix is not None and check(inspector, file, edits.apply(made.text, fix.edits)).conforms
    return Outcome(file.name, made.kind, any(shown), shown[0], mended, problems, made.text)


def _place(problem: Problem, text: Text) -> tuple[int, int] | None:
    at = problem.location
    if at is None or at.line is None or at.end_line is None:
        return None
    return (
        text.offset(at.line, at.column or 1),
        text.offset(at.end_line, at.end_column or 1),
    )


def places(count: int, seed: int, verbose: bool) -> bool:
    """Measure places and fixes on `count` files; tell whether what is sought is reached."""
    model = Model.load()
    pool = files(model)
    inspector = Inspector.of(model)
    outcomes: list[Outcome] = []
    passed = 0
    made = mutation.mutants([file.text for file in pool], seed)
    with terminal.progress(count) as step:
        while len(outcomes) < count:
            number, mutant = next(made)
            found = outcome(inspector, pool[number], mutant)
            if found is None:
                passed += 1
                continue
            outcomes.append(found)
            step(mutant.kind)
            if verbose and not (found.shown and found.mended):
                print(f"{found.kind} in {found.file}: shown={found.shown} mended={found.mended}")
                for p in found.problems:
                    at = p.location.place if p.location else ""
                    print(f"    {at} {p.shape} {p.constraint} fix={p.fix and p.fix.title}")
    return _told(outcomes, len(pool), passed)


def _told(outcomes: Sequence[Outcome], pool: int, passed: int) -> bool:
    total = len(outcomes)
    shown, first, mended = (
        sum(values) / total
        for values in zip(*((o.shown, o.first, o.mended) for o in outcomes), strict=True)
    )
    print(f"{total} mutants of {pool} valid files ({passed} more were still valid)")
    print(f"place shown:            {shown:6.1%}   (sought {SOUGHT_PLACES:.0%})")
    print(f"  by the first problem: {first:6.1%}")
    print(f"mended by first fix:    {mended:6.1%}   (sought {SOUGHT_FIXES:.0%})")
    kinds = Counter(o.kind for o in outcomes)
    for kind, number in kinds.most_common():
        those = [o for o in outcomes if o.kind == kind]
        print(
            f"  {kind:26} {number:3}   shown {sum(o.shown for o in those):3}"
            f"   mended {sum(o.mended for o in those):3}"
        )
    return bool(shown >= SOUGHT_PLACES and mended >= SOUGHT_FIXES)


def submission(sizes: Sequence[int], repeat: int, seconds: int) -> bool:
    """Measure a submission of about 200 triples against graphs of `sizes`."""
    model = Model.load()
    base = packaged(model)
    checker = Checker(model)
    sent = _submission(model)
    print(f"a submission of {len(sent)} triples, median of {repeat}, processor time")
    contexts, store = dict[int, Context](), ox.Store()
    for size in sorted(sizes):
        with terminal.waiting(f"Loading {size:,} triples"):
            store = ox.Store()
            store.bulk_extend(_quads(size, 0.0, model)[0])
            contexts[size] = Context((*base.layers, (store, ox.DefaultGraph())))
    taken: dict[int, list[float]] = {size: [] for size in contexts}
    found = set[int]()
    for number in range(repeat + 1):  # in turn, so that the machine's moods fall on all alike
        for size, context in contexts.items():
            begun = time.process_time()
            report = checker.check(sent, context)
            if number:  # the first one is for the caches
                taken[size].append(time.process_time() - begun)
            found.add(report.counts["Violation"])
    medians = [statistics.median(times) for times in taken.values()]
    around = len(base_of(base))
    for size, median in zip(contexts, medians, strict=True):
        print(f"  against {size + around:>9,} triples: {median * 1000:6.0f} ms")
    flat = max(medians) / min(medians) - 1
    print(f"  the dearest is {flat:.0%} dearer than the cheapest   (sought at most 20%)")
    print(f"  violations: {sorted(found)}")
    everything = [*base_of(base), *store.quads_for_pattern(None, None, None)]
    peer = _pyshacl_with_focus(
        [*everything, *sent], {quad.subject for quad in sent}, model, seconds
    )
    ours = medians[-1]
    at_least = "" if peer.ended else "at least "
    print(
        f"  pyshacl with focus nodes on the whole graph: {at_least}{peer.seconds * 1000:,.0f} ms, "
        f"{at_least}{peer.seconds / ours:.1f} times ours   (sought 3)"
    )
    return bool(flat <= 0.2 and peer.seconds / ours >= 3 and len(found) == 1)


def base_of(context: Context) -> list[ox.Quad]:
    """Return the statements of a context."""
    return [*context.find(None, None, None)]


def _quads(count: int, faults: float, model: Model) -> tuple[list[ox.Quad], list[generate.Planted]]:
    """Return generated statements with the faults in them."""
    found, planted = list[ox.Quad](), list[generate.Planted]()
    for made, fault in generate.things(count, faults=faults, model=model):
        found += ox.parse(generate.lines(made).encode(), format=ox.RdfFormat.N_TRIPLES)
        if fault is not None:
            planted.append(fault)
    return found, planted


def _submission(model: Model) -> list[ox.Quad]:
    """Return more work of a hub that is in every generated graph: new things beside known ones."""
    stock = generate.Stock.of(model)
    hub = [*generate.Hub(stock, 1, 3).things()]
    lines = "".join(generate.lines(made) for made in hub if re.search("-e-[12]", made.iri))
    lines = lines.replace("-e-1", "-e-9").replace("-e-2", "-e-8")
    quads = ox.parse(lines.encode(), format=ox.RdfFormat.N_TRIPLES)
    kept = [*quads]
    subjects = list(dict.fromkeys(quad.subject for quad in kept))
    while len(kept) > TRIPLES:
        last = next(s for s in reversed(subjects) if re.search("method-use|-occurrence", str(s)))
        subjects.remove(last)
        kept = [quad for quad in kept if quad.subject != last]
    return kept


@dataclass(frozen=True)
class Taken:
    """Processor seconds of a peer; `ended` is false where it was stopped at its limit."""

    seconds: float
    ended: bool


def _pyshacl_with_focus(
    quads: Sequence[ox.Quad], focus: set[Term], model: Model, seconds: int
) -> Taken:
    """Measure pyshacl as it comes on the whole graph; loading and reading shapes do not count."""
    shapes = Shapes(model.shapes).graph
    nodes = [node.value for node in focus if isinstance(node, ox.NamedNode)]

    def work() -> float:
        begun = time.process_time()
        pyshacl.validate(rdflib.Graph(), shacl_graph=shapes, focus_nodes=nodes, inplace=True)
        return time.process_time() - begun

    reading = apart(work, seconds=600)
    with terminal.waiting("Loading the whole graph into rdflib"):
        whole = to_rdflib(quads)
        for triple in model.ontology:
            whole.add(triple)

    def check() -> float:
        begun = time.process_time()
        pyshacl.validate(whole, shacl_graph=shapes, focus_nodes=nodes, inplace=True)
        return time.process_time() - begun

    with terminal.waiting("pyshacl with focus nodes"):
        taken = apart(check, seconds=seconds)
    return Taken(max(taken.seconds - reading.seconds, 0.001), taken.ended)


def apart(work: Callable[[], float], *, seconds: int) -> Taken:
    """Do `work` in a process of its own, which is stopped after so many processor seconds."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def child() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        sender.send(work())

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    sender.close()
    try:
        return Taken(receiver.recv(), True)
    except EOFError:
        return Taken(float(seconds), False)
    finally:
        process.join()


def whole(size: int, sample: int, seconds: int) -> bool:
    """Measure the whole graph by the batch engine beside pyshacl on a sample, extrapolated."""
    model = Model.load()
    base = packaged(model)
    ours, agrees = _by_batch(size, model, base)
    print(f"batch engine, {size:,} triples and the packaged graph: {ours:.1f} s of processor")
    print(f"  violations are the planted faults: {agrees}")
    quads, planted = _quads(sample, SHARE, model)
    checker = Checker(model)
    with terminal.waiting("pyshacl on the sample"):
        begun = time.process_time()
        found = checker.check(quads, base)
        theirs = time.process_time() - begun
    ratio = theirs * size / sample / ours
    print(f"pyshacl, queries in pyoxigraph, {sample:,} triples: {theirs:.1f} s")
    print(f"  extrapolated to {size:,}: {ratio:.0f} times the batch engine   (sought 50)")
    same = keys(found) == wanted(planted) == keys(_batch(quads, model, base)[1])
    print(f"  violations of the sample equal, and the planted faults: {same}")
    if seconds:
        raw = to_rdflib([*base_of(base), *quads])
        for triple in model.ontology:
            raw.add(triple)
        shapes = Shapes(model.shapes).graph

        def check() -> float:
            started = time.process_time()
            pyshacl.validate(raw, shacl_graph=shapes, inplace=True)
            return time.process_time() - started

        with terminal.waiting("pyshacl as it comes, on the sample"):
            plain = apart(check, seconds=seconds)
        at_least = "" if plain.ended else "at least "
        print(f"pyshacl as it comes, {sample:,} triples: {at_least}{plain.seconds:.0f} s")
        print(f"  extrapolated: {at_least}{plain.seconds * size / sample / ours:.0f} times")
    return ratio >= 50 and same and agrees


SHARE = 0.005
"""Share of things with a fault in the data of `whole`."""

Key = tuple[str, str, str]


def keys(report: Report) -> set[Key]:
    """Return the violations and warnings of generated things."""
    return {
        (name_of(p.shape or ""), p.constraint, p.focus.value)
        for p in report.problems
        if p.severity != "Info" and isinstance(p.focus, ox.NamedNode) and _is_made(p.focus)
    }


def _is_made(node: ox.NamedNode) -> bool:
    return re.search(r"/id/[a-z-]+/[gG]-\d", node.value) is not None


def wanted(planted: Sequence[generate.Planted]) -> set[Key]:
    """Return the violations that faults make."""
    return {(p.fault.shape, p.fault.constraint, p.focus) for p in planted}


def _by_batch(size: int, model: Model, base: Context) -> tuple[float, bool]:
    with terminal.waiting(f"Generating {size:,} triples"):
        quads, planted = _quads(size, SHARE, model)
    taken, report = _batch(quads, model, base)
    return taken, keys(report) == wanted(planted)


def _batch(quads: Sequence[ox.Quad], model: Model, base: Context) -> tuple[float, Report]:
    store = ox.Store()
    store.bulk_extend(quads)
    context = Context((*base.layers, (store, ox.DefaultGraph())))
    model.shapes, model.ontology  # noqa: B018 read once, by whoever comes first
    with terminal.steps() as step:
        begun = time.process_time()
        report = batch.validate_all(context, model=model, kept=1_000_000, step=step)
        return time.process_time() - begun, report


def _count(text: str) -> int:
    """Read a number from 1; argparse makes a sentence of what is not one."""
    if int(text) < 1:
        raise ValueError
    return int(text)


_count.__name__ = "number"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="?", choices=["places", "submission", "whole"])
    parser.add_argument("--files", type=_count, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--sizes", type=_count, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=_count, default=15)
    parser.add_argument("--size", type=_count, default=1_000_000)
    parser.add_argument("--sample", type=_count, default=100_000)
    parser.add_argument(
        "--limit", type=_count, default=60, help="seconds after which a slow peer is stopped"
    )
    asked = parser.parse_args()
    ok = True
    if asked.part in (None, "places"):
        ok &= places(asked.files, asked.seed, asked.verbose)
    if asked.part in (None, "submission"):
        ok &= submission(asked.sizes, asked.repeat, asked.limit)
    if asked.part in (None, "whole"):
        ok &= whole(asked.size, asked.sample, asked.limit)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
