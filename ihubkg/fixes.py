"""Changes that may mend a problem, likeliest first; whether they do is for the caller to try.

A fix says only what the file, its context or the vocabulary already says: a nearest name, the same
value in the form that is asked for, the source that the rest of the file names. What nobody has
said is not made up.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox
import rdflib
from rdflib.namespace import SH

from ihubkg import locate
from ihubkg.casts import cast, language
from ihubkg.context import Context
from ihubkg.edits import Editor, Edits
from ihubkg.marks import Entry, Index, Term
from ihubkg.report import Problem
from ihubkg.shapes import Field, Shapes, name_of
from ihubkg.spelling import Vocabulary, labels, local_name, mentioned, nearest, things
from ihubkg.terms import BASE, PREFIXES, shorten, term

_TYPE = PREFIXES["rdf"] + "type"
_LABEL = PREFIXES["skos"] + "prefLabel"
_ALTERNATIVE = PREFIXES["skos"] + "altLabel"
_SCHEME = PREFIXES["skos"] + "inScheme"
_SAME = PREFIXES["owl"] + "sameAs"
_ELSEWHERE = PREFIXES["schema"] + "sameAs"
_SOURCE = PREFIXES["dcterms"] + "source"
_CITATION = term("hasCitation")
_NUMBER = term("stepNumber")
_LANGUAGE_TEXT = PREFIXES["rdf"] + "langString"
_INTEGER = PREFIXES["xsd"] + "integer"


@dataclass(frozen=True)
class Candidate:
    """A change of the text and what it does, in a few words."""

    title: str
    edits: Edits


@dataclass(frozen=True)
class Mender:
    """What is needed to think of changes to one file."""

    places: Index
    editor: Editor
    shapes: Shapes
    vocabulary: Vocabulary
    context: Context
    above: Callable[[str], Sequence[str]]

    def candidates(self, problem: Problem) -> Iterator[Candidate]:
        """Yield the changes that may mend `problem`."""
        name = name_of(problem.shape or "")
        entry = locate.entry(problem, self.places)
        special = _BY_SHAPE.get(name)
        if special is not None:
            yield from special(self, problem, entry)
            return
        for make in _BY_CONSTRAINT.get(problem.constraint, ()):
            yield from make(self, problem, entry)

    def field(self, problem: Problem) -> Field | None:
        """Return the field that a problem is about, as its shape describes it."""
        shape = rdflib.URIRef(problem.shape or "")
        return self.shapes.field(shape) if (shape, SH.path, None) in self.shapes.graph else None

    def kinds_of(self, focus: Term | None) -> list[str]:
        """Return the kinds that the file, or else the graph, gives a thing."""
        if focus is None:
            return []
        kind = ox.NamedNode(_TYPE)
        found = [e.object for e in self.places.find(focus, kind)]
        found = found or [quad.object for quad in self.context.find(focus, kind, None)]
        return [node.value for node in found if isinstance(node, ox.NamedNode)]

    def put(self, title: str, entry: Entry, value: Term) -> Iterator[Candidate]:
        """Yield the ways to put `value` in the place of an object."""
        for edits in self.editor.write_object(entry, value):
            yield Candidate(title, edits)

    def add(self, title: str, focus: Term, predicate: str, value: Term) -> Iterator[Candidate]:
        """Yield the ways to add a statement."""
        for edits in self.editor.insert(focus, predicate, value):
            yield Candidate(title, edits)

    def names(self, field: Field) -> Mapping[str, Sequence[str]]:
        """Return the things or terms that a field takes, with their names."""
        if field.scheme is not None:
            return self.vocabulary.terms(field.scheme)
        kinds = [kind for top in field.kinds for kind in self._below(top)]
        found: dict[str, Sequence[str]] = dict(things(self.context, kinds))
        for kind in kinds:
            for entry in self.places.find(None, ox.NamedNode(_TYPE), ox.NamedNode(kind)):
                if isinstance(entry.subject, ox.NamedNode):
                    found[entry.subject.value] = (local_name(entry.subject.value),)
        return found

    def called(self, iri: str) -> str:
        """Return the name of a thing or term."""
        return next(iter(labels(self.context, iri)), self.vocabulary.label(iri))

    def _below(self, top: str) -> list[str]:
        return [kind for kind in (*self.vocabulary.kinds, top) if top in (*self.above(kind), kind)]


def _unknown_field(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Name the fields whose names are nearest, those of the thing's kind first."""
    if entry is None:
        return
    known = mender.vocabulary.fields
    own = _fields_of(mender, problem.focus)
    wrong = entry.predicate.value
    near = nearest(local_name(wrong), known, limit=8)
    near = sorted(near, key=lambda iri: (local_name(iri) != local_name(wrong), iri not in own))
    for iri in near[:4]:
        title = f"Write the field “{mender.vocabulary.label(iri)}” ({shorten(iri)})"
        for edits in mender.editor.write_predicate(entry, iri):
            yield Candidate(title, edits)


