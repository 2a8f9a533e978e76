"""Which form of an answer a client gets: media type and languages.

Media types by RFC 9110, section 12.5.1 (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1):
for each offer the most specific matching range decides its quality, `q=0` excludes it, the best
quality wins. Among equals the one that the client named more exactly goes first, then our own
order. A query argument `_mediatype` wins over a suffix, a suffix over `Accept`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from ihubkg import formats
from ihubkg.errors import BadParameter, IhubError, ParameterProblem
from ihubkg.formats import Format

MOST_RANGES = 64
"""Ranges of a header that are read; no client sends more in good faith."""


@dataclass(frozen=True)
class Offer:
    """One form that an answer has: its format, and further media types that clients ask it by."""

    format: Format
    also: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """The media type it is served as, without parameters."""
        return self.format.media_type

    def named(self, name: str) -> bool:
        """Whether `name` (a media type, a suffix or a format's name) means this offer."""
        return name in (self.media_type, self.format.suffix, self.format.name, *self.also)


class NotAcceptable(IhubError):
    """None of the offers suits the client; `offers` are what there is."""

    def __init__(self, message: str, offers: Sequence[Offer]) -> None:
        super().__init__(message)
        self.offers = tuple(offers)


@dataclass(frozen=True)
class MediaRange:
    """One entry of an `Accept` header."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: float

    def specificity(self, media_type: str) -> tuple[int, int] | None:
        """Return how exactly the range names `media_type`, or None where it does not."""
        kind, _, sub = media_type.partition("/")
        if self.type not in ("*", kind) or self.subtype not in ("*", sub):
            return None
        if not all(_holds(name, value) for name, value in self.parameters):
            return None
        return (self.type != "*") + (self.subtype != "*"), len(self.parameters)


HTML = Offer(formats.HTML, ("application/xhtml+xml",))
TURTLE = Offer(formats.TURTLE, ("application/x-turtle", "text/n3"))
JSONLD = Offer(formats.JSONLD, ("application/json",))
NTRIPLES = Offer(formats.NTRIPLES)
RDFXML = Offer(formats.RDFXML, ("application/xml", "text/xml"))
NQUADS = Offer(formats.NQUADS)
TRIG = Offer(formats.TRIG)
JSON = Offer(Format("json", "application/json", "json", "rows"))
CSV = Offer(formats.CSV)
TSV = Offer(formats.TSV)
SPARQL_JSON = Offer(formats.JSON)

GRAPH: tuple[Offer, ...] = (TURTLE, JSONLD, NTRIPLES, RDFXML)
"""The forms of every description; Turtle first: what a client gets that does not say."""
DOCUMENT: tuple[Offer, ...] = (TURTLE, JSONLD, NTRIPLES, RDFXML, HTML)
DATASET: tuple[Offer, ...] = (TURTLE, JSONLD, NTRIPLES, RDFXML, TRIG, NQUADS, HTML)


def choose(request: Request, offers: Sequence[Offer], *, suffix: str | None = None) -> Offer:
    """Return the offer that `request` asks for: `_mediatype`, else `suffix`, else `Accept`.

    Raises:
        NotAcceptable: there is no such form; the error lists what there is.
    """
    wanted = request.query_params.get("_mediatype")
    if wanted is not None:
        # An unescaped "+" of "application/ld+json" arrives as a space.
        return named(wanted.strip().replace(" ", "+").lower(), offers)
    if suffix is not None:
        found = named(suffix, offers)
        _check_agreement(found, _header(request, "accept"), offers)
        return found
    return negotiate(_header(request, "accept"), offers)


def _check_agreement(suffixed: Offer, accept: str | None, offers: Sequence[Offer]) -> None:
    """Raise NotAcceptable where suffix and `Accept` name different data forms.

    A header that takes pages is a browser's: it says what can be shown, not what is wanted.
    """
    ranges = list(media_ranges(accept or ""))
    if not ranges or suffixed is HTML or _rank(HTML, ranges)[0] > 0:
        return
    if _rank(suffixed, ranges)[0] == 0 and any(_rank(offer, ranges)[0] > 0 for offer in offers):
        raise NotAcceptable(
            f"The address asks for {suffixed.media_type}, and Accept takes other forms only: "
            "leave one of them out.",
            offers,
        )


def named(name: str, offers: Sequence[Offer]) -> Offer:
    """Return the offer called `name`.

    Raises:
        NotAcceptable: no offer has that name.
    """
    for offer in offers:
        if offer.named(name):
            return offer
    raise NotAcceptable(f"There is no form “{name}” of this.", offers)


def negotiate(accept: str | None, offers: Sequence[Offer]) -> Offer:
    """Return the offer that suits an `Accept` header best; without one, the first.

    >>> negotiate("text/html;q=0.5, application/ld+json", DOCUMENT).format.name
    'jsonld'

    Raises:
        NotAcceptable: the header excludes every offer.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = list(media_ranges(accept))
    if not ranges:
        return offers[0]
    best: tuple[float, tuple[int, int]] = (0.0, (0, 0))
    result = None
    for offer in offers:
        rank = _rank(offer, ranges)
        if rank[0] > 0 and (result is None or rank > best):
            result, best = offer, rank
    if result is None:
        raise NotAcceptable("None of the forms you accept is there.", offers)
    return result


def media_ranges(header: str) -> Iterable[MediaRange]:
    """Yield the ranges of an `Accept` header; what is not one is passed over."""
    for part in header.split(",")[:MOST_RANGES]:
        name, *rest = (piece.strip() for piece in part.split(";"))
        kind, slash, sub = name.lower().partition("/")
        if not (kind and slash and sub) or (kind == "*" and sub != "*"):
            continue
        quality, parameters = 1.0, []
        for piece in rest:
            key, _, value = (side.strip() for side in piece.partition("="))
            if key.lower() == "q":
                quality = _quality(value)
                break
            if key:
                parameters.append((key.lower(), value.strip('"').lower()))
        yield MediaRange(kind, sub, tuple(parameters), quality)


def prefers_page(request: Request) -> bool:
    """Whether the client is a browser: it names HTML and likes nothing of ours better."""
    accept = _header(request, "accept")
    if not accept or "html" not in accept:
        return False
    try:
        return negotiate(accept, (HTML, JSON, TURTLE)) is HTML
    except NotAcceptable:
        return False


def languages(
    request: Request, there: Callable[[], Sequence[str]] | None = None
) -> tuple[str, ...]:
    """Return the languages of the reader, best first, English last where it is not named.

    The query argument `lang` wins over `Accept-Language`
    (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4). `there` gives the languages that there
    is something in.

    Raises:
        BadParameter: `lang` names none of those; says which there are.
    """
    named_language = request.query_params.get("lang")
    header = named_language if named_language else _header(request, "accept-language") or ""
    wanted: list[tuple[float, str]] = []
    for part in header.split(",")[:MOST_RANGES]:
        tag, _, parameter = (side.strip() for side in part.partition(";"))
        key, _, value = parameter.partition("=")
        quality = _quality(value) if key.strip().lower() == "q" else 1.0
        primary = tag.lower().partition("-")[0]
        if quality > 0 and primary.isascii() and primary.isalpha() and len(primary) in (2, 3):
            wanted.append((-quality, "nb" if primary == "no" else primary))
    ordered = [tag for _, tag in sorted(wanted, key=lambda pair: pair[0])]
    if named_language and there is not None and not set(ordered) & {*there()}:
        reason = f"There is nothing in “{named_language[:40]}” here."
        raise BadParameter([ParameterProblem("lang", reason, tuple(there()))])
    return tuple(dict.fromkeys([*ordered[:8], "en"]))


def _rank(offer: Offer, ranges: Sequence[MediaRange]) -> tuple[float, tuple[int, int]]:
    """Return (quality, how exactly it was named); quality 0 where the client excludes it."""
    exact, quality = _weigh(offer.media_type, ranges)
    if exact is not None and quality == 0:
        return 0.0, (0, 0)
    best = (quality, exact or (0, 0))
    for name in offer.also:
        exact, quality = _weigh(name, [r for r in ranges if r.subtype != "*"])
        best = max(best, (quality, exact or (0, 0)))
    return best


def _weigh(media_type: str, ranges: Sequence[MediaRange]) -> tuple[tuple[int, int] | None, float]:
    """Return the specificity and quality of the range that decides about `media_type`."""
    exact: tuple[int, int] | None = None
    quality = 0.0
    for candidate in ranges:
        specificity = candidate.specificity(media_type)
        if specificity is None or (exact is not None and specificity < exact):
            continue
        quality = max(quality, candidate.quality) if specificity == exact else candidate.quality
        exact = specificity
    return exact, quality


def _holds(name: str, value: str) -> bool:
    # Everything we serve is UTF-8; a profile (RFC 6906) never changes what a document means.
    return name == "profile" or (name == "charset" and value in ("utf-8", "utf8"))


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return min(quality, 1.0) if quality >= 0 else 0.0


def _header(request: Request, name: str) -> str | None:
    """Return a header whose several lines count as one list, or None."""
    values = request.headers.getlist(name)
    return ", ".join(values) if values else None
