"""Linked data: every IRI that we mint answers here, a thing with 303 to its document.

https://www.w3.org/TR/cooluris/#r303gendocument
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import orjson
import pyoxigraph as ox
from fastapi import APIRouter
from markupsafe import Markup
from rapidfuzz import fuzz, process
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihubkg import turtle
from ihubkg.describe import Views, describe
from ihubkg.errors import IhubError, NotFound
from ihubkg.formats import JSONLD, TURTLE, Format
from ihubkg.jsonld import frame
from ihubkg.reference import Reference
from ihubkg.store import Store
from ihubkg.terms import BASE, CURATED, INFERRED, ONTOLOGY, PREFIXES, SHAPES, VOCAB
from service import asking, grounds, profiles, vocabulary
from service.instance import Instance, instance
from service.negotiate import DATASET, DOCUMENT, GRAPH, HTML, Offer, choose, languages
from service.problems import Gone
from service.profiles import Profile
from service.render import IMMUTABLE, REVALIDATE, Answering, Body, answer, key, link
from service.routes.schemas import schemas
from service.sheet import Origins, sheet

router = APIRouter()

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
RECENT = 200
"""Descriptions that are kept for the next form of the same document."""
MOST_SHOWN = 500
"""Statements of a graph that its page shows; the files hold all."""

_KINDS = {
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_SUFFIXES = {offer.format.suffix for offer in DATASET}
_VERSION = re.compile(r"\d+\.\d+\.\d+")

Page = Callable[[Sequence[ox.Triple]], str]


@dataclass(frozen=True)
class Resource:
    """What is served at a path: the IRI that it is about, its statements, and its page."""

    iri: str
    path: str
    triples: Callable[[], Sequence[ox.Triple]]
    page: Page
    offers: Sequence[Offer] = DOCUMENT
    cache_control: str = REVALIDATE
    graph: ox.NamedNode | None = None
    profiled: bool = False
    """Whether it comes in other vocabularies too."""


async def thing(request: Request) -> Response:
    """Lead from a thing to its document."""
    held = instance(request)
    path = request.url.path.strip("/")
    iri = BASE + path
    if not await run_in_threadpool(_exists, held, iri):
        raise await run_in_threadpool(missing, held, iri)
    where = f"/doc/{path.removeprefix('id/')}"
    query = f"?{request.url.query}" if request.url.query else ""
    headers = {
        "Vary": "Accept",
        "Link": link(where, rel="describedby"),
        "Cache-Control": REVALIDATE,
    }
    return RedirectResponse(where + query, status_code=303, headers=headers)


async def document(request: Request) -> Response:
    """Answer with the description of one thing."""
    path, suffix = _parted(request.path_params["name"])
    kind = request.path_params["kind"]
    return await _describe(request, f"{BASE}id/{kind}/{path}", f"/doc/{kind}/{path}", suffix)


async def concept_document(request: Request) -> Response:
    """Answer with the description of one concept."""
    name, suffix = _parted(request.path_params["name"])
    scheme = request.path_params["scheme"]
    iri, path = f"{BASE}voc/{scheme}/{name}", f"/doc/voc/{scheme}/{name}"
    return await _describe(request, iri, path, suffix)


async def _describe(request: Request, iri: str, path: str, suffix: str | None) -> Response:
    held = instance(request)
    tongues = languages(request, held.languages)
    explained = asking.explained(request)

    def triples() -> Sequence[ox.Triple]:
        try:
            return _described(held)(iri)
        except (NotFound, ValueError) as error:
            raise missing(held, iri) from error

    def page(found: Sequence[ox.Triple]) -> str:
        known = origins(held.store, held.views, iri)
        drafted = sheet(iri, found, known, held.words, tongues)
        context = {"title": drafted.title.text, "sheet": drafted, "path": path}
        context["derived"] = grounds.derived(known)
        context["reasons"] = grounds.reasons(held, iri, known, tongues) if explained else None
        said = held.views.triples(held.store, "profile-schema", this=ox.NamedNode(iri))
        return held.pages.render(request, "document.html", **context, data=structured(iri, said))

    return await respond(request, Resource(iri, path, triples, page, profiled=True), suffix)


def _described(held: Instance) -> Callable[[str], Sequence[ox.Triple]]:
    """Return `describe` with a memory: who asks for one form often asks for another."""

    def build() -> Callable[[str], Sequence[ox.Triple]]:
        return lru_cache(RECENT)(lambda iri: tuple(describe(held.store, iri, held.views)))

    return held.store.remember("descriptions", build)


async def scheme(request: Request) -> Response:
    """Answer with a concept scheme and the concepts in it."""
    name, suffix = _parted(request.path_params["scheme"])
    held = instance(request)
    iri, path = f"{BASE}voc/{name}", f"/voc/{name}"
    tongues = languages(request, held.languages)

    def triples() -> Sequence[ox.Triple]:
        found = held.views.triples(held.store, "scheme", this=ox.NamedNode(iri))
        if not found:
            raise missing(held, iri)
        return found

    def page(found: Sequence[ox.Triple]) -> str:
        listed = vocabulary.scheme(iri, found, tongues)
        return held.pages.render(
            request, "scheme.html", title=listed.title.text, scheme=listed, path=path
        )

    return await respond(request, Resource(iri, path, triples, page, profiled=True), suffix)


async def graph(request: Request) -> Response:
    """Answer with one named graph, whole."""
    name, suffix = _parted(request.path_params["name"])
    held = instance(request)
    iri, path = f"{BASE}graph/{name}", f"/graph/{name}"

    def triples() -> Sequence[ox.Triple]:
        if iri not in held.store.graphs():
            raise NotFound(f"There is no graph {iri}.", held.store.graphs())
        return _quads_of(held, iri)

    def page(found: Sequence[ox.Triple]) -> str:
        lines = vocabulary.statements(found, held.words, MOST_SHOWN)
        return held.pages.render(
            request,
            "graph.html",
            title=f"Graph {name}",
            iri=iri,
            count=len(found),
            statements=lines,
            path=path,
        )

    resource = Resource(iri, path, triples, page, DATASET, graph=ox.NamedNode(iri))
    return await respond(request, resource, suffix)


async def ontology(request: Request) -> Response:
    """Answer with the ontology: the whole, one module, or the version that is current."""
    held = instance(request)
    name, suffix = _parted(request.path_params.get("name", ""))
    suffix = request.path_params.get("suffix", suffix)
    module, version = _versioned(name)
    iri = BASE + "/".join(part for part in ("ontology", module) if part)
    path = "/" + "/".join(part for part in ("ontology", module, version) if part)

    def triples() -> Sequence[ox.Triple]:
        found = held.model.module(module) if module else _quads_of(held, ONTOLOGY)
        _check_version(found, iri, version)
        return found

    def page(found: Sequence[ox.Triple]) -> str:
        listed = vocabulary.ontology(iri, found)
        known = held.store.remember("reference", lambda: _reference(held))
        shown = [chapter for chapter in known.chapters if module in ("", chapter.name)]
        return held.pages.render(
            request,
            "ontology.html",
            title=listed.title,
            ontology=listed,
            modules=held.model.modules,
            path=path,
            reference=known,
            chapters=shown,
            single=module,
        )

    lasting = IMMUTABLE if version else REVALIDATE
    return await respond(request, Resource(iri, path, triples, page, cache_control=lasting), suffix)


def _reference(held: Instance) -> Reference:
    """Return the reference of the ontology, with what follows as examples where nothing is said."""
    inferred = ox.NamedNode(INFERRED)
    return Reference.of(held.model, held.store.raw.quads_for_pattern(None, None, None, inferred))


async def shapes(request: Request) -> Response:
    """Answer with the shapes: what is required of data, the whole or what submissions add."""
    held = instance(request)
    name, suffix = _parted(request.path_params.get("name", ""))
    suffix = request.path_params.get("suffix", suffix)
    part, version = _versioned(name)
    iri = BASE + "/".join(piece for piece in ("shapes", part) if piece)
    path = "/" + "/".join(piece for piece in ("shapes", part, version) if piece)

    def triples() -> Sequence[ox.Triple]:
        whole = _quads_of(held, SHAPES)
        found = _defined_by(whole, iri) if part else whole
        if not found:
            raise missing(held, iri)
        _check_version(found, iri, version)
        return found

    def page(found: Sequence[ox.Triple]) -> str:
        listed = vocabulary.shapes(found, held.words)
        return held.pages.render(
            request,
            "shapes.html",
            title="What is required",
            called=vocabulary.called(iri, found),
            shapes=listed,
            beside=vocabulary.beside(found),
            path=path,
        )

    lasting = IMMUTABLE if version else REVALIDATE
    return await respond(request, Resource(iri, path, triples, page, cache_control=lasting), suffix)


async def context(request: Request) -> Response:
    """Answer with the JSON-LD context: short names for all properties and classes.

    The address with the version of the ontology may be kept for ever.

    Raises:
        NotFound: it is asked in a version that is not here; says which is.
    """
    held = instance(request)
    here = held.store.remember("ontology version", lambda: _version_of(held))
    version = request.path_params.get("version")
    if version not in (None, here):
        there = f"/context/{here}.jsonld"
        raise NotFound(f"There is no context in version {version}; there is {there}.", (there,))

    def build() -> Body:
        text = orjson.dumps(held.context.document(), option=orjson.OPT_INDENT_2)
        return Body(text, JSONLD.media_type)

    how = Answering(
        key(held.edition, request, None, ()),
        vary=(),
        links=[link(LICENCE, rel="license")],
        cache_control=IMMUTABLE if version else REVALIDATE,
        headers={"Content-Location": f"/context/{here}.jsonld"},
    )
    return await answer(request, how, held.cache, build)


async def logo(request: Request) -> Response:
    """Lead to the picture that the ontology names as its logo."""
    return RedirectResponse("/static/icon.svg", status_code=303)


async def respond(request: Request, resource: Resource, suffix: str | None) -> Response:
    """Answer with the form of `resource` that the client asks for."""
    held = instance(request)
    profile = profiles.choose(request, profiles.PROFILES if resource.profiled else (profiles.OURS,))
    if profile.view is not None:
        resource = _profiled(held, resource, profile)
    offer = choose(request, resource.offers, suffix=suffix)
    tongues = languages(request, held.languages) if offer is HTML else ()
    how = Answering(
        key(f"{profile.token} {held.edition}", request, offer, tongues),
        vary=("Accept", "Accept-Profile", *(("Accept-Language",) if offer is HTML else ())),
        links=[*_links(resource, offer), *_signposts(held, resource, profile)],
        cache_control=resource.cache_control,
        headers={
            "Content-Location": _location(resource, offer, profile),
            "Content-Profile": f"<{profile.iri}>",
            "X-Dataset-Version": held.store.version,
        },
    )

    def build() -> Body:
        found = resource.triples()
        since = _since(held, resource, profile, found)
        if offer is HTML:
            text = resource.page(found).encode()
            return Body(text, "text/html; charset=utf-8", modified=since)
        return Body(written(found, offer.format, resource, held), offer.media_type, modified=since)

    return await answer(request, how, held.cache, build)


def structured(iri: str, triples: Sequence[ox.Triple]) -> Markup:
    """Return what is said of `iri` in schema.org, as JSON-LD that may stand in a page.

    It is data, not a script: the browser runs nothing of it. No `<` is left that could end it.
    """
    tree: dict[str, object] = {"@context": {"@vocab": PREFIXES["schema"]}, "@id": iri}
    by_property: dict[str, list[object]] = {}
    for triple in sorted(dict.fromkeys(triples), key=str):
        key = triple.predicate.value.removeprefix(PREFIXES["schema"])
        value = triple.object
        shown: object = None
        if isinstance(value, ox.Literal):
            shown = _literal(value)
        elif isinstance(value, ox.NamedNode) and triple.predicate.value == PREFIXES["rdf"] + "type":
            key, shown = "@type", value.value.removeprefix(PREFIXES["schema"])
        elif isinstance(value, ox.NamedNode):
            shown = {"@id": value.value}
        if shown is not None:
            by_property.setdefault(key, []).append(shown)
    tree |= {key: found[0] if len(found) == 1 else found for key, found in by_property.items()}
    text = orjson.dumps(tree).decode().replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 (JSON without any "<")


def _literal(value: ox.Literal) -> object:
    """Return a literal as JSON-LD writes it."""
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if value.datatype.value == PREFIXES["xsd"] + "string":
        return value.value
    return {"@value": value.value, "@type": value.datatype.value}


def _profiled(held: Instance, resource: Resource, profile: Profile) -> Resource:
    """Return the resource in the words of `profile`; 406 where it says nothing of it."""

    def triples() -> Sequence[ox.Triple]:
        resource.triples()  # what is not there at all is 404
        found = held.views.triples(held.store, str(profile.view), this=ox.NamedNode(resource.iri))
        if not found:
            raise profiles.absent(profile.token)
        return list(dict.fromkeys(found))

    return replace(resource, triples=triples, offers=GRAPH)


def _since(
    held: Instance, resource: Resource, profile: Profile, found: Sequence[ox.Triple]
) -> datetime | None:
    """Return since when it has been so; None where only the whole dataset's time is known."""
    if resource.graph is not None:
        return held.calendar.graph(resource.graph.value)
    known = resource.profiled and profile is profiles.OURS
    return held.calendar.thing(resource.iri, found) if known else None


