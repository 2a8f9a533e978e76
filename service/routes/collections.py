"""`/doc/` and `/doc/{kind}`: the things of a kind as a list, with paging, filters, sort, counts.

Pages are linked by the `Link` relations first, prev, next and last (RFC 8288); the same query
arguments give the same list in every form. Filters: `q` (words of a name), `class` (a short name
of the ontology). Data forms say `rdfs:member` of each thing and `void:entities` of the whole list.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
import pyoxigraph as ox
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihubkg import turtle
from ihubkg.errors import BadParameter, NotFound, ParameterProblem
from ihubkg.formats import JSONLD, TURTLE
from ihubkg.names import Names, fold
from ihubkg.terms import BASE, expand, shorten
from service import arguments
from service.instance import Instance, instance
from service.negotiate import GRAPH, HTML, Offer, choose, languages
from service.render import Answering, Body, answer, key, link
from service.sheet import Text, pick

router = APIRouter()

FORMS: tuple[Offer, ...] = (*GRAPH, HTML)
SIZE = 50
"""Things on a page where the client does not say."""
MOST = 500
SORTS = ("name", "-name", "slug", "-slug", "date", "-date")
ARGUMENTS = frozenset({"page", "size", "sort", "q", "class", "_mediatype", "_profile", "lang"})

_TYPE = expand("rdf:type")
_LABEL = expand("skos:prefLabel")
_DATES = (expand("dcterms:issued"), expand("schema:startDate"))
_SUFFIXES = {offer.format.suffix for offer in FORMS}


@dataclass(frozen=True)
class Entry:
    """A thing in a list: its IRI, names by language, classes, and date."""

    iri: str
    names: Mapping[str, str]
    classes: tuple[str, ...]
    date: str

    @property
    def slug(self) -> str:
        """The last part of its IRI."""
        return self.iri.rpartition("/")[2]


@dataclass(frozen=True)
class Wish:
    """What a client asks of a list."""

    page: int
    size: int
    sort: str
    words: str
    of: str
    form: str

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        """Return the wish that the query arguments `given` make.

        Raises:
            BadParameter: some argument is unknown or does not do; says what would.
        """
        faults = arguments.strangers(given, ARGUMENTS)
        page = arguments.number(given, "page", 1, 1_000_000, faults)
        size = arguments.number(given, "size", SIZE, MOST, faults)
        sort = given.get("sort", "name")
        if sort not in SORTS:
            faults.append(ParameterProblem("sort", "It takes one of these.", SORTS))
        if faults:
            raise BadParameter(faults)
        words, of = given.get("q", ""), given.get("class", "")
        return cls(page, size, sort=sort, words=words, of=of, form=given.get("_mediatype", ""))

    def address(self, path: str, page: int) -> str:
        """Return the address of another page of the same list."""
        wanted = {"q": self.words, "class": self.of, "page": page}
        wanted |= {"size": self.size} if self.size != SIZE else {}
        wanted |= {"sort": self.sort} if self.sort != "name" else {}
        wanted |= {"_mediatype": self.form}
        return f"{path}?{urlencode({key: value for key, value in wanted.items() if value})}"


@dataclass(frozen=True)
class Listing:
    """One page of a list, and how much there is in all."""

    kind: str
    entries: tuple[Entry, ...]
    total: int
    wish: Wish
    counts: Mapping[str, int]

    @property
    def path(self) -> str:
        """Where the list is."""
        return f"/doc/{self.kind}"

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.wish.size))

    def links(self, suffix: str | None) -> list[str]:
        """Return the links to the other pages, in the form that the client asked for."""
        path = f"{self.path}.{suffix}" if suffix else self.path
        around = {"first": 1, "last": self.last}
        if self.wish.page > 1:
            around["prev"] = self.wish.page - 1
        if self.wish.page < self.last:
            around["next"] = self.wish.page + 1
        found = [link(self.wish.address(path, n), rel=rel) for rel, n in around.items()]
        return [*found, link("/doc/", rel="collection")]


async def kinds(request: Request) -> Response:
    """List the kinds of things, each with how many there are."""
    held = instance(request)
    offer = choose(request, FORMS)

    def build() -> Body:
        counts = {kind: len(entries) for kind, entries in _all(held).items()}
        if offer is HTML:
            page = held.pages.render(request, "kinds.html", title="All things", kinds=counts)
            return Body(page.encode(), "text/html; charset=utf-8")
        if offer.format is JSONLD:
            members = [
                {"id": f"{BASE}doc/{kind}", "title": kind, "entities": count}
                for kind, count in counts.items()
            ]
            return Body(_tree(f"{BASE}doc/", sum(counts.values()), members), offer.media_type)
        said = [t for kind, n in counts.items() for t in _kind(kind, n)]
        said.append(_count(ox.NamedNode(f"{BASE}doc/"), sum(counts.values())))
        return Body(_written(said, offer), offer.media_type)

    how = Answering(key(held.edition, request, offer, ()))
    return await answer(request, how, held.cache, build)


async def things(request: Request) -> Response:
    """Answer with one page of the things of a kind."""
    held = instance(request)
    kind, suffix = _parted(request.path_params["kind"])
    offer = choose(request, FORMS, suffix=suffix)
    tongues = languages(request, held.languages)
    wish = Wish.read(request.query_params)
    listing = await run_in_threadpool(_listing, held, kind, wish, tongues)
    how = Answering(
        key(held.edition, request, offer, tongues),
        vary=("Accept", "Accept-Language"),
        links=listing.links(suffix),
        headers={"X-Total-Count": str(listing.total), "X-Dataset-Version": held.store.version},
    )

    def build() -> Body:
        if offer is HTML:
            entries = [(e, pick(e.names, tongues) or Text(e.slug)) for e in listing.entries]
            context = {"title": f"Things of the kind {kind}", "listing": listing}
            page = held.pages.render(request, "things.html", **context, entries=entries)
            return Body(page.encode(), "text/html; charset=utf-8")
        if offer.format is JSONLD:
            members = [_member(entry) for entry in listing.entries]
            return Body(_tree(BASE + listing.path[1:], listing.total, members), offer.media_type)
        return Body(_written(_triples(listing), offer), offer.media_type)

    return await answer(request, how, held.cache, build)


async def whole(request: Request) -> Response:
    """Lead to the list of kinds."""
    return RedirectResponse("/doc/", status_code=308)


def _listing(held: Instance, kind: str, wish: Wish, tongues: Sequence[str]) -> Listing:
    everything = _all(held)
    if kind not in everything:
        raise NotFound(f"There are no things of the kind {kind}.", tuple(everything))
    found = everything[kind]
    counts: dict[str, int] = defaultdict(int)
    for entry in found:
        for name in entry.classes:
            counts[shorten(name).removeprefix("ihub:")] += 1
    if wish.of:
        _check(wish.of, counts)
        iri = next(n for e in found for n in e.classes if shorten(n).endswith(f":{wish.of}"))
        found = [entry for entry in found if iri in entry.classes]
    wanted = fold(wish.words).split()
    if wanted:
        found = [e for e in found if _speaks(e, wanted)]
    found = _sorted(found, wish.sort, tongues)
    start = (wish.page - 1) * wish.size
    listing = Listing(kind, tuple(found[start : start + wish.size]), len(found), wish, counts)
    if wish.page > listing.last:
        raise NotFound(f"The list ends with page {listing.last}.", ())
    return listing


def _check(name: str, counts: Mapping[str, int]) -> None:
    if name not in counts:
        problem = ParameterProblem("class", "None of them is of this class.", tuple(sorted(counts)))
        raise BadParameter([problem])


def _speaks(entry: Entry, wanted: Sequence[str]) -> bool:
    said = fold(" ".join([entry.slug, *entry.names.values()]))
    return all(word in said for word in wanted)


def _sorted(entries: Sequence[Entry], sort: str, tongues: Sequence[str]) -> list[Entry]:
    def key(entry: Entry) -> tuple[str, str]:
        match sort.removeprefix("-"):
            case "name":
                shown = pick(entry.names, tongues)
                return (fold(shown.text) if shown else "", entry.iri)
            case "date":
                return entry.date, entry.iri
        return entry.slug, entry.iri

    return sorted(entries, key=key, reverse=sort.startswith("-"))


def _all(held: Instance) -> Mapping[str, list[Entry]]:
    return held.store.remember("entries by kind", lambda: _read(held))


def _read(held: Instance) -> dict[str, list[Entry]]:
    space = ox.NamedNode(BASE + "id/")
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in held.views.rows(held.store, "members", space=space):
        facts[row["thing"].value][row["property"].value].append(row["value"].value)
    labels = Names.of(held.store).labels
    result: dict[str, list[Entry]] = defaultdict(list)
    for iri, said in sorted(facts.items()):
        date = next((said[name][0] for name in _DATES if name in said), "")
        entry = Entry(iri, labels.get(iri, {}), tuple(sorted(said[_TYPE])), date)
        result[iri.removeprefix(space.value).partition("/")[0]].append(entry)
    return dict(result)


def _member(entry: Entry) -> dict[str, object]:
    names = [shorten(name).removeprefix("ihub:") for name in entry.classes]
    return {"id": entry.iri, "type": names, "prefLabel": dict(sorted(entry.names.items()))}


def _tree(iri: str, total: int, members: Sequence[Mapping[str, object]]) -> bytes:
    context = {
        "@version": 1.1,
        "@vocab": expand("ihub:"),
        "id": "@id",
        "type": "@type",
        "prefLabel": {"@id": _LABEL, "@container": "@language"},
        "title": expand("dcterms:title"),
        "entities": expand("void:entities"),
        "member": {"@id": expand("rdfs:member"), "@container": "@set"},
    }
    tree = {"@context": context, "id": iri, "entities": total, "member": members}
    return orjson.dumps(tree, option=orjson.OPT_INDENT_2)


def _triples(listing: Listing) -> list[ox.Triple]:
    this = ox.NamedNode(BASE + listing.path[1:])
    said = [_count(this, listing.total)]
    for entry in listing.entries:
        node = ox.NamedNode(entry.iri)
        said.append(ox.Triple(this, ox.NamedNode(expand("rdfs:member")), node))
        said += [ox.Triple(node, ox.NamedNode(_TYPE), ox.NamedNode(n)) for n in entry.classes]
        for tongue, name in entry.names.items():
            text = ox.Literal(name, language=tongue or None)
            said.append(ox.Triple(node, ox.NamedNode(_LABEL), text))
    return said


def _kind(kind: str, count: int) -> list[ox.Triple]:
    node, this = ox.NamedNode(f"{BASE}doc/{kind}"), ox.NamedNode(f"{BASE}doc/")
    return [
        ox.Triple(this, ox.NamedNode(expand("rdfs:member")), node),
        ox.Triple(node, ox.NamedNode(expand("dcterms:title")), ox.Literal(kind)),
        _count(node, count),
    ]


def _count(node: ox.NamedNode, count: int) -> ox.Triple:
    number = ox.Literal(str(count), datatype=ox.NamedNode(expand("xsd:integer")))
    return ox.Triple(node, ox.NamedNode(expand("void:entities")), number)


def _written(triples: Sequence[ox.Triple], offer: Offer) -> bytes:
    if offer.format is TURTLE:
        return turtle.canonical(triples).encode()
    kind = ox.RdfFormat.from_media_type(offer.media_type)
    if kind is None:
        raise ValueError(f"{offer.media_type} is no form of graphs")
    return ox.serialize(sorted(triples, key=str), format=kind) or b""


def _parted(name: str) -> tuple[str, str | None]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, suffix) if dot and suffix in _SUFFIXES else (name, None)


for route, endpoint in (("/doc", whole), ("/doc/", kinds), ("/doc/{kind}", things)):
    router.add_route(route, endpoint, methods=["GET"])
