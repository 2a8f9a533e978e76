"""`/questions`: the catalogue of named questions, and the answer of each in every form.

Everything here follows from the headers of `queries/questions/*.rq`; a question added there is
answered here after a restart.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO

import orjson
import pyoxigraph as ox
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ihubkg import answer as answers
from ihubkg import cite, csvw, executable, support, turtle
from ihubkg.answer import Answer
from ihubkg.errors import BadParameter, NotFound, ParameterProblem
from ihubkg.formats import Format
from ihubkg.header import Parameter
from ihubkg.names import Names
from ihubkg.question import Form, Question
from ihubkg.terms import PREFIXES, thing
from service import asking, questionnaire
from service.asking import CITATIONS, RESERVED, Given
from service.instance import Instance, instance
from service.negotiate import (
    CSV,
    GRAPH,
    HTML,
    JSON,
    SPARQL_JSON,
    TSV,
    TURTLE,
    NotAcceptable,
    Offer,
    choose,
    languages,
)
from service.render import Answering, Body, answer, key, link

router = APIRouter()

ROWS: tuple[Offer, ...] = (JSON, SPARQL_JSON, CSV, TSV, HTML)
TRIPLES: tuple[Offer, ...] = (*GRAPH, HTML)

_KINDS = {
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
METADATA = ".csv-metadata.json"
"""Behind the name of a question: the description of its CSV (https://www.w3.org/TR/tabular-data-model/#locating-metadata)."""
PUBLISHER = thing("organisation", "ihubkg-contributors")
CSVM = Offer(Format("csvw", csvw.MEDIA_TYPE, "json", "rows"), ("application/json",))

_SUFFIXES = {offer.format.suffix for offer in (*ROWS, *TRIPLES)}


async def catalogue(request: Request) -> Response:
    """List the questions: a page for people, JSON for programs."""
    held = instance(request)
    offer = choose(request, (JSON, HTML))
    tongues = asking.languages(request)

    def build() -> Body:
        if offer is HTML:
            groups = questionnaire.by_persona(held.model.questions.values(), tongues)
            page = held.pages.render(request, "questions.html", title="Questions", groups=groups)
            return Body(page.encode(), "text/html; charset=utf-8")
        listed = [questionnaire.entry(item, tongues) for item in held.model.questions.values()]
        return Body(orjson.dumps({"questions": listed}), "application/json")

    how = Answering(key(held.edition, request, offer, tongues), ("Accept", "Accept-Language"))
    return await answer(request, how, held.cache, build)


async def one(request: Request) -> Response:
    """Answer one question, or show its form where what it needs is not given yet."""
    held = instance(request)
    question, suffix = _question(held, request.path_params["name"])
    offers = TRIPLES if question.query.form is Form.GRAPH else (*ROWS, *GRAPH)
    offer = choose(request, offers, suffix=asking.form(request, suffix))
    given = await asking.given(request, question)
    tongues = asking.languages(request)
    wanted = asking.citation(request)
    explained = asking.explained(request)
    if offer is HTML and wanted is None:
        return await _page(request, held, question, given, tongues)

    def build() -> Body:
        if offer in GRAPH and offers is not TRIPLES:
            # Rows are no graph: the question itself is described.
            return Body(_graph(executable.executables([question]), offer), offer.media_type)
        found = answers.ask(held.store, question, given, languages=tongues)
        citation = cite.cite(found, Names.of(held.store))
        headers = {"X-Result-Truncated": "rows"} if found.truncated else {}
        if wanted is not None:
            return Body(_cited(citation, wanted, str(request.base_url)), CITATIONS[wanted])
        if offer is JSON:
            whole = found.as_dict(at="/") | {"cite": citation.as_dict(at="/")}
            if explained:
                whole["why"] = _why(held, found, tongues)
            return Body(orjson.dumps(whole), JSON.media_type, headers)
        return Body(_written(found, offer), _media_type(offer), headers)

    if request.method == "POST":
        body = await run_in_threadpool(build)
        headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **body.headers}
        return Response(body.content, headers=headers, media_type=body.media_type)
    return await answer(request, _how(request, held, question, offer, offers), held.cache, build)


async def verify(request: Request) -> Response:
    """Ask a cited answer again, and say whether it is the same: JSON, or a page for people."""
    held = instance(request)
    question, _ = _question(held, request.path_params["name"])
    given = asking.texts(request.query_params)
    offer = choose(request, (JSON, HTML))

    def build() -> bytes:
        verdict = cite.verify(held.store, question, given)
        if offer is JSON:
            return orjson.dumps(verdict.as_dict(at="/"))
        title = "Is it still the same answer?"
        return held.pages.render(request, "verify.html", title=title, verdict=verdict).encode()

    body = await run_in_threadpool(build)
    headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
    return Response(body, headers=headers, media_type=_PAGE if offer is HTML else JSON.media_type)


async def metadata(request: Request) -> Response:
    """Describe the CSV of a question: what stands in each column."""
    held = instance(request)
    question, _ = _question(held, request.path_params["name"])
    if question.query.form is Form.GRAPH:
        raise NotFound(f"The question “{question.name}” gives a graph, no table.")
    query = f"?{request.url.query}" if request.url.query else ""

    def build() -> Body:
        described = csvw.description(question, f"{question.name}.csv{query}", publisher=PUBLISHER)
        return Body(orjson.dumps(described, option=orjson.OPT_INDENT_2), csvw.MEDIA_TYPE)

    offer = choose(request, (CSVM,))
    how = Answering(key(f"{held.edition}/{held.model.digest}", request, offer, ()))
    return await answer(request, how, held.cache, build)