def _location(resource: Resource, offer: Offer, profile: Profile) -> str:
    query = "" if profile is profiles.OURS else f"?_profile={profile.token}"
    return f"{resource.path}.{offer.format.suffix}{query}"


def _signposts(held: Instance, resource: Resource, profile: Profile) -> list[str]:
    """Return the links that tell machines what a document is about (https://signposting.org/)."""
    if not resource.profiled:
        return []
    found = profiles.links(resource.path, profile)
    for name in held.store.remember("classes", lambda: _classes(held)).get(resource.iri, ()):
        found.append(link(name, rel="type"))
        local = name.removeprefix(PREFIXES["ihub"])
        if local in schemas(held):
            where = f"/schemas/{local}.json"
            found.append(link(where, rel="describedby", type="application/schema+json"))
    if "/id/" in resource.iri:
        found.append(link(resource.path.rpartition("/")[0], rel="collection"))
    return found


def _classes(held: Instance) -> Mapping[str, Sequence[str]]:
    """Return the classes of every thing and concept as they were stated, not what follows."""
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    found: dict[str, list[str]] = {}
    for name in (CURATED, VOCAB):
        for quad in held.store.raw.quads_for_pattern(None, kind, None, ox.NamedNode(name)):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                found.setdefault(quad.subject.value, []).append(quad.object.value)
    return {iri: sorted(names) for iri, names in found.items()}


