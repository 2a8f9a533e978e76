"""An answer that can be cited: a permalink with versions and digest, BibTeX, CFF, and a check.

The permalink names the question's version, the dataset version and the digest of the rows; asked
again later, it tells whether the answer is still the same, and if not, what has moved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import yaml

from ihubkg import terms
from ihubkg.answer import Answer, ask
from ihubkg.names import Graph, Names
from ihubkg.question import Question
from ihubkg.values import Given

AUTHOR = "ihubkg contributors"

VERSION, DATASET, RESULT = "version", "dataset", "result"
"""The arguments of a permalink beside the question's own."""


@dataclass(frozen=True)
class Citation:
    """How to cite an answer; `arguments` are those of its permalink, in order."""

    name: str
    title: str
    arguments: tuple[tuple[str, str], ...]
    version: str
    dataset: str
    result: str

    @property
    def path(self) -> str:
        """The permalink below the service's root."""
        return f"questions/{self.name}?{urlencode(self.arguments)}"

    @property
    def check(self) -> str:
        """Where the service says whether the answer is still the same, below its root."""
        return f"questions/{self.name}/verify?{urlencode(self.arguments)}"

    def as_dict(self, *, at: str = terms.BASE) -> dict[str, str]:
        """Return the citation as JSON has it; addresses begin with `at`."""
        return {
            "title": self.title,
            "permalink": at + self.path,
            "verify": at + self.check,
            VERSION: self.version,
            DATASET: self.dataset,
            RESULT: self.result,
        }

    def bibtex(self, on: date, *, at: str = terms.BASE) -> str:
        """Return the citation as a BibTeX entry of an answer read on a day."""
        note = f"Question {self.name} {self.version}, dataset {self.dataset}, result {self.result}"
        fields = {
            "author": f"{{{AUTHOR}}}",
            "title": f"{{{_plain(self.title)}}}",
            "year": str(on.year),
            "url": at + self.path,
            "urldate": on.isoformat(),
            "note": note,
        }
        lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
        key = f"ihubkg-{self.name}-{self.result.removeprefix('sha256-')[:8]}"
        return f"@misc{{{key},\n{lines}}}\n"

    def cff(self, on: date, *, at: str = terms.BASE) -> str:
        """Return the citation as a Citation File Format document, https://citation-file-format.github.io."""
        document = {
            "cff-version": "1.2.0",
            "message": "If you use this answer, please cite it as below.",
            "type": "dataset",
            "title": self.title,
            "authors": [{"name": AUTHOR}],
            "version": self.dataset,
            "date-released": on.isoformat(),
            "url": at + self.path,
            "license": "CC-BY-4.0",
            "identifiers": [
                {"type": "other", "value": self.result, "description": "digest of the rows"},
                {"type": "other", "value": self.version, "description": "version of the question"},
            ],
        }
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is still the one that was cited; `moved` says what is another now."""

    same: bool
    moved: tuple[str, ...]
    cited: Mapping[str, str]
    now: Citation

    def as_dict(self, *, at: str = terms.BASE) -> dict[str, object]:
        """Return the verdict as JSON has it."""
        return {
            "same": self.same,
            "moved": list(self.moved),
            "cited": dict(self.cited),
            "now": self.now.as_dict(at=at),
        }


def cite(answer: Answer, names: Names) -> Citation:
    """Return how to cite `answer`."""
    arguments = []
    for parameter in answer.question.parameters:
        for cell in answer.parameters.get(parameter.name, ()):
            named = parameter.type.name in ("concept", "thing")
            text = names.short(parameter.type, cell.value) if named else cell.value
            text = f"PT{text}H" if parameter.type.name == "duration" else text
            arguments.append((parameter.name, text))
    page = {"limit": answer.call.limit, "offset": answer.call.offset}
    usual = {"limit": answer.question.page.size, "offset": 0}
    arguments += [(name, str(page[name])) for name in page if page[name] != usual[name]]
    versions = {VERSION: answer.question.version, DATASET: answer.version, RESULT: answer.digest}
    return Citation(
        name=answer.name,
        title=_title(answer),
        arguments=(*arguments, *versions.items()),
        version=answer.question.version,
        dataset=answer.version,
        result=answer.digest,
    )


def verify(graph: Graph, question: Question, given: Given) -> Verdict:
    """Ask again what a permalink's arguments say, and tell whether the answer is the same.

    Raises:
        BadParameter: the parameters do not do any more.
    """
    cited = {name: _one(given[name]) for name in (VERSION, DATASET, RESULT) if name in given}
    found = ask(graph, question, given)
    now = cite(found, Names.of(graph))
    current = {VERSION: now.version, DATASET: now.dataset, RESULT: now.result}
    moved = tuple(name for name, text in cited.items() if text != current[name])
    return Verdict(RESULT in cited and RESULT not in moved, moved, cited, now)


def _one(value: object) -> str:
    return value if isinstance(value, str) else str(next(iter(value), ""))  # type: ignore[call-overload]


def _title(answer: Answer) -> str:
    summary = answer.question.summary["en"]
    told = [
        f"{parameter.label['en']}: {', '.join(str(cell) for cell in cells)}"
        for parameter in answer.question.parameters
        if (cells := answer.parameters.get(parameter.name))
    ]
    return f"{summary} ({'; '.join(told)})" if told else summary


def _plain(text: str) -> str:
    """Return `text` with what BibTeX would read as a command escaped."""
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", "/"))
