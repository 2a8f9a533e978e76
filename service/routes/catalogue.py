"""What there is, for machines: `/catalog`, `/void`, `/dumps/`, `/sitemap.xml` and their like."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

import orjson
import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from ihubkg import catalogue, dumps, turtle
from ihubkg.describe import Views
from ihubkg.errors import NotFound
from ihubkg.formats import TURTLE
from ihubkg.terms import BASE, PREFIXES, document
from service.instance import Instance, instance
from service.negotiate import GRAPH, HTML, JSON, Offer, choose
from service.render import REVALIDATE, Answering, Body, answer, key, link, unchanged

router = APIRouter()

PAGES = (
    *("/", "/methods", "/phases", "/hubs", "/evidence", "/questions", "/sparql", "/validate"),
    *("/about", "/ontology", "/shapes", "/doc/", "/dumps/", "/changes", "/schemas", "/api"),
)
"""Pages that the sitemap names beside the documents of things."""

_KINDS = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}


def address(request: Request) -> str:
    """Return where this instance answers, with a slash at the end."""
    return str(request.base_url)


async def catalog(request: Request) -> Response:
    """Answer with the catalogue of this instance (DCAT 3, DCAT-AP)."""
    held = instance(request)
    _, listed = await held.shelf.stocked(held.store)
    home = address(request)

    def triples() -> list[ox.Triple]:
        return catalogue.catalogue(held.store, Views.of(held.model), address=home, dumps=listed)

    return await _graph(request, held, triples, home)


async def void(request: Request) -> Response:
    """Answer with the description of the dataset (VoID)."""
    held = instance(request)

    def triples() -> list[ox.Triple]:
        views = Views.of(held.model)
        found = catalogue.dataset(held.store, views)
        return [*found, *catalogue.catalogue(held.store, views, address=home, dumps=())]

    home = address(request)
    return await _graph(request, held, triples, home)


async def shelf(request: Request) -> Response:
    """Answer with the list of dumps: a page for people, JSON for programs."""
    held = instance(request)
    _, listed = await held.shelf.stocked(held.store)
    offer = choose(request, (JSON, HTML))

    def build() -> Body:
        if offer is HTML:
            page = held.pages.render(request, "dumps.html", title="Dumps", dumps=listed)
            return Body(page.encode(), "text/html; charset=utf-8")
        files = [
            {
                "name": dump.name,
                "href": f"{address(request)}dumps/{dump.name}",
                "mediaType": dump.media_type,
                "graph": dump.graph,
                "statements": dump.statements,
                "bytes": dump.size,
                "sha256": dump.sha256,
            }
            for dump in listed
        ]
        body = orjson.dumps({"version": held.store.version, "dumps": files})
        return Body(body, "application/json")

    how = Answering(key(held.edition, request, offer, ()))
    return await answer(request, how, held.cache, build)


async def dump(request: Request) -> Response:
    """Send one dump; a range of it where asked, so that a broken download can go on."""
    held = instance(request)
    name = request.path_params["name"]
    folder, listed = await held.shelf.stocked(held.store)
    if name == dumps.SUMS:
        sums = Body((folder / name).read_bytes(), "text/plain; charset=utf-8")
        how = Answering(key(held.edition, request, None, ()), vary=())
        return await answer(request, how, held.cache, lambda: sums)
    item = next((dump for dump in listed if dump.name == name), None)
    if item is None:
        raise NotFound(f"There is no dump {name}.", tuple(dump.name for dump in listed))
    tag = f'"{item.sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": REVALIDATE,
        "Content-Disposition": f'attachment; filename="{item.name}"',
        "Repr-Digest": _digest(item.sha256),
    }
    if unchanged(request.headers, tag):
        return Response(status_code=304, headers=headers)
    media_type = dumps.COMPRESSIONS[item.compression]
    return FileResponse(folder / item.name, headers=headers, media_type=media_type)


async def sitemap(request: Request) -> Response:
    """Name every page and every document, for crawlers."""
    held = instance(request)
    home = address(request)

    def build() -> Body:
        subjects = {
            quad.subject.value
            for name in ("curated", "vocab")
            for quad in held.store.raw.quads_for_pattern(
                None, None, None, ox.NamedNode(f"{BASE}graph/{name}")
            )
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(BASE)
        }
        paths = {document(iri).removeprefix(BASE) for iri in subjects}
        questions = {f"questions/{name}" for name in held.model.questions}
        listed = [*(page.removeprefix("/") for page in PAGES), *sorted(paths | questions)]
        urls = "".join(f"<url><loc>{escape(home + path)}</loc></url>\n" for path in listed)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{urls}</urlset>\n"
        )
        return Body(text.encode(), "application/xml")

    how = Answering(key(held.edition, request, None, ()), vary=())
    return await answer(request, how, held.cache, build)


async def robots(request: Request) -> Response:
    """Let crawlers read pages and documents, not run queries."""
    text = (
        "User-agent: *\nDisallow: /sparql\nDisallow: /store\nDisallow: /search\n"
        f"Sitemap: {address(request)}sitemap.xml\n"
    )
    return await _text(request, text)


async def llms(request: Request) -> Response:
    """Tell language models what this is, how to ask it, and how to cite (https://llmstxt.org/)."""
    held = instance(request)
    home = address(request)
    questions = "".join(
        f"- [{name}]({home}questions/{name}): {question.summary['en']}\n"
        for name, question in held.model.questions.items()
    )
    text = (
        "# ihubkg\n\n"
        "> Knowledge graph of the iHub4Schools mentoring framework: methods, phases, regional "
        "innovation hubs, schools and evidence, each fact with the passage it rests on. An "
        "independent description, not a publication of the project.\n\n"
        "Cite the source passages that an answer names. What no source says is absent; do not "
        "fill it in.\n\n"
        f"## Questions\n\nEach answers as JSON at `{home}questions/<name>.json`; the types are in "
        f"[OpenAPI]({home}openapi.json).\n\n{questions}\n"
        f"## Data\n\n- [SPARQL]({home}sparql)\n- [Catalogue]({home}catalog)\n"
        f"- [Dumps]({home}dumps/)\n- [Ontology]({home}ontology)\n"
        f"- [All things by kind]({home}doc/)\n- [Changes]({home}changes)\n"
        f"- [JSON Schemas of the documents]({home}schemas)\n"
    )
    return await _text(request, text)


async def api_catalog(request: Request) -> Response:
    """List the interfaces of this instance (RFC 9727, https://www.rfc-editor.org/rfc/rfc9727)."""
    home = address(request)
    linkset = [
        {
            "anchor": f"{home}questions",
            "service-desc": [{"href": f"{home}openapi.json", "type": "application/json"}],
            "service-doc": [{"href": f"{home}api", "type": "text/html"}],
        },
        {
            "anchor": f"{home}sparql",
            "service-desc": [{"href": f"{home}sparql", "type": "text/turtle"}],
        },
    ]
    profile = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    body = Body(orjson.dumps({"linkset": linkset}), profile)
    held = instance(request)
    how = Answering(key(held.edition, request, None, ()), vary=())
    return await answer(request, how, held.cache, lambda: body)


async def prefixes(request: Request) -> Response:
    """Give the one table of prefixes, as JSON or as Turtle."""
    offer = choose(request, (JSON, GRAPH[0]))
    content = orjson.dumps(dict(PREFIXES))
    if offer is not JSON:
        text = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        content = text.encode()
    held = instance(request)
    how = Answering(key(held.edition, request, offer, ()))
    return await answer(request, how, held.cache, lambda: Body(content, offer.media_type))


async def well_known_void(request: Request) -> Response:
    """Lead to the description of the dataset (https://www.w3.org/TR/void/#well-known)."""
    return RedirectResponse("/void", status_code=303)


async def _text(request: Request, text: str) -> Response:
    held = instance(request)
    how = Answering(key(held.edition, request, None, ()), vary=())
    body = Body(text.encode(), "text/plain; charset=utf-8")
    return await answer(request, how, held.cache, lambda: body)


async def _graph(
    request: Request, held: Instance, triples: Callable[[], Sequence[ox.Triple]], home: str
) -> Response:
    offer = choose(request, GRAPH)

    def build() -> Body:
        return Body(_written(triples(), offer), offer.media_type)

    alternates = [
        link(request.url.path + f"?_mediatype={o.media_type}", rel="alternate", type=o.media_type)
        for o in GRAPH
        if o is not offer
    ]
    how = Answering(key(f"{held.edition} {home}", request, offer, ()), links=alternates)
    return await answer(request, how, held.cache, build)


def _written(triples: Sequence[ox.Triple], offer: Offer) -> bytes:
    if offer.format is TURTLE:
        return turtle.canonical(triples).encode()
    out = BytesIO()
    ox.serialize(triples, out, _KINDS[offer.format.name], prefixes=dict(PREFIXES))
    return out.getvalue()


def _digest(sha256: str) -> str:
    """Return the checksum as RFC 9530 writes it."""
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"


for path, endpoint in (
    ("/catalog", catalog),
    ("/void", void),
    ("/.well-known/void", well_known_void),
    ("/.well-known/api-catalog", api_catalog),
    ("/dumps/", shelf),
    ("/dumps/{name}", dump),
    ("/sitemap.xml", sitemap),
    ("/robots.txt", robots),
    ("/llms.txt", llms),
    ("/prefixes", prefixes),
):
    router.add_route(path, endpoint, methods=["GET"])
