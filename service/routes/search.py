"""`/search`: what has some words in its name or texts, as a page and as JSON.

The index forgives spelling and says what it took a word for; it follows every publication. Pages
of results are linked by first, prev, next and last (RFC 8288).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ihubkg.errors import BadParameter, ParameterProblem
from ihubkg.names import fold
from ihubkg.search import MOST_LETTERS, Found, Hit
from ihubkg.terms import BASE, scheme, shorten
from service import arguments
from service.instance import Instance, instance
from service.negotiate import HTML, JSON, choose, languages
from service.render import Answering, Body, answer, key, link
from service.sheet import Text
from service.templates import address

router = APIRouter()

SIZE = 20
"""Hits on a page where the client does not say."""
MOST = 100
ARGUMENTS = frozenset({"q", "kind", "page", "size", "lang", "_mediatype"})


@dataclass(frozen=True)
class Wish:
    """What a client asks: words, one kind or all, which page of what size, in which form."""

    words: str
    kind: str | None
    page: int
    size: int
    form: str

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Wish":
        """Return the wish that the query arguments `given` make.

        Raises:
            BadParameter: some argument is unknown or does not do; says what would.
        """
        faults = arguments.strangers(given, ARGUMENTS)
        words = given.get("q", "").strip()
        if len(words) > MOST_LETTERS:
            reason = f"It has {len(words):,} characters; the limit is {MOST_LETTERS}."
            faults.append(ParameterProblem("q", reason, ()))
        page = arguments.number(given, "page", 1, 1_000, faults)
        size = arguments.number(given, "size", SIZE, MOST, faults)
        if faults:
            raise BadParameter(faults)
        form = given.get("_mediatype", "")
        return cls(words, given.get("kind") or None, page, size, form=form)

    def address(self, **other: object) -> str:
        """Return the address of this search with some arguments changed; None drops one."""
        size = self.size if self.size != SIZE else None
        wanted: dict[str, object] = {"q": self.words, "kind": self.kind, "size": size}
        wanted |= {"_mediatype": self.form or None, **other}
        return f"/search?{urlencode({name: value for name, value in wanted.items() if value})}"

    def links(self, total: int) -> list[str]:
        """Return the links to the other pages of `total` hits."""
        last = self.last(total)
        around = {"first": 1, "last": last}
        if self.page > 1:
            around["prev"] = min(self.page - 1, last)
        if self.page < last:
            around["next"] = self.page + 1
        return [link(self.address(page=number), rel=rel) for rel, number in around.items()]

    def last(self, total: int) -> int:
        """Return the number of the last page of `total` hits."""
        return max(1, -(-total // self.size))


@dataclass(frozen=True)
class Result:
    """A hit as a page shows it: where it leads, and what kind of thing it is."""

    hit: Hit
    href: str | None
    kind: Text


async def search(request: Request) -> Response:
    """Answer with what the words find."""
    held = instance(request)
    offer = choose(request, (JSON, HTML))
    tongues = languages(request)
    wish = Wish.read(request.query_params)
    how = Answering(
        key(held.edition, request, offer, tongues),
        vary=("Accept", "Accept-Language"),
        headers={"X-Dataset-Version": held.store.version},
    )

    def build() -> Body:
        held.search.follow(held.store)
        found = held.search.find(
            wish.words,
            kind=wish.kind,
            languages=tongues,
            limit=wish.size,
            offset=(wish.page - 1) * wish.size,
        )
        results = _results(held, found, tongues)
        headers = {"X-Total-Count": str(found.total), "Link": ", ".join(wish.links(found.total))}
        if offer is HTML:
            page = _page(request, held, wish, found, results)
            return Body(page, "text/html; charset=utf-8", headers)
        content = orjson.dumps(_tree(wish, found, results), option=orjson.OPT_INDENT_2)
        return Body(content, "application/json", headers)

    return await answer(request, how, held.cache, build)


def _results(held: Instance, found: Found, tongues: Sequence[str]) -> list[Result]:
    results = []
    for hit in found.hits:
        kind = Text(_in_words(hit.kind), "en")
        if hit.kind == "concept":  # its list says more
            name = hit.iri.removeprefix(BASE + "voc/").partition("/")[0]
            named = held.search.name(scheme(name), tongues)
            kind = Text(*named) if named else kind
        results.append(Result(hit, address(hit.iri), kind))
    return results


def _page(
    request: Request, held: Instance, wish: Wish, found: Found, results: Sequence[Result]
) -> bytes:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.hit.kind, []).append(result)
    return held.pages.render(
        request,
        "search.html",
        title=f"Search: {wish.words}" if wish.words else "Search",
        wish=wish,
        found=found,
        last=wish.last(found.total),
        groups=groups,
        corrected=_corrected(wish.words, found.instead),
        in_words_of=_in_words,
    ).encode()


def _tree(wish: Wish, found: Found, results: Sequence[Result]) -> dict[str, object]:
    return {
        "query": wish.words,
        "kind": wish.kind,
        "page": wish.page,
        "size": wish.size,
        "total": found.total,
        "more": found.capped,
        "kinds": dict(found.kinds),
        "instead": dict(found.instead),
        "left_out": list(found.left_out),
        "some_words_only": found.some,
        "did_you_mean": [{"iri": iri, "label": label} for iri, label in found.near],
        "results": [
            {
                "iri": result.hit.iri,
                "curie": shorten(result.hit.iri),
                "href": result.href,
                "label": {"text": result.hit.label, "lang": result.hit.language},
                "kind": {"name": result.hit.kind, "label": result.kind.text},
                "snippet": {
                    "text": "".join(piece.text for piece in result.hit.snippet),
                    "lang": result.hit.snippet_language,
                    "found": [piece.text for piece in result.hit.snippet if piece.marked],
                },
            }
            for result in results
        ],
    }


def _corrected(words: str, instead: Mapping[str, str]) -> str:
    """Return the query with what its words were taken for."""
    return " ".join(instead.get(word, word) for word in fold(words).split())


def _in_words(kind: str) -> str:
    """Return a kind as people say it.

    >>> _in_words("concept-scheme"), _in_words("term")
    ('concept scheme', 'ontology term')
    """
    named = {"term": "ontology term", "line": "evidence line", "hub": "innovation hub"}
    return named.get(kind, kind.replace("-", " "))


router.add_route("/search", search, methods=["GET"])