async def examples(request: Request) -> Response:
    """Give the questions as executable queries in RDF."""
    held = instance(request)
    offer = choose(request, GRAPH)

    def build() -> Body:
        triples = executable.executables(held.model.questions.values())
        return Body(_graph(triples, offer), offer.media_type)

    how = Answering(key(f"{held.edition}/{held.model.digest}", request, offer, ()))
    return await answer(request, how, held.cache, build)


def _question(held: Instance, path: str) -> tuple[Question, str | None]:
    name, dot, suffix = path.rpartition(".")
    if not dot or suffix not in _SUFFIXES:
        name, suffix = path, ""
    question = held.model.questions.get(name)
    if question is None:
        near = questionnaire.near(name, held.model.questions)
        raise NotFound(f"There is no question “{name}”.", near)
    return question, suffix or None


def _how(
    request: Request, held: Instance, question: Question, offer: Offer, offers: Sequence[Offer]
) -> Answering:
    here = f"/questions/{question.name}"
    query = f"?{request.url.query}" if request.url.query else ""
    links = [
        link(f"{here}.{o.format.suffix}{query}", rel="alternate", type=o.media_type)
        for o in offers
        if o is not offer and o is not SPARQL_JSON
    ]
    if offer is CSV:
        about = f"{here}{METADATA}{query}"
        links.append(link(about, rel="describedby", type=csvw.MEDIA_TYPE))
    links.append(link(question.header.licence, rel="license"))
    links.append(link("/openapi.json", rel="service-desc", type="application/json"))
    edition = f"{held.edition}/{question.version}"
    if "cite" in request.query_params:
        edition += f"/{datetime.now(UTC).date()}"  # a citation names the day
    return Answering(
        key(edition, request, offer, languages(request)), ("Accept", "Accept-Language"), links
    )


async def _page(
    request: Request,
    held: Instance,
    question: Question,
    given: Given,
    tongues: Sequence[str],
) -> Response:
    """Return the page: form, and either the answer, what is wrong, or nothing asked yet."""

    def build() -> Body:
        names = Names.of(held.store)
        found: Answer | None = None
        errors: tuple[ParameterProblem, ...] = ()
        if given or not _needs(question):
            try:
                found = answers.ask(held.store, question, given, languages=tongues)
            except BadParameter as error:
                errors = error.errors
        explained = asking.explained(request)
        form = questionnaire.form(question, names, given, errors, tongues)
        page = held.pages.render(
            request,
            "question.html",
            title=questionnaire.said(question.summary, tongues),
            question=question,
            form=form,
            answer=found,
            why=_why(held, found, tongues) if found and found.rows and explained else None,
            citation=cite.cite(found, names) if found else None,
            graph=_graph(found.triples, TURTLE).decode() if found and found.triples else "",
            errors=errors,
            request_query=questionnaire.without(request.url.query, RESERVED),
            calls=questionnaire.calls(question, given, str(request.base_url)),
        )
        return Body(page.encode(), _PAGE, status=422 if errors else 200)

    if request.method == "POST":
        page = await run_in_threadpool(build)
        headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
        return Response(page.content, page.status, headers, _PAGE)
    how = _how(request, held, question, HTML, ROWS)
    return await answer(request, how, held.cache, build)


_PAGE = "text/html; charset=utf-8"


def _needs(question: Question) -> list[Parameter]:
    return [item for item in question.parameters if item.required and not item.default]


def _cited(citation: cite.Citation, wanted: str, home: str) -> bytes:
    today = datetime.now(UTC).date()
    text = citation.bibtex(today, at=home) if wanted == "bibtex" else citation.cff(today, at=home)
    return text.encode()


def _why(held: Instance, found: Answer, tongues: Sequence[str]) -> list[Mapping[str, object]]:
    """Return for each row what supports it: statements, rules, passages."""
    names = Names.of(held.store)
    reasons = support.reasons_of(held.store, held.store.raw)
    supports = support.support(held.store, found, reasons=reasons, languages=tongues)
    return [support.as_dict(one, names, tongues) for one in supports]


def _written(found: Answer, offer: Offer) -> bytes:
    if offer is SPARQL_JSON:
        return found.to_sparql_json()
    if offer is CSV:
        return found.to_csv().encode()
    if offer is TSV:
        return found.to_tsv().encode()
    if offer in GRAPH:
        return _graph(found.triples, offer)
    raise NotAcceptable("There is no such form of this.", ROWS)


def _graph(triples: Sequence[ox.Triple], offer: Offer) -> bytes:
    if offer is TURTLE:
        return turtle.canonical(triples).encode()
    out = BytesIO()
    ox.serialize(triples, out, _KINDS[offer.format.name], prefixes=dict(PREFIXES))
    return out.getvalue()


def _media_type(offer: Offer) -> str:
    return f"{offer.media_type}; charset=utf-8" if offer in (CSV, TSV) else offer.media_type


router.add_route("/questions", catalogue, methods=["GET"])
router.add_route("/questions/{name}/verify", verify, methods=["GET"])
router.add_route(f"/questions/{{name}}{METADATA}", metadata, methods=["GET"])
router.add_route("/questions/{name}", one, methods=["GET", "POST"])
router.add_route("/.well-known/sparql-examples", examples, methods=["GET"])
