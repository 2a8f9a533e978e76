"""Bytes to statements, for data that nobody vouches for.

The order is fixed: size, encoding, a gate per format against what kills or starves a parser, then
pyoxigraph in strict mode, then every term against the limits. Nothing is fetched, nothing is
guessed from the content, and what a parser would drop in silence is named. Run it in a worker
process where the sender is unknown: a parser can still fall.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

import orjson
import pyoxigraph as ox

from ihubkg import turtle
from ihubkg.errors import IhubError, ParseError, TooLarge
from ihubkg.formats import JSONLD, NQUADS, NTRIPLES, RDFXML, TRIG, TURTLE, Format
from ihubkg.terms import PREFIXES

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limits:
    """How much a file may hold; lengths of terms are in characters."""

    size: int = 50 * MIB
    """Bytes of the whole file."""
    triples: int = 200_000
    """Statements."""
    literal: int = MIB
    """Length of a literal."""
    markup: int = 16 * KIB
    """Length of a literal of HTML or XML, which is parsed again when it is checked."""
    digits: int = 100
    """Length of a whole or decimal number."""
    iri: int = 2048
    """Length of an IRI."""
    language: int = 35
    """Length of a language tag."""
    depth: int = 64
    """Nesting of JSON."""
    context_terms: int = 2_000
    """Terms that the contexts of a JSON-LD file define together."""
    elements: int = 256
    """Nesting of XML."""
    attributes: int = 1_000
    """Attributes of an XML element."""
    namespaces: int = 256
    """Namespace declarations of an XML file."""
    entities: int = 200
    """Entities that an XML file declares."""
    entity: int = KIB
    """Length of an XML entity."""


@dataclass(frozen=True)
class Remark:
    """Something in the file that is allowed and probably not meant; places count from 1."""

    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Parsed:
    """What a file says, and what its sender should look at again."""

    quads: list[ox.Quad]
    remarks: tuple[Remark, ...] = ()


def parse(data: bytes, fmt: Format, *, base: str, limits: Limits | None = None) -> list[ox.Quad]:
    """Return the statements of `data`, all in the default graph, blank nodes freshly named.

    Raises:
        ParseError: the data is not of the format, or breaks the policy; says where.
        TooLarge: the data is beyond a limit.
    """
    return read(data, fmt, base=base, limits=limits).quads


def read(
    data: bytes,
    fmt: Format,
    *,
    base: str,
    limits: Limits | None = None,
    named_graphs: bool = False,
) -> Parsed:
    """Return the statements of `data` with remarks; see `parse`.

    With `named_graphs` statements keep the graphs that the file names.
    """
    allowed = Limits() if limits is None else limits
    text = decode(data, allowed)
    remarks = [*odd_signs(text)]
    if fmt == JSONLD:
        remarks += _json_gate(text, allowed)
    elif fmt == RDFXML:
        _xml_gate(text, allowed)
    elif fmt in (TURTLE, TRIG, NTRIPLES, NQUADS):
        _refuse_triple_terms(text)
    else:
        raise IhubError(f"{fmt.name} is not a format of graphs.")
    quads = [*_statements(text, fmt, base, allowed, named_graphs)]
    return Parsed(quads, tuple(remarks))


def decode(data: bytes, limits: Limits) -> str:
    """Return the text of a file.

    Raises:
        ParseError: it is not UTF-8, or holds NUL characters.
        TooLarge: it is longer than is taken.
    """
    if len(data) > limits.size:
        raise too_large(len(data), limits)
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = "This is not UTF-8 text: save the file in the encoding UTF-8."
        raise ParseError(message, line, column) from error
    if "\0" in text:
        raise _at("A NUL character cannot stand in text: remove it.", text, text.index("\0"))
    return text


def too_large(size: int, limits: Limits) -> TooLarge:
    """Return the error that a file of `size` bytes is."""
    message = f"The file has {size:,} bytes; at most {limits.size:,} are taken. Split it."
    return TooLarge(message, limits.size, size)


_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def odd_signs(text: str) -> Iterator[Remark]:
    """Yield a remark where the text holds signs that are not seen and change how it is read."""
    found = _BIDI.search(text)
    if found:
        code = f"U+{ord(found.group()):04X}"
        yield Remark(
            f"An invisible sign ({code}) changes the direction of the text: remove it unless "
            "the language needs it.",
            *_place(text, found.start()),
        )


_ANGLES = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*+'''|"
    r'"(?:[^"\\\n]|\\.)*+"|' + r"'(?:[^'\\\n]|\\.)*+'|\\.|<[^<>\"{}|^`\\\s]*+>|#[^\n]*+"
    r"|(?P<odd><<|\{\|)",
    re.DOTALL,
)


def _refuse_triple_terms(text: str) -> None:
    """Refuse what RDF 1.2 adds, before a parser follows its nesting; see its section 3.1."""
    if "<<" not in text and "{|" not in text:
        return
    for token in _ANGLES.finditer(text):
        if token["odd"]:
            raise _at(
                "Statements about statements (RDF 1.2) are not taken: describe the statement by "
                "a resource of its own, such as an assertion.",
                text,
                token.start(),
            )


_BAD_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def _json_gate(text: str, limits: Limits) -> Iterator[Remark]:
    """Refuse JSON-LD that nests too deeply, fetches contexts, or would be dropped in silence."""
    too_deep = f"The JSON nests deeper than the {limits.depth} levels that are taken."
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if "depth limit" in error.msg or "recursion" in error.msg:
            raise TooLarge(too_deep, limits.depth) from error
        raise ParseError(f"This is not JSON: {error.msg}.", error.lineno, error.colno) from error
    defined: list[str] = []
    used: list[str] = []
    stack: list[tuple[object, int, bool]] = [(document, 1, False)]
    while stack:
        value, depth, in_context = stack.pop()
        if depth > limits.depth:
            raise TooLarge(too_deep, limits.depth, depth)
        if isinstance(value, list):
            stack += [(item, depth + 1, in_context) for item in value]
        elif isinstance(value, dict):
            (defined if in_context else used).extend(value)
            for key, item in value.items():
                _check_member(key, item, text, in_context)
                stack.append((item, depth + 1, in_context or key == "@context"))
    if len(defined) > limits.context_terms:
        raise TooLarge(
            f"The contexts define {len(defined):,} terms; {limits.context_terms:,} are taken.",
            limits.context_terms,
            len(defined),
        )
    yield from _undefined(used, {*defined}, text)


def _undefined(used: list[str], defined: set[str], text: str) -> Iterator[Remark]:
    """Name the keys that no context defines: a JSON-LD parser leaves them out without a word."""
    if "@vocab" in defined:
        return
    for key in dict.fromkeys(used):
        if key not in defined and ":" not in key and not key.startswith("@"):
            yield Remark(
                f"No context says what {json.dumps(key)} means, so it and its value are left "
                "out: define it in @context, or write its IRI.",
                *_find(text, json.dumps(key, ensure_ascii=False)),
            )


def _check_member(key: str, value: object, text: str, in_context: bool) -> None:
    """Refuse the values that pyoxigraph fetches nothing for, or drops without a word."""
    if key in ("@context", "@import"):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                raise ParseError(
                    f"Contexts are not fetched: put what {item} holds into the file.",
                    *_find(text, json.dumps(item, ensure_ascii=False)),
                )
    elif key == "@language" and isinstance(value, str) and not _LANGUAGE.fullmatch(value):
        message = f"{json.dumps(value)} is not a language: write a code such as en or et."
        raise ParseError(message, *_find(text, json.dumps(value, ensure_ascii=False)))
    elif key == "@id" and isinstance(value, str) and not in_context and _BAD_IRI.search(value):
        message = f"{json.dumps(value)} is not an IRI: it holds a sign that IRIs do not take."
        raise ParseError(message, *_find(text, json.dumps(value, ensure_ascii=False)))


class _XmlGate:
    """What is counted while expat walks through an XML file."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.depth = 0
        self.namespaces = 0
        self.entities: dict[str, str] = {}
        self.parser = expat.ParserCreate("utf-8")
        self.parser.XmlDeclHandler = self.declaration
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.EntityDeclHandler = self.entity
        self.parser.AttlistDeclHandler = self.defaults
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def run(self) -> None:
        try:
            self.parser.Parse(self.text.encode(), True)
        except expat.ExpatError as error:
            message = f"This is not XML: {expat.ErrorString(error.code)}."
            raise ParseError(message, error.lineno, error.offset + 1) from error

    def refuse(self, message: str) -> ParseError:
        return ParseError(
            message, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        )

    def declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "us-ascii", "ascii"):
            raise self.refuse(f"The encoding {encoding} is not taken: save the file as UTF-8.")

    def doctype(self, _name: str, system: str | None, public: str | None, _inner: int) -> None:
        if system is not None or public is not None:
            raise self.refuse("Document types are not fetched: remove SYSTEM or PUBLIC.")

    def entity(
        self,
        name: str,
        is_parameter: int,
        value: str | None,
        _base: str | None,
        _system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        if is_parameter or value is None:
            raise self.refuse(f"The entity {name} would be fetched: only plain text is taken.")
        if "&" in value or "%" in value:
            raise self.refuse(f"The entity {name} is made of other entities: write it out.")
        self.entities[name] = value
        self.check(len(value), self.limits.entity, "characters of an entity")
        self.check(len(self.entities), self.limits.entities, "entities")

    def defaults(self, element: str, attribute: str, *_: object) -> None:
        raise self.refuse(f"Defaults for {attribute} of {element} are not taken: write them out.")

    def start(self, _name: str, attributes: Mapping[str, str]) -> None:
        if not self.depth and self.entities:
            growth = sum(
                len(value) * self.text.count(f"&{name};") for name, value in self.entities.items()
            )
            self.check(growth, max(MIB, 2 * len(self.text)), "characters out of entities")
        self.depth += 1
        self.namespaces += sum(name.startswith("xmlns") for name in attributes)
        self.check(self.depth, self.limits.elements, "elements inside each other")
        self.check(len(attributes), self.limits.attributes, "attributes of an element")
        self.check(self.namespaces, self.limits.namespaces, "namespace declarations")

    def end(self, _name: str) -> None:
        self.depth -= 1

    def check(self, value: int, limit: int, what: str) -> None:
        if value > limit:
            raise TooLarge(
                f"The XML has {value:,} {what}; at most {limit:,} are taken.", limit, value
            )


def _xml_gate(text: str, limits: Limits) -> None:
    _XmlGate(text, limits).run()


def _statements(
    text: str, fmt: Format, base: str, limits: Limits, named_graphs: bool
) -> Iterator[ox.Quad]:
    try:
        parser = ox.parse(
            text.encode(),
            format=ox.RdfFormat.from_media_type(fmt.media_type),
            base_iri=base,
            without_named_graphs=not named_graphs,
            rename_blank_nodes=True,
        )
        for count, quad in enumerate(parser, start=1):
            if count > limits.triples:
                message = (
                    f"The file has more than the {limits.triples:,} statements that are taken."
                )
                raise TooLarge(message, limits.triples, count)
            for term in (quad.subject, quad.predicate, quad.object):
                wrong = fault(term, limits)
                if wrong:
                    raise ParseError(wrong, *_find(text, _needle(term)))
            yield quad
    except SyntaxError as error:
        line, column = error.lineno, error.offset
        quoted = re.search(r"'([^']+)'", error.msg)
        if line is None and quoted:
            line, column = _find(text, quoted[1])
        raise ParseError(_plain(error, fmt), line, column) from error
    except MemoryError as error:
        raise TooLarge("A value is longer than the reader can hold.", limits.literal) from error


def _plain(error: SyntaxError, fmt: Format) -> str:
    """Return what is wrong in words, and what to do where that is known."""
    fault = turtle.plain(error)
    if fault == "Named graphs are not allowed":
        return "Send the statements of one graph, without graph names: which graph is ours to say."
    undeclared = re.fullmatch(r"The prefix (\S*): has not been declared", fault)
    if undeclared:
        prefix = undeclared[1]
        namespace = PREFIXES.get(prefix, "…")
        return (
            f"The prefix {prefix}: is not declared: add @prefix {prefix}: <{namespace}> . on top."
        )
    if fault == "No scheme found in an absolute IRI":
        fault = "This is not a whole IRI: it needs a scheme such as https:"
    return f"This is not {fmt.title or fmt.name}: {fault.rstrip('.')}."


_NUMBERS = frozenset(
    PREFIXES["xsd"] + name
    for name in (
        *("decimal", "integer", "long", "int", "short", "byte"),
        *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        *("nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger"),
    )
)
_MARKUP = frozenset(PREFIXES["rdf"] + name for name in ("HTML", "XMLLiteral"))


def fault(term: object, limits: Limits) -> str | None:
    """Return what is wrong with a term, if anything."""
    match term:
        case ox.NamedNode():
            if len(term.value) > limits.iri:
                return (
                    f"An IRI has {len(term.value):,} characters; at most {limits.iri:,} are taken."
                )
        case ox.Literal():
            return _literal_fault(term, limits)
        case ox.Triple():
            return "Statements about statements (RDF 1.2) are not taken."
    return None


def _literal_fault(literal: ox.Literal, limits: Limits) -> str | None:
    length = len(literal.value)
    datatype = literal.datatype.value
    if "\0" in literal.value:
        return "A text holds a NUL character: remove it."
    if literal.direction is not None:
        return "A base direction of text (RDF 1.2) is not taken: leave it out."
    if literal.language is not None and len(literal.language) > limits.language:
        return f"A language tag is longer than {limits.language} characters."
    if datatype in _NUMBERS and (length > limits.digits or "e" in literal.value.lower()):
        return f"{literal.value[:40]!r} is not a plain number of at most {limits.digits} digits."
    bound = limits.markup if datatype in _MARKUP else limits.literal
    if length > bound:
        return f"A text has {length:,} characters; at most {bound:,} are taken."
    return None


def _needle(term: object) -> str:
    return term.value[:60] if isinstance(term, ox.NamedNode | ox.Literal) else ""


def _at(message: str, text: str, offset: int) -> ParseError:
    return ParseError(message, *_place(text, offset))


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _find(text: str, needle: str) -> tuple[int | None, int | None]:
    """Return where `needle` first stands, or nothing where escapes hide it."""
    offset = text.find(needle) if needle else -1
    return (None, None) if offset < 0 else _place(text, offset)
