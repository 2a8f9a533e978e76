"""Valid files with one thing wrong at a known place: what people get wrong when they write.

Files are in the canonical form of Turtle, so a place is found here by lines and regular
expressions alone, with nothing of the code that is measured.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

INDENT = "    "


@dataclass(frozen=True)
class Slot:
    """A value in a file: whose it is, of which field, and the characters where each stands."""

    subject: str
    predicate: str
    value: str
    at_subject: tuple[int, int]
    at_predicate: tuple[int, int]
    at_value: tuple[int, int]
    alone: bool


@dataclass(frozen=True)
class Mutant:
    """A file with one thing wrong; `places` are the ranges of characters that may be told."""

    kind: str
    text: str
    places: frozenset[tuple[int, int]]


Mutation = Callable[[str, Sequence[Slot], random.Random], Mutant | None]

_LINE = re.compile(r"( *)(\S.*?)(?: ([;,]))?$")


def slots(text: str) -> list[Slot]:
    """Return the values of a file in canonical Turtle, in order."""
    found: list[Slot] = []
    subject, predicate = ("", (0, 0)), ("", (0, 0))
    at, alone = 0, True
    for line in text.split("\n"):
        read = _LINE.match(line)
        start = at + len(read[1]) if read else at
        at += len(line) + 1
        if read is None or line.startswith(("@", "#", ".")):
            continue
        indent, said = len(read[1]) // len(INDENT), read[2]
        if indent == 0:
            subject = said, (start, start + len(said))
            continue
        if indent == 1:
            name, _, value = said.partition(" ")
            predicate = name, (start, start + len(name))
            alone = bool(value)
            if not value:
                continue
            start += len(name) + 1
            said = value
        end = start + len(said)
        found.append(
            Slot(subject[0], predicate[0], said, subject[1], predicate[1], (start, end), alone)
        )
    return found


def _put(kind: str, text: str, place: tuple[int, int], new: str) -> Mutant:
    changed = text[: place[0]] + new + text[place[1] :]
    return Mutant(kind, changed, frozenset({(place[0], place[0] + len(new))}))


def _typo(name: str, chance: random.Random) -> str:
    """Return `name` with a letter left out, doubled, or in the place of its neighbour."""
    at = chance.choice([n for n, letter in enumerate(name) if letter.isalpha() and n > 1])
    match chance.randrange(3):
        case 0:
            return name[:at] + name[at] + name[at:]
        case 1 if name[at] != name[at - 1]:
            return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    return name[:at] + name[at + 1 :]


def _has_letters(iri: str) -> bool:
    """Tell whether the last part of an IRI is a word, in which a typo is one."""
    return len(re.findall("[A-Za-z]", re.split("[/#:]", iri)[-1])) >= 4


def _wrong_name(iri: str, chance: random.Random) -> str:
    """Return an IRI, whole or with a prefix, with a typo in its last part."""
    head, sign, last = re.match(r"(.*)([/#:])([^/#:>]+>?)$", iri).groups()  # type: ignore[union-attr]
    closing = ">" if last.endswith(">") else ""
    return head + sign + _typo(last.removesuffix(">"), chance) + closing


def _misspelt_field(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.predicate.startswith("ihub:") and s.alone]
    if not known:
        return None
    slot = chance.choice(known)
    return _put("misspelt field", text, slot.at_predicate, _wrong_name(slot.predicate, chance))


def _misspelt_kind(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    slot = chance.choice([s for s in there if s.predicate == "a"])
    return _put("misspelt kind", text, slot.at_value, _wrong_name(slot.value, chance))


def _misspelt_term(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [
        s
        for s in there
        if "/voc/" in s.value and s.predicate != "skos:inScheme" and _has_letters(s.value)
    ]
    if not known:
        return None
    slot = chance.choice(known)
    return _put("misspelt list term", text, slot.at_value, _wrong_name(slot.value, chance))


def _misspelt_thing(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [
        s
        for s in there
        if "/id/" in s.value
        and s.predicate.startswith(("ihub:", "dcterms:s"))
        and _has_letters(s.value)
    ]
    if not known:
        return None
    slot = chance.choice(known)
    return _put("misspelt thing", text, slot.at_value, _wrong_name(slot.value, chance))


def _label_for_address(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if "/voc/" in s.value and s.predicate.startswith("ihub:")]
    if not known:
        return None
    slot = chance.choice(known)
    words = slot.value.rpartition("/")[2].removesuffix(">").replace("-", " ")
    return _put("name instead of address", text, slot.at_value, f'"{words.capitalize()}"')


def _free_date(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if re.fullmatch(r'"\d{4}(-\d\d){0,2}"\^\^xsd:\w+', s.value)]
    if not known:
        return None
    slot = chance.choice(known)
    parts = slot.value[1:].partition('"')[0].split("-")
    forms = [f'"{"-".join(parts)}"', f'"{".".join(reversed(parts))}"']
    if len(parts) > 1:
        month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        said = [*reversed(parts)]
        said[-2] = month[int(parts[1]) - 1]
        forms.append(f'"{" ".join(said)}"')
    return _put("date in free form", text, slot.at_value, chance.choice(forms))


def _number_as_text(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if re.fullmatch(r"-?\d+(\.\d+)?", s.value)]
    if not known:
        return None
    slot = chance.choice(known)
    new = chance.choice([f'"{slot.value}"', f'"{slot.value} people"'])
    return _put("number as text", text, slot.at_value, new)


def _no_language(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.value.endswith('"@en')]
    if not known:
        return None
    slot = chance.choice(known)
    return _put("text without language", text, slot.at_value, slot.value.removesuffix("@en"))


def _other_language(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.predicate == "skos:prefLabel" and s.value.endswith("@en")]
    if not known:
        return None
    slot = chance.choice(known)
    made = _put("wrong language tag", text, slot.at_value, slot.value + "glish")
    return Mutant(made.kind, made.text, made.places | {slot.at_subject})


def _second_name(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.predicate == "skos:prefLabel" and s.value.endswith("@en")]
    slot = chance.choice(known) if known else None
    if slot is None or not slot.alone:
        return None
    return _added("second name", text, slot, '"Another name"@en')


def _second_value(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    pairs = [
        (one, other)
        for one in there
        for other in there
        if one.alone
        and "/voc/" in one.value
        and one.value != other.value
        and one.value.rpartition("/")[0] == other.value.rpartition("/")[0]
    ]
    dates = [s for s in there if s.alone and s.predicate in ("schema:startDate", "schema:endDate")]
    if pairs and chance.random() < 0.5:
        one, other = chance.choice(pairs)
        return _added("second value", text, one, other.value)
    if not dates:
        return None
    return _added("second value", text, chance.choice(dates), '"2023-05-05"^^xsd:date')


def _added(kind: str, text: str, slot: Slot, value: str) -> Mutant:
    at = slot.at_value[1] + len(" , ")
    changed = f"{text[: slot.at_value[1]]} , {value}{text[slot.at_value[1] :]}"
    return Mutant(kind, changed, frozenset({(at, at + len(value))}))


def _left_out(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.alone and s.predicate != "a"]
    if not known:
        return None
    slot = chance.choice(known)
    start = text.rindex("\n", 0, slot.at_predicate[0])
    end = text.index("\n", slot.at_value[1])
    return Mutant("value left out", text[:start] + text[end:], frozenset({slot.at_subject}))


def _kind_left_out(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    slot = chance.choice([s for s in there if s.predicate == "a"])
    start = text.rindex("\n", 0, slot.at_predicate[0])
    end = text.index("\n", slot.at_value[1])
    return Mutant("kind left out", text[:start] + text[end:], frozenset({slot.at_subject}))


def _ends_swapped(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    by_end = {(s.subject, s.predicate): s for s in there if s.alone}
    pairs = [
        (slot, by_end[slot.subject, end])
        for (_, start), slot in by_end.items()
        for first, end in (
            ("schema:startDate", "schema:endDate"),
            ("ihub:minimumDuration", "ihub:maximumDuration"),
            ("ihub:minimumParticipants", "ihub:maximumParticipants"),
        )
        if start == first and (slot.subject, end) in by_end
    ]
    if not pairs:
        return None
    low, high = sorted(chance.choice(pairs), key=lambda slot: slot.at_value)
    between = text[low.at_value[1] : high.at_value[0]]
    changed = text[: low.at_value[0]] + high.value + between + low.value + text[high.at_value[1] :]
    first = (low.at_value[0], low.at_value[0] + len(high.value))
    return Mutant(
        "ends swapped",
        changed,
        frozenset({first, (high.at_value[1] - len(low.value), high.at_value[1])}),
    )


def _capital_address(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    slot = chance.choice([s for s in there if s.predicate == "a"])
    if "/id/" not in slot.subject or text.count(slot.subject) > 1:
        return None
    head, _, last = slot.subject.rpartition("/")
    return _put("address in another form", text, slot.at_subject, f"{head}/{last.capitalize()}")


def _private(text: str, there: Sequence[Slot], chance: random.Random) -> Mutant | None:
    known = [s for s in there if s.value.endswith('"@en') and s.predicate != "skos:prefLabel"]
    if not known:
        return None
    slot = chance.choice(known)
    new = slot.value.removesuffix('"@en') + ' Write to somebody@example.org."@en'
    return _put("private data", text, slot.at_value, new)


MUTATIONS: Sequence[Mutation] = (
    _misspelt_field,
    _misspelt_kind,
    _misspelt_term,
    _misspelt_thing,
    _label_for_address,
    _free_date,
    _number_as_text,
    _no_language,
    _other_language,
    _second_name,
    _second_value,
    _left_out,
    _kind_left_out,
    _ends_swapped,
    _capital_address,
    _private,
)


def mutants(texts: Sequence[str], seed: int) -> Iterator[tuple[int, Mutant]]:
    """Yield files with one thing wrong, for ever: the number of the text, and what became of it."""
    chance = random.Random(seed)
    turn = 0
    while True:
        mutation = MUTATIONS[turn % len(MUTATIONS)]
        number = chance.randrange(len(texts))
        made = mutation(texts[number], slots(texts[number]), chance)
        if made is not None and made.text != texts[number]:
            turn += 1
            yield number, made