def _fields_of(mender: Mender, focus: Term | None) -> set[str]:
    classes = [name for kind in mender.kinds_of(focus) for name in mender.above(kind)]
    return {f.path for f in mender.shapes.fields(tuple(classes)) if f.path is not None}


def _foreign_field(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Name a field of the right kind that is called nearly the same, or take this one out."""
    if entry is None:
        return
    own = {
        i: n for i, n in mender.vocabulary.fields.items() if i in _fields_of(mender, problem.focus)
    }
    for iri in nearest(local_name(entry.predicate.value), own):
        title = f"Write the field “{mender.vocabulary.label(iri)}” ({shorten(iri)})"
        for edits in mender.editor.write_predicate(entry, iri):
            yield Candidate(title, edits)
    for edits in mender.editor.remove(entry):
        yield Candidate("Take this field out", edits)


def _unknown_kind(mender: Mender, _problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    if entry is None or not isinstance(entry.object, ox.NamedNode):
        return
    for iri in nearest(local_name(entry.object.value), mender.vocabulary.kinds):
        title = f"Write the kind “{mender.vocabulary.label(iri)}” ({shorten(iri)})"
        yield from mender.put(title, entry, ox.NamedNode(iri))


def _missing_kind(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Read the kind of a thing from its address."""
    if not isinstance(problem.focus, ox.NamedNode):
        return
    address = problem.focus.value
    for kind in mender.vocabulary.kinds:
        if any(
            _fits(mender.shapes, shape, address) for shape in mender.shapes.targets.get(kind, ())
        ):
            title = f"Give it the kind “{mender.vocabulary.label(kind)}”, as its address says"
            yield from mender.add(title, problem.focus, _TYPE, ox.NamedNode(kind))


def _fits(shapes: Shapes, shape: rdflib.URIRef, address: str) -> bool:
    own = rdflib.URIRef(f"{shape}Address")  # where narrower kinds have forms of their own
    pattern = shapes.graph.value(shape, SH.pattern) or shapes.graph.value(own, SH.pattern)
    head = str(pattern).partition("[a-z0-9]")[0].lstrip("^").replace("\\", "")
    return pattern is not None and len(head) > len(BASE) + 3 and address.startswith(head)


def _too_many_kinds(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Take out a kind that only says again what a narrower one says."""
    kinds = mender.kinds_of(problem.focus)
    for kind in kinds:
        if any(kind != other and kind in mender.above(other) for other in kinds):
            for entry in mender.places.find(problem.focus, ox.NamedNode(_TYPE), ox.NamedNode(kind)):
                for edits in mender.editor.remove(entry):
                    yield Candidate(f"Take out “{mender.vocabulary.label(kind)}”", edits)


def _inferred_kind(mender: Mender, _problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    if entry is None or not isinstance(entry.object, ox.NamedNode):
        return
    for iri in mender.vocabulary.above(entry.object.value):
        title = f"Write “{mender.vocabulary.label(iri)}”; the rest follows"
        yield from mender.put(title, entry, ox.NamedNode(iri))


def _other_value(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Name the things or terms that are called nearly what stands there.

    What the file itself describes is meant: then its kind is wrong, not the way it is named.
    """
    field = mender.field(problem)
    if entry is None or field is None or problem.value is None:
        return
    if any(mender.places.find(problem.value)):
        return
    is_inverse = entry.subject != problem.focus
    written = problem.value.value
    name = written if isinstance(problem.value, ox.Literal) else local_name(written)
    names = mender.names(field)
    near = 60.0 if isinstance(problem.value, ox.Literal) else 70.0
    for iri in dict.fromkeys((*nearest(name, names, near=near), *mentioned(name, names))):
        if iri != written and not is_inverse:
            title = f"Choose “{mender.called(iri)}”"
            yield from mender.put(title, entry, ox.NamedNode(iri))


def _other_form(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Write the same value in the form that is asked for."""
    field = mender.field(problem)
    if entry is None or field is None or not isinstance(entry.object, ox.Literal):
        return
    old = entry.object
    if field.datatypes == (_LANGUAGE_TEXT,):
        yield from mender.put("Mark it as English", entry, ox.Literal(old.value, language="en"))
        return
    for value in cast(old.value, field.datatypes):
        yield from mender.put(f"Write it as {value.value}", entry, value)


def _other_address(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Turn a text into an address, or an address into the form that is asked for."""
    if problem.path is None:
        yield from _new_address(mender, problem)
        return
    if entry is None or isinstance(entry.object, ox.BlankNode | ox.Triple):
        return
    text = entry.object.value.strip()
    if "://" not in text and "." in text and " " not in text:
        yield from mender.put("Begin the address with https://", entry, _node(f"https://{text}"))
    if text.startswith(("http://", "https://")):
        yield from mender.put("Write it as an address", entry, _node(text))
    if "10." in text:
        doi = ox.Literal(text[text.index("10.") :])
        yield from mender.put("Write the DOI alone", entry, doi)
    for value in _countries(mender, text):
        yield from mender.put("Write the country by its code", entry, value)
    if isinstance(entry.object, ox.Literal):
        code = language(text)
        yield from mender.put(f"Write the code {code}", entry, ox.Literal(code))


def _countries(mender: Mender, text: str) -> Iterator[Term]:
    """Yield the entries of the country table for a country's name, as regions give them."""
    name = local_name(text) if "://" in text else text
    for iri in nearest(name, dict(things(mender.context, [term("Region")])), near=85.0):
        for predicate in (PREFIXES["dcterms"] + "spatial", _ELSEWHERE):
            for quad in mender.context.find(ox.NamedNode(iri), ox.NamedNode(predicate), None):
                if "/authority/country/" in getattr(quad.object, "value", ""):
                    yield quad.object


def _new_address(mender: Mender, problem: Problem) -> Iterator[Candidate]:
    """Give the thing an address of the form that its kind asks for."""
    pattern = mender.shapes.graph.value(rdflib.URIRef(problem.shape or ""), SH.pattern)
    if pattern is None or not isinstance(problem.focus, ox.NamedNode):
        return
    head = str(pattern).partition("[a-z0-9]")[0].lstrip("^").replace("\\", "")
    slug = "".join(
        c if c.isascii() and c.isalnum() else "-" for c in local_name(problem.focus.value)
    )
    new = head + "-".join(part for part in slug.lower().split("-") if part)
    if new != head and new != problem.focus.value and "(" not in head and "[" not in head:
        for edits in mender.editor.rename(problem.focus.value, new):
            yield Candidate(f"Write the address {new.removeprefix(BASE)}", edits)


def _address_of_or(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Give the thing an address where narrower kinds have forms of their own."""
    if problem.path is None and problem.shape is not None:
        yield from _new_address(mender, replace(problem, shape=f"{problem.shape}Address"))


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return ox.NamedNode("urn:x-ihubkg:none")


def _missing_value(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Add what the graph, the rest of the file, or the thing's own name says."""
    field = mender.field(problem)
    if field is None or field.path is None or not isinstance(problem.focus, ox.NamedNode):
        return
    focus, path = problem.focus, field.path
    for quad in mender.context.find(focus, ox.NamedNode(path), None):
        yield from mender.add("Put back what is published", focus, path, quad.object)
    if path in (_SOURCE, _CITATION):
        yield from _source_of_the_file(mender, focus, path)
    if path == _NUMBER:
        digits = "".join(c if c.isdigit() else " " for c in local_name(focus.value)).split()
        for number in digits[-1:]:
            value = ox.Literal(number, datatype=ox.NamedNode(_INTEGER))
            yield from mender.add(f"Number it {number}, as its address does", focus, path, value)
    if path == _SCHEME:
        scheme = focus.value.rpartition("/")[0]
        yield from mender.add("Put it in the list of its address", focus, path, _node(scheme))
    if field.scheme is not None:
        said = " ".join((local_name(focus.value).replace("-", " "), *_said(mender, focus)))
        for iri in mentioned(said, mender.names(field)):
            title = f"Choose “{mender.called(iri)}”, which its name says"
            yield from mender.add(title, focus, path, ox.NamedNode(iri))


def _said(mender: Mender, focus: Term) -> list[str]:
    return [
        e.object.value
        for e in mender.places.find(focus, ox.NamedNode(_LABEL))
        if isinstance(e.object, ox.Literal)
    ]


def _source_of_the_file(mender: Mender, focus: Term, path: str) -> Iterator[Candidate]:
    """Name the passage that most of the file rests on."""
    count = Counter(
        entry.object
        for predicate in (_SOURCE, _CITATION)
        for entry in mender.places.find(None, ox.NamedNode(predicate))
        if isinstance(entry.object, ox.NamedNode)
    )
    for citation, _ in count.most_common(2):
        name = mender.called(getattr(citation, "value", ""))
        yield from mender.add(
            f"Name the source “{name}”, as the file does elsewhere", focus, path, citation
        )


def _missing_english(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Mark a name as English that was meant to be, or read it from the address."""
    field = mender.field(problem)
    if field is None or field.path is None or problem.focus is None:
        return
    for entry in mender.places.find(problem.focus, ox.NamedNode(field.path)):
        if not isinstance(entry.object, ox.Literal):
            continue
        tag = entry.object.language
        if tag is None or language(tag) == "en":
            value = ox.Literal(entry.object.value, language="en")
            yield from mender.put("Mark it as English", entry, value)
    for quad in mender.context.find(problem.focus, ox.NamedNode(field.path), None):
        yield from mender.add("Put back what is published", problem.focus, field.path, quad.object)
    if field.path == _LABEL and isinstance(problem.focus, ox.NamedNode):
        name = local_name(problem.focus.value).replace("-", " ").strip().capitalize()
        title = f"Add the name “{name}”, read from its address"
        yield from mender.add(title, problem.focus, _LABEL, ox.Literal(name, language="en"))


def _one_too_many(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Take out a value that says the same as another, or one that the graph does not know."""
    field = mender.field(problem)
    if field is None or field.path is None or problem.focus is None:
        return
    found = [*mender.places.find(problem.focus, ox.NamedNode(field.path))]
    published = {
        quad.object for quad in mender.context.find(problem.focus, ox.NamedNode(field.path), None)
    }
    new = [entry for entry in found if published and entry.object not in published]
    for entry in new if len(new) < len(found) else []:
        for edits in mender.editor.remove(entry):
            yield Candidate("Keep what is published and take the new value out", edits)


def _second_name(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Keep a second name in one language as another name."""
    field = mender.field(problem)
    if field is None or field.path != _LABEL or problem.focus is None:
        return
    seen: set[str | None] = set()
    for entry in mender.places.find(problem.focus, ox.NamedNode(_LABEL)):
        tag = entry.object.language if isinstance(entry.object, ox.Literal) else None
        if tag in seen:
            removals = [*mender.editor.remove(entry)]
            additions = [*mender.editor.insert(problem.focus, _ALTERNATIVE, entry.object)]
            for removal, addition in zip(removals, additions, strict=False):
                yield Candidate("Keep the second name as another name", (*removal, *addition))
            for removal in removals:
                yield Candidate("Take the second name out", removal)
        seen.add(tag)


def _take_out(mender: Mender, problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    if entry is not None:
        for edits in mender.editor.remove(entry):
            yield Candidate("Take this value out", edits)


def _change_places(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Let the two ends of a range change places."""
    shape = rdflib.URIRef(problem.shape or "")
    field = mender.field(problem)
    other = mender.shapes.graph.value(shape, SH.lessThanOrEquals)
    first = None if other is None else str(other)
    if name_of(str(shape)) == "Entity-period":
        first = PREFIXES["schema"] + "startDate"
    if field is None or field.path is None or first is None or problem.focus is None:
        return
    ours = next(mender.places.find(problem.focus, ox.NamedNode(field.path)), None)
    theirs = next(mender.places.find(problem.focus, ox.NamedNode(first)), None)
    if ours is None or theirs is None:
        return
    for one in mender.editor.write_object(ours, theirs.object):
        for two in mender.editor.write_object(theirs, ours.object):
            yield Candidate("Let the two values change places", (*one, *two))


def _elsewhere(mender: Mender, problem: Problem, _entry: Entry | None) -> Iterator[Candidate]:
    """Say that an entry elsewhere is about the same thing, not that both are one."""
    if problem.focus is None:
        return
    for entry in mender.places.find(problem.focus, ox.NamedNode(_SAME)):
        for edits in mender.editor.write_predicate(entry, _ELSEWHERE):
            yield Candidate("Link it as the same entry elsewhere (schema:sameAs)", edits)


def _replaced_term(mender: Mender, _problem: Problem, entry: Entry | None) -> Iterator[Candidate]:
    """Write what replaces a retired term."""
    if entry is None:
        return
    by = ox.NamedNode(PREFIXES["dcterms"] + "isReplacedBy")
    for quad in mender.context.find(entry.predicate, by, None):
        if isinstance(quad.object, ox.NamedNode):
            for edits in mender.editor.write_predicate(entry, quad.object.value):
                yield Candidate(f"Write {shorten(quad.object.value)}", edits)
    for quad in mender.context.find(entry.object, by, None):
        if isinstance(quad.object, ox.NamedNode):
            yield from mender.put(f"Write {shorten(quad.object.value)}", entry, quad.object)


Make = Callable[[Mender, Problem, Entry | None], Iterator[Candidate]]

_BY_SHAPE: Mapping[str, Make] = {
    "Subject-knownField": _unknown_field,
    "Subject-ownField": _foreign_field,
    "SubmittedEntity-field": _foreign_field,
    "Subject-knownKind": _unknown_kind,
    "Subject-described": _missing_kind,
    "Subject-retiredTerm": _replaced_term,
    "Entity-kind": _too_many_kinds,
    "Entity-enteredKind": _inferred_kind,
    "Entity-sameAs": _elsewhere,
    "Entity-period": _change_places,
    "Entity-privateField": lambda *_: iter(()),
    "PrivateText": lambda *_: iter(()),
    "Person-pupil": lambda *_: iter(()),
}
_BY_CONSTRAINT: Mapping[str, tuple[Make, ...]] = {
    "Class": (_other_value,),
    "Node": (_other_value,),
    "Datatype": (_other_form,),
    "Or": (_other_form, _address_of_or),
    "NodeKind": (_other_address,),
    "Pattern": (_other_address,),
    "MinCount": (_missing_value,),
    "QualifiedMinCount": (_missing_english,),
    "MaxCount": (_one_too_many,),
    "UniqueLang": (_second_name,),
    "Disjoint": (_take_out,),
    "LessThanOrEquals": (_change_places,),
}
