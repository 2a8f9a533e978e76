"""The pages: Jinja with everything escaped, addresses checked, and hidden characters shown."""

import hashlib
import textwrap
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request

from ihubkg.terms import BASE, document, shorten
from service.assets import Assets

FOLDER = Path(__file__).parent / "pages"

LONGEST_TEXT = 2_000
"""Characters of one literal that a page shows."""

NAVIGATION: tuple[tuple[str, str], ...] = (
    ("/methods", "Methods"),
    ("/phases", "Phases"),
    ("/hubs", "Hubs"),
    ("/evidence", "Evidence"),
    ("/questions", "Questions"),
    ("/sparql", "SPARQL"),
    ("/validate", "Check a file"),
    ("/about", "About"),
)

TONGUES: Mapping[str, str] = {
    "en": "English",
    "et": "Estonian",
    "fi": "Finnish",
    "ka": "Georgian",
    "lt": "Lithuanian",
    "no": "Norwegian",
    "nb": "Norwegian",
    "sv": "Swedish",
}
"""What the languages that names here may have are called."""

_WORDS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)

# Characters that change the order or look of the text around them without being seen.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSAFE_IN_ADDRESS = frozenset(" \"'<>\\^`{|}")


class Pages:
    """The templates of the service, with the filters and names that all of them use."""

    def __init__(self, assets: Assets, folder: Path = FOLDER) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # a page must be what its digest, and so its tag, says
        )
        self._environment.globals |= {
            "asset": assets.address,
            "navigation": NAVIGATION,
            "tongues": TONGUES,
        }
        self._environment.filters |= {
            "address": address,
            "capitalize_first": capitalize_first,
            "in_words": in_words,
            "plural": plural,
            "curie": shorten,
            "plain": plain,
            "query": urlencode,
            "wrapped": wrapped,
        }
        sources = sorted(folder.glob("*.html"))
        total = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
        self.digest = total.hexdigest()[:16]

    def render(self, request: Request, name: str, **context: object) -> str:
        """Return the page `name`; `request` tells it where it is and what the dataset is."""
        instance = getattr(request.app.state, "instance", None)
        shared = {
            "here": request.url.path,
            "root": str(request.base_url).rstrip("/"),
            "version": instance.store.version if instance else "",
            "title": "",
        }
        return self._environment.get_template(name).render(shared | context)


def address(iri: str) -> str | None:
    """Return what a link to `iri` may point to, or None where it must not be one.

    What we describe ourselves is answered here, whatever host its IRI names.

    >>> address("https://w3id.org/ihub4schools/id/method/digipeda")
    '/doc/method/digipeda'
    >>> address("javascript:alert(1)") is None
    True
    """
    if not is_safe(iri):
        return None
    if iri.startswith(BASE):
        _, hash_sign, fragment = iri.partition("#")
        return "/" + document(iri).removeprefix(BASE) + hash_sign + fragment
    return iri


def capitalize_first(text: str) -> str:
    """Return `text` with a capital at its beginning and the rest as it is."""
    return text[:1].upper() + text[1:]


def in_words(number: int) -> str:
    """Return a small number as texts write it, a larger one in figures.

    >>> in_words(7), in_words(1234)
    ('seven', '1,234')
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def plural(word: str) -> str:
    """Return the plural of a class's name.

    >>> plural("study"), plural("evidence line")
    ('studies', 'evidence lines')
    """
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "ch", "sh")) else "s")


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` characters, for pictures."""
    return textwrap.wrap(text, width, break_long_words=False)


def is_safe(iri: str) -> bool:
    """Whether `iri` is an ordinary web or mail address without tricks."""
    if any(c in _UNSAFE_IN_ADDRESS or c in _BIDI or _is_control(c) for c in iri):
        return False
    try:
        parts = urlsplit(iri)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def plain(text: object) -> Markup:
    """Return `text` escaped, shortened, with characters that cannot be seen written out."""
    value = str(text)
    cut = value if len(value) <= LONGEST_TEXT else value[: LONGEST_TEXT - 1] + "…"
    if cut.isprintable():
        return escape(cut)
    return Markup("").join(_visible(c) for c in cut)


def _visible(character: str) -> Markup:
    if character in _BIDI or (_is_control(character) and character not in "\n\t"):
        return Markup('<span class="hidden-character">[U+{:04X}]</span>').format(ord(character))
    return escape(character)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")
