"""`ihubkg reason`: what follows, whether all of it can be true, and why a fact follows."""

import time
from pathlib import Path

import click
import pyoxigraph as ox
from rapidfuzz import process

from ihubkg import infer, reason, terminal, terms, verbs
from ihubkg.errors import NotFound
from ihubkg.names import Names
from ihubkg.store import Store


@click.command("reason")
@click.option("--check", is_flag=True, help="Ask a reasoner whether all can be true; needs Java.")
@click.option(
    "--explain",
    metavar="S [P [O]]",
    help="Tell why what was inferred about a thing follows, or one statement.",
)
@click.argument("statement", metavar="[P [O]]", nargs=-1)
@verbs.DATA
@click.pass_context
def verb(
    context: click.Context,
    check: bool,
    explain: str | None,
    statement: tuple[str, ...],
    data: Path | None,
) -> None:
    """Infer what follows from the graph, by the axioms of its ontology.

    Exit 1 where --check finds a contradiction.

    \b
    Examples:
      ihubkg reason
      ihubkg reason --check
      ihubkg reason --explain id/method/digipeda
      ihubkg reason --explain id/method/til suitedToPhase voc/phase/reflection
    """
    if check and explain:
        raise click.UsageError("Choose --check or --explain.")
    if len(statement) > 2 or (statement and explain is None):
        raise click.UsageError("Say --explain with a subject, and after it a property and a value.")
    if explain is not None:
        with verbs.reading(data) as store:
            if statement:
                _explain_statement(store, explain, *statement)
            else:
                _explain(store, _iri(explain))
    elif check:
        with verbs.reading(data) as store:
            with terminal.waiting("Reasoning"):
                verdict = reason.check(store.raw)
            for line in reason.report(verdict, _label(store)):
                click.echo(line)
            click.echo(f"{verdict.triples:,} statements, {verdict.seconds:.1f} s")
            context.exit(int(not verdict.ok))
    else:
        _materialise(data)


def _materialise(data: Path | None) -> None:
    """Infer anew; into the data folder where there is one."""
    opened = verbs.reading(None) if data is None else verbs.writing(data)
    with opened as store:
        began = time.process_time()
        with terminal.waiting("Inferring"):
            if data is None:
                infer.materialise(store.raw)
            else:
                with store.writing():
                    pass  # whatever changed, inference follows at the end
        spent = time.process_time() - began
        inferred = ox.NamedNode(terms.INFERRED)
        count = sum(1 for _ in store.raw.quads_for_pattern(None, None, None, inferred))
        click.echo(
            f"{count:,} of {len(store.raw):,} statements are inferred ({spent:.1f} s of CPU)"
        )


def _explain(store: Store, iri: ox.NamedNode) -> None:
    inferred = ox.NamedNode(terms.INFERRED)
    found = [quad.triple for quad in store.raw.quads_for_pattern(iri, None, None, inferred)]
    if not found:
        if next(store.raw.quads_for_pattern(iri, None, None), None) is None:
            raise NotFound(f"The graph says nothing about {iri.value}.")
        click.echo(f"Nothing is inferred about {iri.value}: all that is said of it is asserted.")
        return
    with terminal.waiting("Reasoning"):
        why = infer.reasons(store.raw)
    label = _label(store)
    for triple in sorted(found, key=str):
        step = why.why(triple)
        for line in infer.in_words(step, label) if step else ():
            click.echo(line)


def _explain_statement(store: Store, *words: str) -> None:
    """Tell why a statement holds: one word of it is the subject, then a property, then a value."""
    subject = _known(store, words[0])
    prop = _property(store, words[1])
    public = {ox.NamedNode(name) for name in terms.PUBLIC_GRAPHS}
    found = {
        quad.triple
        for quad in store.raw.quads_for_pattern(subject, prop, None)
        if quad.graph_name in public
    }
    wanted = {one for one in found if len(words) < 3 or _is_meant(store, one.object, words[2])}
    label = _label(store)
    if not wanted:
        said = "; ".join(sorted(infer.sentence(one, label) for one in found))
        instead = f"It says: {said}." if found else "It says nothing by that property."
        raise NotFound(f"The graph does not say {' '.join(words)}. {instead}")
    with terminal.waiting("Reasoning"):
        why = infer.reasons(store.raw)
    for triple in sorted(wanted, key=str):
        step = why.why(triple)
        for line in infer.in_words(step, label) if step else ():
            click.echo(line)


def _property(store: Store, word: str) -> ox.NamedNode:
    """Read a property; where our ontology has none of that name, say which are near."""
    if word == "a":
        return ox.NamedNode(terms.expand("rdf:type"))
    found = _known(store, word)
    ours = terms.PREFIXES["ihub"]
    is_plain = ":" not in word and "/" not in word
    if is_plain and not found.value.startswith(ours):
        named = {q.subject.value for q in store.raw if isinstance(q.subject, ox.NamedNode)}
        names = sorted(iri.removeprefix(ours) for iri in named if iri.startswith(ours))
        near = [name for name, _, _ in process.extract(word, names, limit=3)]
        raise NotFound(f"The ontology has no property {word}. Nearest: {', '.join(near)}.")
    return found


def _is_meant(store: Store, value: infer.Node, word: str) -> bool:
    """Tell whether `word` names the value: its IRI in any short form, or its text."""
    if isinstance(value, ox.Literal):
        return value.value == word
    return value == _known(store, word)


def _known(store: Store, text: str) -> ox.NamedNode:
    """Read an IRI, a CURIE, a path below the base, or the name of a term of the ontology."""
    node = _iri(text)
    if ":" not in text and "/" not in text:
        named = ox.NamedNode(terms.term(text)) if text.isidentifier() else node
        if next(store.raw.quads_for_pattern(named, None, None), None) is not None:
            return named
    return node


def _label(store: Store) -> infer.Label:
    """Return what names a term for a reader: its label, else its short form."""
    names = Names.of(store)

    def label(node: infer.Node) -> str:
        if isinstance(node, ox.NamedNode):
            return names.label(node.value) or terms.shorten(node.value)
        return node.value if isinstance(node, ox.Literal) else str(node)

    return label


def _iri(text: str) -> ox.NamedNode:
    """Read an IRI, a CURIE, or a path below the base."""
    expanded = terms.expand(text)
    try:
        return ox.NamedNode(expanded if ":" in expanded else terms.BASE + text.lstrip("/"))
    except ValueError as error:
        raise click.UsageError(f"{text} is not an IRI.") from error