def written(triples: Sequence[ox.Triple], fmt: Format, resource: Resource, held: Instance) -> bytes:
    """Return the statements in that format."""
    if fmt is TURTLE:
        return turtle.canonical(triples).encode()
    triples = _named(triples)
    if fmt is JSONLD:
        tree = frame(triples, resource.iri, held.context)
        return orjson.dumps(tree, option=orjson.OPT_INDENT_2)
    kind = _KINDS[fmt.name]
    if kind.supports_datasets and resource.graph is not None:
        quads = [ox.Quad(t.subject, t.predicate, t.object, resource.graph) for t in triples]
        return ox.serialize(quads, format=kind, prefixes=dict(PREFIXES)) or b""
    ordered = sorted(triples, key=str)
    return ox.serialize(ordered, format=kind, prefixes=dict(PREFIXES)) or b""


def _named(triples: Sequence[ox.Triple]) -> Sequence[ox.Triple]:
    """Name blank nodes by what is said of them (RDFC-1.0), so that replicas send the same bytes."""
    if not any(isinstance(n, ox.BlankNode) for t in triples for n in (t.subject, t.object)):
        return triples
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset]


def missing(held: Instance, iri: str) -> IhubError:
    """Return the error for an IRI that nothing is known of, with those that are near.

    Of what was here once, it says that it was withdrawn and where that is on record.
    """
    page = held.journal.withdrawn(iri)
    if page is not None:
        where = f"/changes/{page}"
        return Gone(f"{iri.removeprefix(BASE)} was withdrawn; {where} tells when.")
    rows = held.views.rows(held.store, "things")
    known = [row["thing"].value for row in rows]
    name = iri.removeprefix(BASE)
    choices = {one: one.removeprefix(BASE) for one in known}
    near = process.extract(name, choices, scorer=fuzz.WRatio, limit=5, score_cutoff=75)
    return NotFound(f"There is no {name} here.", [one for _, _, one in near])


