"""Questions as linked data."""

import pyoxigraph as ox

from ihubkg import executable
from ihubkg.model import Model
from ihubkg.store import Store
from ihubkg.terms import expand


def test_every_question_has_words_and_a_query_that_runs(model: Model, store: Store) -> None:
    """The query in the graph is the file's, without its header, and the engine takes it."""
    triples = executable.executables(model.questions.values())
    texts = {
        t.subject: t.object.value
        for t in triples
        if t.predicate
        in {ox.NamedNode(expand(f"sh:{form}")) for form in ("select", "ask", "construct")}
        and isinstance(t.object, ox.Literal)
    }
    assert {node.value for node in texts if isinstance(node, ox.NamedNode)} == {
        question.iri for question in model.questions.values()
    }
    for text in texts.values():
        assert "#+" not in text
        store.query(text)
    labelled = {t.subject for t in triples if t.predicate == ox.NamedNode(expand("rdfs:comment"))}
    assert labelled == set(texts)
