"""Templates of tables: columns from the shapes, with what each takes; and what a table then says.

`TABLES` names what a row of each table is about; titles, order, explanations, forms and allowed
values of the columns come from the shapes and schemes alone. The mapping to statements is a
metadata document of CSV on the Web (https://www.w3.org/TR/tabular-metadata/), which any processor
can read, and which `ihubkg.tabular` carries out here.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import rdflib
from rapidfuzz import process, utils
from rdflib.collection import Collection
from rdflib.namespace import RDFS, SH, SKOS

from ihubkg import cells
from ihubkg.errors import NotFound, ParseError
from ihubkg.model import Model
from ihubkg.report import pick
from ihubkg.shapes import Field, Shapes, name_of
from ihubkg.tabular import COMMENT, Schema
from ihubkg.terms import BASE, PREFIXES, term

SEPARATOR = "|"
"""What stands between several values in a cell."""

COMMON = ("Entity-label", "Entity-description", "Entity-note")
"""Fields of all things that every table asks for; parts of a row have the first alone."""

LANGUAGES: Mapping[str, str] = {
    "en": "",
    "et": "Estonian",
    "fi": "Finnish",
    "ka": "Georgian",
    "lt": "Lithuanian",
    "nb": "Norwegian",
    "sv": "Swedish",
}

_XSD = PREFIXES["xsd"]
_TEXT = PREFIXES["rdf"] + "langString"
_LABEL = PREFIXES["skos"] + "prefLabel"
_ADDRESS = re.compile(r"\^(https?://[^\[(|*+?]*/)(?:\[.*)?")
_NEEDS = {"Violation": "required", "Warning": "recommended"}


@dataclass(frozen=True, slots=True)
class Link:
    """A statement that holds two things of a row together; "" is the row's own."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True, slots=True)