def _exists(held: Instance, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    return bool(held.views.triples(held.store, "statements", node=node))


def origins(store: Store, views: Views, iri: str) -> Origins:
    """Return the graph of each statement about `iri` that no source makes in so many words."""
    rows = views.rows(store, "origins", this=ox.NamedNode(iri))
    return {(row["property"].value, row["value"]): row["graph"].value for row in rows}


def _quads_of(held: Instance, name: str) -> list[ox.Triple]:
    node = ox.NamedNode(name)
    return [quad.triple for quad in held.store.raw.quads_for_pattern(None, None, None, node)]


def _versioned(name: str) -> tuple[str, str]:
    """Return the part and the version that a path names, either of them empty."""
    part, _, version = name.rpartition("/")
    return (part, version) if _VERSION.fullmatch(version) else (name, "")


def _defined_by(triples: Sequence[ox.Triple], iri: str) -> list[ox.Triple]:
    """Return what `iri` defines: it itself, its shapes, and what these hold."""
    defines = ox.NamedNode(PREFIXES["rdfs"] + "isDefinedBy")
    holds = ox.NamedNode(PREFIXES["sh"] + "property")
    this = ox.NamedNode(iri)
    found: dict[object, list[ox.Triple]] = {}
    for triple in triples:
        found.setdefault(triple.subject, []).append(triple)
    queue: list[object] = [this]
    queue += [t.subject for t in triples if t.predicate == defines and t.object == this]
    seen: dict[object, None] = {}
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        seen[node] = None
        queue += [
            t.object
            for t in found.get(node, ())
            if isinstance(t.object, ox.BlankNode) or t.predicate == holds
        ]
    return [triple for node in seen for triple in found.get(node, ())]


def _version_of(held: Instance) -> str:
    """Return the version of the ontology."""
    this = ox.NamedNode(BASE + "ontology")
    info = ox.NamedNode(PREFIXES["owl"] + "versionInfo")
    found = held.store.raw.quads_for_pattern(this, info, None, ox.NamedNode(ONTOLOGY))
    return next((q.object.value for q in found if isinstance(q.object, ox.Literal)), "none")


def _check_version(triples: Sequence[ox.Triple], iri: str, version: str) -> None:
    """Raise NotFound where `version` is asked for and not the one that is here."""
    info = ox.NamedNode(PREFIXES["owl"] + "versionInfo")
    this = ox.NamedNode(iri)
    found = [t.object for t in triples if t.subject == this and t.predicate == info]
    here = [value.value for value in found if isinstance(value, ox.Literal)]
    if version and version not in here:
        raise NotFound(f"There is no version {version} here.", [f"{iri}/{one}" for one in here])


def _links(resource: Resource, offer: Offer) -> list[str]:
    alternates = [
        link(f"{resource.path}.{o.format.suffix}", rel="alternate", type=o.media_type)
        for o in resource.offers
        if o is not offer
    ]
    return [
        link(resource.iri, rel="describes"),
        link(resource.iri, rel="cite-as"),
        link(LICENCE, rel="license"),
        *alternates,
    ]


def _parted(name: str) -> tuple[str, str | None]:
    """Return name and suffix; what follows a dot is a suffix only if it is one of ours."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, suffix) if dot and stem and suffix in _SUFFIXES else (name, None)


for path, endpoint in (
    ("/id/{kind}/{name:path}", thing),
    ("/voc/{scheme}/{name:path}", thing),
    ("/voc/{scheme}", scheme),
    ("/doc/voc/{scheme}/{name:path}", concept_document),
    ("/doc/{kind}/{name:path}", document),
    ("/graph/{name:path}", graph),
    ("/ontology", ontology),
    ("/ontology.{suffix}", ontology),
    ("/ontology/{name:path}", ontology),
    ("/shapes", shapes),
    ("/shapes.{suffix}", shapes),
    ("/shapes/{name:path}", shapes),
    ("/context.jsonld", context),
    ("/context/{version}.jsonld", context),
    ("/logo.svg", logo),
):
    router.add_route(path, endpoint, methods=["GET"])
