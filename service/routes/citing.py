"""`/cite` in the forms of reference managers, and `/curie/{curie}`: where a short name leads."""

from collections.abc import Mapping

import orjson
import yaml
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihubkg import files
from ihubkg.errors import NotFound
from ihubkg.formats import Format
from ihubkg.terms import BASE, PREFIXES, expand
from service.instance import Instance, instance
from service.negotiate import JSON, Offer, choose
from service.render import Answering, Body, answer, key, link
from service.routes.about import CITATION, bibtex
from service.templates import address

router = APIRouter()

CFF = Offer(Format("cff", "application/yaml", "cff", "page"), ("text/yaml",))
BIBTEX = Offer(Format("bibtex", "application/x-bibtex", "bib", "page"), ("text/x-bibtex",))
RIS = Offer(Format("ris", "application/x-research-info-systems", "ris", "page"))
FORMS: tuple[Offer, ...] = (CFF, BIBTEX, RIS, JSON)


async def cite(request: Request) -> Response:
    """Say how to cite the dataset in its present version."""
    held = instance(request)
    offer = choose(request, FORMS, suffix=request.path_params.get("suffix"))
    home = str(request.base_url)
    alternates = [
        link(f"/cite.{o.format.suffix}", rel="alternate", type=o.media_type)
        for o in FORMS
        if o is not offer
    ]

    def build() -> Body:
        return Body(_written(held, offer, home), offer.media_type)

    how = Answering(key(f"{held.edition} {home}", request, offer, ()), links=alternates)
    return await answer(request, how, held.cache, build)


async def curie(request: Request) -> Response:
    """Lead from a short name such as `ihub:Method` to what describes it.

    Only namespaces of the one table of prefixes are led to.
    """
    given = request.path_params["curie"]
    iri = expand(given)
    if iri == given:
        raise NotFound(f"{given} begins with no prefix that is known here.", tuple(PREFIXES))
    where = address(iri)
    if where is None:
        raise NotFound(f"{given} leads nowhere.")
    headers = {"Link": link(iri, rel="describes")}
    return RedirectResponse(where, status_code=303, headers=headers)


def ris(citation: Mapping[str, object], version: str, home: str) -> str:
    """Return the RIS record of what a CITATION.cff describes, with the dataset version."""
    authors = citation.get("authors")
    names = [str(a.get("name", "")) for a in authors] if isinstance(authors, list) else []
    lines = [
        ("TY", "DATA"),
        *(("AU", name) for name in names),
        ("TI", citation.get("title", "")),
        ("ET", citation.get("version", "")),
        ("N1", f"Dataset version {version}, CC BY 4.0"),
        ("UR", home),
        ("ER", ""),
    ]
    return "".join(f"{name}  - {text}\r\n" for name, text in lines)


def _written(held: Instance, offer: Offer, home: str) -> bytes:
    text = (files.root() / CITATION).read_text(encoding="utf-8")
    if offer is CFF:
        return text.encode()
    citation = yaml.safe_load(text)
    if offer is BIBTEX:
        return bibtex(citation, held.store.version, home).encode()
    if offer is RIS:
        return ris(citation, held.store.version, home).encode()
    return orjson.dumps({**citation, "dataset": held.store.version, "url": home, "id": BASE})


for route, endpoint in (
    ("/cite", cite),
    ("/cite.{suffix}", cite),
    ("/curie/{curie:path}", curie),
):
    router.add_route(route, endpoint, methods=["GET"])