class Part:
    """A thing beside the row's own, described in the same row; `kind` is a class of ours."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Template:
    """A table: the class of the things of its rows, its parts and what links them.

    `also` names shapes of all things whose fields the table asks for beyond `COMMON`.
    """

    name: str
    kind: str
    summary: str
    parts: tuple[Part, ...] = ()
    links: tuple[Link, ...] = ()
    languages: tuple[str, ...] = ("en",)
    also: tuple[str, ...] = ()


_NAMED = ("Entity-altLabel", "Entity-homepage")

TABLES: tuple[Template, ...] = (
    Template(
        "methods",
        "Method",
        "Methods of mentoring, with how long they take and which phases they fit.",
        (Part("duration", "DurationRange"), Part("fit", "MethodSuitability")),
        (Link("", "typicalDuration", "duration"), Link("", "hasSuitability", "fit")),
        also=_NAMED,
    ),
    Template("schools", "School", "Schools.", languages=tuple(LANGUAGES), also=_NAMED),
    Template(
        "pilots",
        "Pilot",
        "Pilots: work with schools that tried the model.",
        also=(*_NAMED, "Entity-endDate"),
    ),
    Template(
        "evidence",
        "EvidenceItem",
        "Evidence, the claim that it bears on, and who says so.",
        (Part("line", "EvidenceLine"), Part("claim", "Claim"), Part("assertion", "Assertion")),
        (
            Link("line", "usesItem", ""),
            Link("claim", "hasSupportingLine", "line"),
            Link("assertion", "asserts", "claim"),
        ),
    ),
    Template(
        "memberships",
        "Membership",
        "Who belongs to which hub, network or project.",
        also=("Entity-endDate",),
    ),
)


@dataclass(frozen=True)
class Cells:
    """What one column takes: `form` says in words how it is written."""

    name: str
    title: str
    about: str
    path: str
    description: str
    need: str
    form: str
    value: str | None = None
    language: str | None = None
    datatypes: tuple[str, ...] = ()
    pattern: str | None = None
    separator: str | None = None
    allowed: tuple[str, ...] = ()
    order: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class Templates:
    """The templates of all tables, made from the shapes of submissions."""

    model: Model
    _made: dict[str, tuple[Cells, ...]] = field(default_factory=dict)

    @cached_property
    def _shapes(self) -> Shapes:
        return Shapes(self.model.shapes, "submission")

    def columns(self, name: str) -> tuple[Cells, ...]:
        """Return the columns of a table in their order, but for the id.

        Raises:
            NotFound: there is no such table.
        """
        table = find(name)
        if name not in self._made:
            own = self._columns(table, "", table.kind)
            parts = [self._columns(table, part.name, part.kind) for part in table.parts]
            made = [column for columns in (own, *parts) for column in columns]
            self._made[name] = tuple(self._distinct(made))
        return self._made[name]

    @cached_property
    def schemas(self) -> tuple[Schema, ...]:
        """The schemas of all tables, as their metadata declares them."""
        return tuple(Schema.of(self.metadata(table.name)) for table in TABLES)

    def recognise(self, text: str, source: str = "") -> tuple[Schema, str]:
        """Return the schema of a filled table and its delimiter, both told by its titles.

        Where titles are those of several tables, the name of the file decides.

        Raises:
            ParseError: the first row holds the titles of no table.
        """
        best, chosen = 0.0, (self.schemas[0], cells.DELIMITERS[0])
        for delimiter in cells.DELIMITERS:
            titles = next(_heads(text, delimiter), [])
            for schema in self.schemas:
                known = float(sum(schema.column(title) is not None for title in titles))
                known += 0.5 * (schema.name in source)
                if known > best:
                    best, chosen = known, (schema, delimiter)
        if best < 2:
            names = ", ".join(table.name for table in TABLES)
            raise ParseError(
                "The first row does not hold the titles of one of our tables: take a template "
                f"({names}) and fill it in.",
                1,
                1,
            )
        return chosen

    def csv(self, name: str) -> str:
        """Return the template of a table: titles, and three rows that explain them."""
        columns = self.columns(name)
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\r\n")
        rows.writerow(["id", *(column.title for column in columns)])
        rows.writerow([f"{COMMENT} what it is", *(column.description for column in columns)])
        rows.writerow([f"{COMMENT} must it be there", *(column.need for column in columns)])
        rows.writerow([f"{COMMENT} how to write it", *(column.form for column in columns)])
        return out.getvalue()

    def metadata(self, name: str) -> dict[str, Any]:
        """Return the metadata document of a table: its mapping to statements."""
        table = find(name)
        about = self._about(table, "")
        columns = [
            {
                "name": "id",
                "titles": "id",
                "dc:description": "The end of the address of the thing: small letters, digits, "
                "hyphens.",
                "datatype": {"base": "string", "format": "[a-z0-9][a-z0-9-]*"},
                "required": True,
                "suppressOutput": True,
            },
            *(_declared(column, about) for column in self.columns(name)),
            *self._virtual(table),
        ]
        return {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": f"{name}.csv",
            "dc:title": table.summary,
            "dc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "dialect": {"commentPrefix": COMMENT, "encoding": "utf-8", "trim": True},
            "tableSchema": {"aboutUrl": about, "primaryKey": "id", "columns": columns},
        }

    def _distinct(self, columns: Sequence[Cells]) -> Iterator[Cells]:
        """Give a column whose title another one has the name of its field in the ontology."""
        taken: set[str] = set()
        for column in columns:
            if column.title in taken:
                column = replace(column, title=self._label(column.path) or column.name)
            taken.add(column.title)
            yield column

    def _virtual(self, table: Template) -> Iterator[dict[str, Any]]:
        for part in (Part("", table.kind), *table.parts):
            yield {
                "name": f"{part.name or 'own'}_kind",
                "aboutUrl": self._about(table, part.name),
                "propertyUrl": PREFIXES["rdf"] + "type",
                "valueUrl": term(part.kind),
                "virtual": True,
            }
        for link in table.links:
            yield {
                "name": f"{link.subject or 'own'}_{link.predicate}",
                "aboutUrl": self._about(table, link.subject),
                "propertyUrl": term(link.predicate),
                "valueUrl": self._about(table, link.object),
                "virtual": True,
            }

    def _about(self, table: Template, part: str) -> str:
        kind = next((p.kind for p in table.parts if p.name == part), table.kind)
        return f"{self._address(term(kind))}{{id}}"

    def _address(self, kind: str) -> str | None:
        """Return how the addresses of things of a class begin, where they all begin alike."""
        for shape in self._shapes.targets.get(kind, ()):
            found = _ADDRESS.fullmatch(_plain(self._shapes.graph.value(shape, SH.pattern)))
            if found:
                return found[1]
        return None

    def _columns(self, table: Template, part: str, kind: str) -> list[Cells]:
        linked = {term(link.predicate) for link in table.links if link.subject == part}
        named: dict[str, list[Field]] = {}
        wanted: set[str] = set()
        depth = {name: at for at, name in enumerate(self._above(term(kind)))}
        for one in self._shapes.fields(tuple(depth)):
            paths = self._paths(one)
            is_common = name_of(one.shape) in (COMMON[:1] if part else (*COMMON, *table.also))
            is_general = name_of(one.shape).startswith(("Entity-", "SubmittedEntity-"))
            for path in paths:
                named.setdefault(path, []).append(one)
            if paths and (is_common or not is_general) and paths[0] not in linked:
                wanted.add(paths[0])
        made = [
            column
            for path, fields in named.items()
            if path in wanted
            for column in self._column(table, part, path, fields)
        ]
        return sorted(made, key=lambda column: column.order)

    def _above(self, kind: str) -> list[str]:
        found = self.model.ontology.transitive_objects(rdflib.URIRef(kind), RDFS.subClassOf)
        return [str(name) for name in found if isinstance(name, rdflib.URIRef)]

    def _paths(self, one: Field) -> list[str]:
        """Return the fields that a property shape is about, of a choice each but inverse ones."""
        if one.path is not None:
            return [one.path]
        path = self._shapes.graph.value(rdflib.URIRef(one.shape), SH.path)
        either = self._shapes.graph.value(path, SH.alternativePath)
        if either is None:
            return []
        members = Collection(self._shapes.graph, either)
        return [str(step) for step in members if isinstance(step, rdflib.URIRef)]

    def _column(
        self, table: Template, part: str, path: str, fields: Sequence[Field]
    ) -> Iterator[Cells]:
        """Yield the columns of one field: one, or one for each language of a name."""
        form = self._form(path, fields)
        if form is None:
            return
        telling = max(fields, key=lambda one: (one.path == path, _tells(one)))
        title = self._text(telling.shape, SH.name)
        if telling.path != path:
            title = self._label(path) or title
        group = self._shapes.graph.value(rdflib.URIRef(fields[0].group or ""), SH.order)
        name = re.split(r"[#/]", path)[-1]
        column = Cells(
            name=f"{part}_{name}" if part else name,
            title=f"{part}: {title}" if part else title,
            about=self._about(table, part),
            path=path,
            description=self._text(telling.shape, SH.description),
            need=self._need(path, fields, part),
            order=(int(str(group or 0)), fields[0].order, 0),
            **form,
        )
        if column.value is not None and "{" in column.value:
            column = replace(column, value=column.value.replace("{x}", f"{{{column.name}}}"))
            column = replace(
                column, value=(column.value or "").replace("{+x}", f"{{+{column.name}}}")
            )
        tongues = table.languages if path == _LABEL and not part else ("en",)
        for number, tag in enumerate(tongues):
            if number == 0:
                yield column
            else:
                yield replace(
                    column,
                    name=f"{column.name}_{tag}",
                    title=f"{column.title} in {LANGUAGES[tag]}",
                    language=tag,
                    need="optional",
                    form=f"text in {LANGUAGES[tag]}, as the source writes it",
                    order=(*column.order[:2], number),
                )

    def _form(self, path: str, fields: Sequence[Field]) -> dict[str, Any] | None:
        """Return how the values of a field are written, or None where tables cannot say it."""
        many = not any(one.maximum == 1 for one in fields)
        several = f"; several with {SEPARATOR} between" if many else ""
        separator = SEPARATOR if many else None
        scheme = next((one.scheme for one in fields if one.scheme), None)
        if scheme is not None:
            allowed = tuple(sorted(self._members(scheme)))
            words = ", ".join(allowed)
            return {
                "value": f"{scheme}/{{x}}",
                "allowed": allowed,
                "separator": separator,
                "form": f"one of: {words}{several}",
            }
        kinds = [kind for one in fields for kind in one.kinds]
        if kinds:
            return self._reference(kinds[0], several, separator)
        datatypes = tuple(name for one in fields for name in one.datatypes)
        if _TEXT in datatypes:
            return {"language": "en", "form": "text in English"}
        if datatypes:
            names = tuple(name.removeprefix(_XSD) for name in datatypes)
            return {"datatypes": names, "separator": separator, "form": _in_words(names) + several}
        return self._written(fields, several, separator)

    def _reference(self, kind: str, several: str, separator: str | None) -> dict[str, Any] | None:
        if term("Record") in self._above(kind):
            return None
        address = self._address(kind)
        if address is None:
            return {
                "value": f"{BASE}id/{{+x}}",
                "separator": separator,
                "form": "the address of a published thing behind id/, with its kind, such as "
                f"organisation/tlu or school/audru{several}",
            }
        return {
            "value": f"{address}{{x}}",
            "separator": separator,
            "form": f"the end of the address of a published {_words(kind)}{several}",
        }

    def _written(
        self, fields: Sequence[Field], several: str, separator: str | None
    ) -> dict[str, Any] | None:
        graph = self._shapes.graph
        shapes = [rdflib.URIRef(one.shape) for one in fields]
        patterns = [_plain(graph.value(s, SH.pattern)) for s in shapes]
        for pattern in patterns:
            found = _ADDRESS.fullmatch(pattern)
            if found and pattern.endswith("[A-Z]{3}$"):
                return {
                    "value": f"{found[1]}{{x}}",
                    "separator": separator,
                    "form": f"three letters, such as EST, FIN, GEO, LTU or NOR{several}",
                }
        if any(graph.value(s, SH.nodeKind) == SH.IRI for s in shapes):
            return {
                "value": "{+x}",
                "separator": separator,
                "form": f"a whole address, such as https://www.example.org/{several}",
            }
        literal = next((p for p in patterns if p and not p.startswith("^http")), None)
        if literal is not None:
            return {"pattern": literal, "separator": separator, "form": f"a code{several}"}
        return None

    def _members(self, scheme: str) -> Iterator[str]:
        for name in self.model.ontology.subjects(SKOS.inScheme, rdflib.URIRef(scheme)):
            yield str(name).rpartition("/")[2]

    def _need(self, path: str, fields: Sequence[Field], part: str) -> str:
        """Return whether a field must be given, in words."""
        asking = [one for one in fields if one.minimum > 0]
        own = [one.severity for one in asking if len(self._paths(one)) == 1]
        need = next((word for level, word in _NEEDS.items() if level in own), "optional")
        if need == "optional" and any(one.severity == "Violation" for one in asking):
            need = "required, this or another"
        return f"{need} if the row tells of its {part}" if part and need != "optional" else need

    def _label(self, path: str) -> str:
        """Return the English name of a field in the ontology."""
        labels = self.model.ontology.objects(rdflib.URIRef(path), RDFS.label)
        return next((str(text) for text in labels if getattr(text, "language", "") == "en"), "")

    def _text(self, shape: str, kind: rdflib.URIRef) -> str:
        return pick(self._shapes.texts(shape, kind), ("en",))[0]


def find(name: str) -> Template:
    """Return the table of that name.

    Raises:
        NotFound: there is none.
    """
    names = [table.name for table in TABLES]
    if name not in names:
        near = process.extractOne(name[:80], names, processor=utils.default_process)[0]
        known = ", ".join(names)
        message = f"There is no table {name[:80]}. There are {known}. Nearest: {near}."
        raise NotFound(message, names)
    return TABLES[names.index(name)]


def _declared(column: Cells, about: str) -> dict[str, Any]:
    """Return a column as its metadata declares it."""
    found: dict[str, Any] = {
        "name": column.name,
        "titles": column.title,
        "dc:description": f"{column.description} ({column.need}; {column.form})",
        "propertyUrl": column.path,
        "aboutUrl": column.about if column.about != about else None,
        "valueUrl": column.value,
        "lang": column.language,
        "separator": column.separator,
        "required": True if column.need == "required" else None,
        "datatype": _datatype(column),
        "dc:conformsTo": [f"xsd:{name}" for name in column.datatypes[1:]] or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _tells(one: Field) -> bool:
    """Tell whether a property shape says what the values are: its name is that of the field."""
    is_text = one.datatypes == (_TEXT,)
    return bool(one.scheme or one.kinds or one.minimum or (one.datatypes and not is_text))


def _datatype(column: Cells) -> Any:  # noqa: ANN401  # a name or an object, as the document says
    if column.datatypes:
        return column.datatypes[0]
    if column.allowed:
        return {"base": "string", "format": "|".join(map(re.escape, column.allowed))}
    if column.pattern:
        return {"base": "string", "format": column.pattern.strip("^$")}
    return "string"


def _heads(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the titles of a table: its first row that says something."""
    for line in text.splitlines()[:20]:
        if line.strip(f"{delimiter} \t") and not line.startswith(COMMENT):
            for row in cells.rows(line, delimiter):
                yield [cell.text for cell in row]


def _in_words(names: Sequence[str]) -> str:
    if "date" in names:
        return "a day, month or year: 2021-03-15, 2021-03 or 2021"
    if "decimal" in names:
        return "a number, such as 3 or 1.5"
    return "a whole number" if "integer" in names else "text"


def _words(kind: str) -> str:
    name = re.split(r"[#/]", kind)[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _plain(pattern: object) -> str:
    return "" if pattern is None else str(pattern).replace("\\.", ".")
