"""The one Turtle form of this project: deterministic, and proved to say the same on every write.

Prefixes that are used, alphabetical; a block per subject, ontology headers first, then by IRI;
four spaces; every line ends with `;` and the block with a lone `.`, so that a new fact is a
one-line diff. N-ary blank nodes and lists stand in place. Subjects and objects whose local name
would need escapes are written as full IRIs. Comments live in a block at the top.

>>> print(reformat('<https://w3id.org/ihub4schools/id/hub/x> a <http://www.w3.org/ns/org#Unit> .'))
@prefix org: <http://www.w3.org/ns/org#> .
<BLANKLINE>
<https://w3id.org/ihub4schools/id/hub/x>
    a org:Unit ;
.
<BLANKLINE>
"""

import hashlib
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyoxigraph as ox
import rdflib

from ihubkg.errors import IhubError, ParseError
from ihubkg.graphs import XSD_STRING, Term, to_oxigraph
from ihubkg.terms import PREFIXES, expand, shorten, split

WIDTH = 100
"""Longest line on which a list of short members stays together."""

MAX_NESTING = 32
"""Blank nodes nested deeper than this are written as labelled blocks."""

_ORDER = (
    "rdf:type",
    # hierarchy
    "rdfs:subClassOf rdfs:subPropertyOf owl:equivalentClass owl:equivalentProperty owl:inverseOf",
    "owl:propertyChainAxiom owl:disjointWith owl:disjointUnionOf owl:members skos:inScheme",
    "skos:topConceptOf skos:hasTopConcept skos:broader skos:narrower",
    # domain and range, and the like in restrictions
    "rdfs:domain rdfs:range owl:onProperty owl:onClass owl:onDatatype",
    # shapes
    "sh:targetClass sh:targetNode sh:targetSubjectsOf sh:targetObjectsOf sh:path sh:name",
    "sh:description sh:message sh:severity",
    # labels
    "dcterms:title skos:prefLabel rdfs:label skos:altLabel skos:hiddenLabel skos:notation",
    # definition
    "skos:definition dcterms:description rdfs:comment",
    # notes
    "skos:scopeNote skos:note skos:editorialNote skos:historyNote skos:changeNote",
    # example, source
    "skos:example dcterms:source",
)
_RANK: Mapping[str, int] = {
    expand(curie): rank for rank, curie in enumerate(" ".join(_ORDER).split())
}

_RDF = PREFIXES["rdf"]
_XSD = PREFIXES["xsd"]
_TYPE, _FIRST, _REST, _NIL = _RDF + "type", _RDF + "first", _RDF + "rest", _RDF + "nil"
_ONTOLOGY = PREFIXES["owl"] + "Ontology"

_BARE: Mapping[str, re.Pattern[str]] = {
    _XSD + "boolean": re.compile(r"true|false"),
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
}
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\b": "\\b", "\r": "\\r", "\f": "\\f"}

_TOKEN = re.compile(
    r'\\.|"""(?:[^"\\]|\\.|"(?!""))*"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'|<[^<>\"{}|^`\\\s]*>|(?P<comment>#[^\n]*)",
    re.DOTALL,
)
"""What can hold a `#` in Turtle, and comments."""

Subject = ox.NamedNode | ox.BlankNode


def canonical(graph: rdflib.Graph | Iterable[ox.Triple | ox.Quad], *, header: str = "") -> str:
    """Return the canonical Turtle of `graph`, opened by the comment block `header`.

    Raises:
        ParseError: the graph holds terms of RDF 1.2.
        IhubError: the text would not say exactly what the graph says (a fault of this module).
    """
    source = to_oxigraph(graph) if isinstance(graph, rdflib.Graph) else graph
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in source)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    text = _Writer(dataset).text(header)
    _prove(text, dataset)
    return text


def reformat(text: str) -> str:
    """Return `text`, any Turtle, in its canonical form; the comment block at its top is kept.

    Raises:
        ParseError: the text is not Turtle, or has comments below its first statement, which the
            canonical form cannot hold.
    """
    try:
        triples = [*ox.parse(text, format=ox.RdfFormat.TURTLE)]
    except SyntaxError as error:
        raise ParseError(
            f"This is not Turtle: {plain(error)}", error.lineno, error.offset
        ) from error
    return canonical(triples, header=header_of(text))


def plain(error: SyntaxError) -> str:
    """Return what pyoxigraph found wrong, without the position that the error carries besides."""
    said = re.sub(r"^Parser error [^:]*: ", "", error.msg or str(error))
    return re.sub(r"^(\S+) is not a valid", r"“\1” is not a valid", said)


