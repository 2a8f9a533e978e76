"""A page for people, drafted from the graph: questions asked, names and passages looked up.

What a page shows comes from named questions and views only. It is drafted in a thread, once for a
dataset version and the reader's languages, and kept under its tag.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.answer import Answer, Cell, Row, ask
from ihubkg.describe import names_in
from ihubkg.names import Names
from ihubkg.terms import BASE, PREFIXES, shorten, term
from ihubkg.values import Given
from service.instance import Instance, instance
from service.negotiate import HTML, choose, languages
from service.render import Answering, Body, answer, key
from service.sheet import Passage, Text, index, pick
from service.words import written

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Facts = Mapping[str, Mapping[str, Sequence[Term]]]


_SENTENCES = (
    PREFIXES["dcterms"] + "description",
    PREFIXES["skos"] + "definition",
    PREFIXES["schema"] + "text",
    PREFIXES["skos"] + "note",
)


@dataclass(frozen=True)
class About:
    """A thing in sentences: what it is, editors' remarks, and where that is said."""

    iri: str
    name: Text
    texts: tuple[Text, ...]
    remarks: tuple[Text, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Inquiry:
    """What a page asks of the graph, in the languages of its reader."""

    held: Instance
    languages: tuple[str, ...]

    def ask(self, name: str, given: Given | None = None) -> Answer:
        """Return the answer to the question `name`.

        Raises:
            BadParameter: some of `given` does not do; says what would.
        """
        question = self.held.model.questions[name]
        return ask(self.held.store, question, given or {}, languages=self.languages)

    def rows(self, name: str, given: Given | None = None) -> list[Row]:
        """Return the rows of the answer to the question `name`."""
        return self.ask(name, given).rows

    @cached_property
    def names(self) -> Names:
        """What things are called."""
        return Names.of(self.held.store)

    def name(self, iri: str) -> Text:
        """Return what `iri` is called, with the language of the name."""
        return pick(self.names.labels.get(iri, {}), self.languages) or Text(shorten(iri))

    def text(self, cell: Cell) -> Text:
        """Return the words of a cell with their language; of dates and numbers, as people write."""
        if isinstance(cell.term, ox.NamedNode):
            return self.name(cell.value)
        if isinstance(cell.term, ox.Literal) and not cell.term.language:
            return Text(written(cell.value, cell.term.datatype.value))
        return Text(cell.value, cell.language or "")

    def facts(self, iris: Iterable[str]) -> Facts:
        """Return all that is said of `iris`, by subject and predicate."""
        nodes = [ox.NamedNode(iri) for iri in sorted(set(iris))]
        return index(self.held.views.triples(self.held.store, "statements", node=nodes))

    def words(self, values: Iterable[Term]) -> tuple[Text, ...]:
        """Return the texts among `values` in one language: the reader's, else English, else any."""
        texts = [value for value in values if isinstance(value, ox.Literal)]
        said = {value.language or "": value.language or "" for value in texts}
        chosen = pick(said, self.languages)
        language = chosen.lang if chosen else ""
        found = [v.value for v in texts if (v.language or "") == language]
        return tuple(Text(value, language) for value in sorted(found))

    def about(self, iri: str) -> "About":
        """Return what is said of `iri` in sentences, and the passages that it rests on itself."""
        own = self.facts([iri]).get(iri, {})
        rests = [*own.get(PREFIXES["dcterms"] + "source", ()), *own.get(term("hasCitation"), ())]
        found = self.passages(v.value for v in rests if isinstance(v, ox.NamedNode))
        return About(
            iri,
            self.name(iri),
            tuple(t for p in _SENTENCES for t in self.words(own.get(p, ()))),
            self.words(own.get(PREFIXES["skos"] + "editorialNote", ())),
            tuple(sorted(found.values(), key=lambda p: (p.source.text, p.locator))),
        )

    def passages(self, citations: Iterable[str]) -> dict[str, Passage]:
        """Return the places in sources that `citations` name, by citation."""
        facts = self.facts(citations)
        sources = {
            iri: _node(own.get(term("citesSource"), ())) or iri for iri, own in facts.items()
        }
        nodes = [ox.NamedNode(iri) for iri in sorted(set(sources.values()))]
        triples = self.held.views.triples(self.held.store, "sources", node=nodes)
        about, named = index(triples), names_in(triples)
        return {
            iri: Passage(
                iri=iri,
                source=pick(named.get(sources[iri], {}), self.languages) or self.name(sources[iri]),
                locator=_value(own.get(term("locator"), ())),
                quotations=self.words(own.get(term("quotation"), ())),
                url=_value(about.get(sources[iri], {}).get(PREFIXES["schema"] + "url", ())),
                issued=_date(about.get(sources[iri], {}).get(PREFIXES["dcterms"] + "issued", ())),
            )
            for iri, own in facts.items()
        }


Draft = Callable[[Inquiry], Mapping[str, object]]
"""What fills the template of a page in; it must hold `title`."""


async def page(
    request: Request, template: str, draft: Draft, *, links: Sequence[str] = ()
) -> Response:
    """Answer with the page `template`, filled in by `draft`, which runs in a thread.

    Raises:
        NotAcceptable: the client takes no HTML.
    """
    held = instance(request)
    offer = choose(request, (HTML,))
    tongues = languages(request, held.languages)
    how = Answering(
        key(held.edition, request, offer, tongues),
        vary=("Accept", "Accept-Language"),
        links=links,
        headers={"X-Dataset-Version": held.store.version, "Content-Language": "en"},
    )

    def build() -> Body:
        context = draft(Inquiry(held, tongues))
        text = held.pages.render(request, template, **context)
        return Body(text.encode(), "text/html; charset=utf-8")

    return await answer(request, how, held.cache, build)


def grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Return the rows by the value of a column, in the order in which the values come."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if column in row:
            groups.setdefault(row[column].value, []).append(row)
    return groups


def distinct(rows: Iterable[Row], column: str) -> list[Cell]:
    """Return the different values of a column, in the order in which they come."""
    found: dict[str, Cell] = {}
    for row in rows:
        if column in row:
            found.setdefault(row[column].value, row[column])
    return list(found.values())


def cited(rows: Iterable[Row], column: str = "where") -> list[str]:
    """Return the citations that the rows rest on: whose documents the cells of `column` lead to."""
    found = (cell.href for row in rows if (cell := row.get(column)) and cell.href)
    return list(dict.fromkeys(href.replace(BASE + "doc/", BASE + "id/", 1) for href in found))


def resting(rows: Iterable[Row], known: Mapping[str, Passage]) -> tuple[Passage, ...]:
    """Return the passages that the rows rest on, as `known` has them."""
    return tuple(known[iri] for iri in cited(rows) if iri in known)


def _node(values: Sequence[Term]) -> str:
    return next((v.value for v in values if isinstance(v, ox.NamedNode)), "")


def _value(values: Sequence[Term]) -> str:
    return values[0].value if values else ""


def _date(values: Sequence[Term]) -> str:
    found = (written(v.value, v.datatype.value) for v in values if isinstance(v, ox.Literal))
    return next(found, "")
