"""The page at `/sparql`: a form that works alone, and what makes asking easier.

Examples are the named questions, by who asks them. A query that fails keeps its place in the form,
with the reason and what was probably meant. Names come with their meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from ihubkg import files, header, lint, values
from ihubkg.errors import BadQuery, IhubError, NotFound
from ihubkg.lint import Hint, Vocabulary
from ihubkg.names import Names
from ihubkg.question import Query, Question
from ihubkg.terms import PREFIXES, shorten
from ihubkg.tokens import Kind
from service import problems, questionnaire
from service.instance import Instance
from service.negotiate import languages

SCRIPT, STYLE = "sparql.js", "sparql.css"
EDITOR = ("vendor/yasgui.min.js", "vendor/yasgui.min.css")
"""The editor, where `make setup` could fetch it; without it the form is plain."""

LONGEST_LINK = 8_000
"""Characters of an address that every program takes."""

ROW_FORMS = (("json", "JSON"), ("csv", "CSV"), ("tsv", "TSV"), ("xml", "XML"))
GRAPH_FORMS = (("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML"))


@dataclass(frozen=True)
class Shown:
    """What the page shows of a query: its answer, why there is none, or how it is made up.

    `answer` is SPARQL JSON, `graph` Turtle, `cut` what an answer was cut at; `problem` is a problem
    document, `parts` are those of `ihubkg.explain`.
    """

    query: str = ""
    answer: Mapping[str, Any] | None = None
    graph: str = ""
    cut: str = ""
    problem: Mapping[str, Any] | None = None
    parts: Sequence[Mapping[str, Any]] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is an answer, without anything in it."""
        if self.answer is None:
            return False
        return not self.answer.get("results", {"bindings": ["a yes or no"]})["bindings"]


@dataclass(frozen=True)
class Named:
    """A name in a query and what it is called."""

    written: str
    iri: str
    label: str


def render(request: Request, held: Instance, shown: Shown) -> bytes:
    """Return the page; it asks the store for names, so it runs in a thread."""
    editor = all(name in held.assets for name in EDITOR)
    found: Mapping[str, object] = {
        "shown": shown,
        "start": shown.query or default(),
        "rows": held.settings.rows,
        "hints": hints(held, shown.query) if shown.query else (),
        "named": named(held, shown.query) if shown.parts is not None else (),
        "links": links(shown),
        "groups": questionnaire.by_persona(held.model.questions.values(), languages(request)),
        "editor": [held.assets.address(name) for name in EDITOR] if editor else None,
        "script": held.assets.address(SCRIPT),
        "style": held.assets.address(STYLE),
        "terms": f"/sparql/terms.json?{urlencode({'v': held.store.version})}",
    }
    return held.pages.render(request, "sparql.html", **found).encode()


def failed(request: Request, held: Instance, query: str, error: IhubError) -> tuple[int, bytes]:
    """Return the status and the page that tell why there is no answer."""
    problem = problems.problem(error)
    return int(problem["status"]), render(request, held, Shown(query, problem=problem))


def default() -> str:
    """Return the query that an untouched form holds."""
    return (files.root() / "queries" / "index" / "first.rq").read_text(encoding="utf-8")


def example(held: Instance, name: str) -> str:
    """Return the query of a named question, with the values of its example.

    Raises:
        NotFound: there is no question of that name.
    """
    question = held.model.questions.get(name)
    if question is None:
        near = questionnaire.near(name, held.model.questions)
        raise NotFound(f"There is no question {name}.", near)
    return _bound(question, Names.of(held.store))


def hints(held: Instance, query: str) -> tuple[Hint, ...]:
    """Return what a query names that the graph does not know, each with what is nearest."""
    return lint.hints(query, Vocabulary.of(held.store))


def named(held: Instance, query: str) -> list[Named]:
    """Return the names of a query that have a label, in their order."""
    labels = Names.of(held.store).shown(("en",))
    found: dict[str, Named] = {}
    try:
        read = Query.read(query)
        for token in read.tokens:
            if token.kind not in (Kind.IRI, Kind.NAME) or token.text.endswith(":"):
                continue
            is_iri = token.kind is Kind.IRI
            iri = token.text[1:-1] if is_iri else read.expand(token.text)
            if iri in labels and iri not in read.prefixes.values():
                found.setdefault(iri, Named(token.text, iri, labels[iri]))
    except BadQuery:  # the page says so elsewhere
        return []
    return list(found.values())


def links(shown: Shown) -> list[tuple[str, str]]:
    """Return the addresses of the query and of its answer in other forms, as far as they fit."""
    if not shown.query or shown.problem is not None:
        return []
    page = "/sparql?" + urlencode({"query": shown.query})
    if len(page) > LONGEST_LINK:
        return []
    forms = GRAPH_FORMS if shown.graph else ROW_FORMS
    others = [(name, f"{page}&_mediatype={form}") for form, name in forms]
    return [("This page", page), *(others if shown.parts is None else [])]


def terms(held: Instance) -> dict[str, object]:
    """Return the names that complete while one types, the most used first.

    Each property and class comes as its short name, label and number of uses; each concept as its
    IRI and label.
    """
    known = Vocabulary.of(held.store)
    labels = Names.of(held.store).shown(("en",))
    uses = _uses(held)

    def listed(iris: frozenset[str]) -> list[list[object]]:
        ranked = sorted(iris, key=lambda iri: (-uses.get(iri, 0), iri))
        return [[shorten(iri), labels.get(iri, ""), uses.get(iri, 0)] for iri in ranked]

    concepts = sorted(iri for iri in known.things if "/voc/" in iri and iri in labels)
    return {
        "prefixes": dict(sorted(PREFIXES.items())),
        "properties": listed(known.properties),
        "classes": listed(known.classes),
        "concepts": [[iri, labels[iri]] for iri in concepts],
    }


def _uses(held: Instance) -> dict[str, int]:
    """Return how often each property and class is used, as VoID counts it."""
    names: dict[object, str] = {}
    counts: dict[object, int] = {}
    for view in ("void-properties", "void-classes"):
        for triple in held.views.triples(held.store, view):
            match triple.predicate.value.rpartition("#")[2]:
                case "property" | "class":
                    names[triple.subject] = str(getattr(triple.object, "value", ""))
                case "triples" | "entities":
                    counts[triple.subject] = int(getattr(triple.object, "value", 0))
    return {iri: counts.get(node, 0) for node, iri in names.items()}


def _bound(question: Question, names: Names) -> str:
    call = values.read(question, dict(question.examples[0]), names)
    text = question.bind(call.values)
    told = [line for line in text.splitlines() if not line.startswith(header.MARK)]
    return "\n".join([f"# {question.summary['en']}", *told]).strip() + "\n"