def header_of(text: str) -> str:
    """Return the comment block at the top of `text`.

    Raises:
        ParseError: there are comments further down.
    """
    head: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        if token["comment"] is None:
            continue
        if text[end : token.start()].strip():
            line = text.count("\n", 0, token.start()) + 1
            column = token.start() - (text.rfind("\n", 0, token.start()) + 1) + 1
            message = (
                "Comments stand in one block at the top of the file: move this one up, "
                "or say it as an annotation of the term."
            )
            raise ParseError(message, line, column)
        head.append(token["comment"].rstrip())
        end = token.end()
    return "\n".join(head)


def digest(quads: Iterable[ox.Quad | ox.Triple]) -> str:
    """Return the SHA-256 of the canonical N-Quads (RDFC-1.0) of `quads`, in hexadecimal.

    Equal for isomorphic data, whatever the order and the labels of blank nodes; see
    https://www.w3.org/TR/rdf-canon/.
    """
    dataset = ox.Dataset(t if isinstance(t, ox.Quad) else ox.Quad(*t) for t in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _digest(str(dataset).encode())


def digest_lines(text: bytes) -> str:
    """Return the same digest of N-Quads as pyoxigraph writes them, fast where no node is blank."""
    if b"_:" not in text:
        return _digest(text)
    return digest(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def _digest(text: bytes) -> str:
    lines = text.split(b"\n")
    lines.sort()
    total = hashlib.sha256()
    for line in lines:
        if line:
            total.update(line + b"\n")
    return total.hexdigest()


def _prove(text: str, expected: ox.Dataset) -> None:
    found = ox.Dataset(ox.parse(text, format=ox.RdfFormat.TURTLE))
    found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    if found != expected:
        raise IhubError("The canonical form would change the data: nothing was written.")


class _Writer:
    """Writes one canonicalised dataset; holds what it looked up about it."""

    def __init__(self, dataset: ox.Dataset) -> None:
        self.facts: dict[Subject, dict[str, list[Term]]] = defaultdict(dict)
        self.references: Counter[Term] = Counter()
        self.prefixes: set[str] = set()
        for quad in dataset:
            subject, value = quad.subject, quad.object
            if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                raise ParseError(
                    "Triple terms of RDF 1.2 have no canonical form here: leave them out."
                )
            self.facts[subject].setdefault(quad.predicate.value, []).append(value)
            self.references[value] += 1
        self.labelled = self._labelled()

    def text(self, header: str) -> str:
        """Return the whole document."""
        blocks = [self._block(subject) for subject in self._roots()]
        prefixes = [f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in sorted(self.prefixes)]
        parts = (header.strip() + "\n" if header.strip() else "", "".join(prefixes), *blocks)
        return "\n".join(part for part in parts if part)

    def _labelled(self) -> set[Term]:
        """Return the blank nodes that need a label: shared, in a cycle, or nested too deeply."""
        blank = [node for node in self.facts if isinstance(node, ox.BlankNode)]
        blank.sort(key=lambda node: node.value)
        labelled: set[Term] = {node for node, n in self.references.items() if n > 1}
        seen: set[Term] = set()
        roots: list[Subject] = [node for node in self.facts if isinstance(node, ox.NamedNode)]
        roots += [node for node in blank if self.references[node] != 1]
        self._reach(roots, seen, labelled)
        for node in blank:
            if node not in seen:
                labelled.add(node)
                self._reach([node], seen, labelled)
        return {node for node in labelled if isinstance(node, ox.BlankNode)}

    def _reach(self, roots: Iterable[Subject], seen: set[Term], labelled: set[Term]) -> None:
        """Walk the blank nodes below `roots`; label where the nesting gets too deep."""
        queue: deque[tuple[Subject, int]] = deque((root, 0) for root in roots)
        seen.update(roots)
        while queue:
            node, depth = queue.popleft()
            for predicate, values in self.facts.get(node, {}).items():
                for value in values:
                    if not isinstance(value, ox.BlankNode) or value in seen:
                        continue
                    seen.add(value)
                    below = depth if predicate == _REST else depth + 1
                    if below > MAX_NESTING:
                        labelled.add(value)
                        below = 0
                    queue.append((value, below))

    def _roots(self) -> list[Subject]:
        """Return the subjects of the blocks, in their order."""

        def rank(subject: Subject) -> tuple[int, str]:
            if isinstance(subject, ox.NamedNode):
                is_header = ox.NamedNode(_ONTOLOGY) in self.facts[subject].get(_TYPE, ())
                return (0 if is_header else 1, subject.value)
            return (2, self._block(subject))

        return sorted(
            (
                subject
                for subject in self.facts
                if isinstance(subject, ox.NamedNode)
                or subject in self.labelled
                or not self.references[subject]
            ),
            key=rank,
        )

    def _block(self, subject: Subject) -> str:
        if isinstance(subject, ox.NamedNode):
            name = self._iri(subject.value)
        elif subject in self.labelled:
            name = f"_:{subject.value}"
        else:
            return f"[\n{self._lines(subject, 1)}]\n.\n"
        return f"{name}\n{self._lines(subject, 1)}.\n"

    def _lines(self, subject: Subject, depth: int) -> str:
        """Return the predicates and objects of `subject`, indented by `depth` steps."""
        facts = self.facts[subject]
        ranked = sorted(facts, key=lambda p: (_RANK.get(p, len(_RANK)), shorten(p)))
        return "".join(self._line(predicate, facts[predicate], depth) for predicate in ranked)

    def _line(self, predicate: str, values: Sequence[Term], depth: int) -> str:
        indent = "    " * depth
        name = "a" if predicate == _TYPE else self._iri(predicate)
        if len(values) == 1:
            return f"{indent}{name} {self._object(values[0], depth)} ;\n"
        rendered = [(_weight(value), self._object(value, depth + 1)) for value in values]
        objects = ",\n".join(f"{indent}    {text} " for _, text in sorted(rendered))
        return f"{indent}{name}\n{objects};\n"

    def _object(self, value: Term, depth: int) -> str:
        if isinstance(value, ox.Literal):
            return self._literal(value)
        if isinstance(value, ox.NamedNode):
            return "()" if value.value == _NIL else self._iri(value.value)
        if value in self.labelled:
            return f"_:{value.value}"
        members = self._members(value)
        if members is not None:
            return self._list(members, depth)
        if not self.facts.get(value):
            return "[]"
        return f"[\n{self._lines(value, depth + 1)}{'    ' * depth}]"

    def _members(self, node: ox.BlankNode) -> list[Term] | None:
        """Return the members of the list that begins at `node`, or None where it is not one."""
        members: list[Term] = []
        link: Term = node
        while link != ox.NamedNode(_NIL):
            facts = self.facts.get(link) if isinstance(link, ox.BlankNode) else None
            if link in self.labelled or not facts or facts.keys() != {_FIRST, _REST}:
                return None
            if len(facts[_FIRST]) != 1 or len(facts[_REST]) != 1:
                return None
            members.append(facts[_FIRST][0])
            link = facts[_REST][0]
        return members

    def _list(self, members: Sequence[Term], depth: int) -> str:
        """Return a list on one line where its members are short, else one member a line."""
        rendered = [self._object(member, depth + 1) for member in members]
        line = f"( {' '.join(rendered)} )"
        if "\n" not in line and len(line) + 4 * depth <= WIDTH:
            return line
        indent = "    " * depth
        return "(\n" + "".join(f"{indent}    {text}\n" for text in rendered) + f"{indent})"

    def _iri(self, iri: str) -> str:
        parts = split(iri)
        if parts is None:
            return f"<{iri}>"
        self.prefixes.add(parts[0])
        return f"{parts[0]}:{parts[1]}"

    def _literal(self, value: ox.Literal) -> str:
        datatype = value.datatype.value
        bare = _BARE.get(datatype)
        if bare is not None and bare.fullmatch(value.value):
            return value.value
        text = _quoted(value.value)
        if value.language is not None:
            direction = f"--{value.direction.value}" if value.direction else ""
            return f"{text}@{value.language}{direction}"
        return text if datatype == XSD_STRING else f"{text}^^{self._iri(datatype)}"


def _weight(value: Term) -> tuple[int, bool, str, str]:
    """Return the sort key of an object: IRIs, then literals (English first), then blank nodes."""
    if isinstance(value, ox.NamedNode):
        return (0, False, "", value.value)
    if isinstance(value, ox.Literal):
        return (1, value.language != "en", value.language or "", value.value)
    return (2, False, "", "")


def _quoted(text: str) -> str:
    """Return `text` quoted: over several lines where it has line breaks, unseen signs escaped."""
    if "\n" in text:
        body = re.sub(r'"(?="|\Z)', r'\\"', "".join(_escaped(text, keep='\n"')))
        return f'"""{body}"""'
    return f'"{"".join(_escaped(text))}"'


def _escaped(text: str, *, keep: str = "") -> Iterator[str]:
    for sign in text:
        if sign in keep:
            yield sign
        elif sign in _ESCAPES:
            yield _ESCAPES[sign]
        elif sign == '"':
            yield '\\"'
        elif sign.isprintable():
            yield sign
        else:
            yield f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"
