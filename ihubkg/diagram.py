"""A diagram of classes as SVG: a tree of boxes, and arrows that lead along lanes beside it.

The layers are the depths of the class tree. A property starts with its label on a row of its own
right of its class and joins the lane of the class that it leads to, so no label is ever crossed by
a line that runs along it and the drawing is the same at every build.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

UNIT = 16
"""Units of the drawing to one em: the drawing grows with the text."""
_TITLE, _ROW, _GAP, _INDENT, _LANE, _CHARACTER = 30, 20, 14, 26, 14, 7.6
_STYLE = (
    ":root{color-scheme:light dark}text{font-family:sans-serif;fill:#1b2321}"
    ".area{fill:#e1efec;stroke:#0b5d56}.outside{fill:none;stroke:#8a8f86;stroke-dasharray:4 3}"
    ".soft{fill:#4a5652}.line{stroke:#6a7069;fill:none}.head{fill:#6a7069}"
    ".hollow{fill:#fff;stroke:#6a7069}"
    "@media(prefers-color-scheme:dark){text{fill:#e9e6dd}.area{fill:#1d3532;stroke:#77cfc1}"
    ".soft{fill:#adb8b3}.hollow{fill:#141918}}"
)


@dataclass(frozen=True)
class Row:
    """A property of a class and what it leads to; `to` a box, or else a kind of value.

    `href` leads to more about the property.
    """

    label: str
    target: str
    to: bool = True
    href: str = ""


@dataclass(frozen=True)
class Box:
    """A class with its properties and the names of the boxes above it; `own` by the module."""

    name: str
    rows: tuple[Row, ...] = ()
    above: tuple[str, ...] = ()
    own: bool = True
    href: str = ""


@dataclass(frozen=True)
class Place:
    """Where a box stands, in units: its left edge and its top."""

    box: Box
    x: float
    y: float

    @property
    def middle(self) -> float:
        """The height of the title row, where arrows arrive."""
        return self.y + _TITLE / 2

    def row(self, number: int) -> float:
        """Return the height of the line of a row."""
        return self.y + _TITLE + (number + 1) * _ROW - 4


def draw(boxes: Sequence[Box], *, name: str, title: str, about: str, alone: bool = False) -> str:
    """Return the diagram of `boxes` as SVG; `name` makes its ids unique on a page.

    With `alone` the file carries its own colours; without, it takes those of the page's classes.
    """
    places = _places(boxes)
    edge = max((p.x + _width(p.box.name, 13) for p in places.values()), default=0)
    labels = (_width(_words(row), 12) for p in places.values() for row in p.box.rows)
    start = edge + max(labels, default=0) + 8
    lanes = _lanes(places)
    width = start + (max(lanes.values(), default=0) + 1) * _LANE + 6
    height = max((p.y + _height(p.box) for p in places.values()), default=0) + 6
    drawn = [_tree(places), _arrows(places, lanes, edge, start), _faces(places, edge)]
    style = f"<style>{_STYLE}</style>" if alone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width / UNIT:g}em" height="{height / UNIT:g}em">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(about)}</desc>{style}{"".join(drawn)}</svg>'
    )


def _places(boxes: Sequence[Box]) -> Mapping[str, Place]:
    """Return where each box stands: below its first parent, indented by its depth."""
    known = {box.name: box for box in boxes}
    below: dict[str, list[Box]] = {}
    top = []
    for box in boxes:
        parent = _parent(box, known)
        if parent is None:
            top.append(box)
        else:
            below.setdefault(parent, []).append(box)
    top.sort(key=lambda box: (not box.own and box.name not in below, box.name))
    places: dict[str, Place] = {}
    stack, height = [(box, 0) for box in reversed(top)], 4.0
    while stack:
        box, depth = stack.pop()
        places[box.name] = Place(box, 2 + depth * _INDENT, height)
        height += _height(box) + _GAP
        stack += [(child, depth + 1) for child in reversed(below.get(box.name, []))]
    return places


def _parent(box: Box, known: Mapping[str, object]) -> str | None:
    return next((name for name in box.above if name in known), None)


def _lanes(places: Mapping[str, Place]) -> Mapping[str, int]:
    """Return the lane of each target: short ones first, two in one lane where they do not meet."""
    spans: dict[str, list[float]] = {}
    for place in places.values():
        for number, row in enumerate(place.box.rows):
            if row.to:
                target = places[row.target]
                spans.setdefault(row.target, [target.middle]).append(place.row(number))
    taken: list[list[tuple[float, float]]] = []
    lanes = {}
    for name in sorted(spans, key=lambda name: (max(spans[name]) - min(spans[name]), name)):
        low, high = min(spans[name]) - 6, max(spans[name]) + 6
        fits = (n for n, held in enumerate(taken) if all(high < a or b < low for a, b in held))
        lane = next(fits, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        lanes[name] = lane
    return lanes


def _tree(places: Mapping[str, Place]) -> str:
    """Draw the lines from a class up to the one that it is a kind of."""
    drawn = []
    for place in places.values():
        parent = _parent(place.box, places)
        if parent is not None:
            above = places[parent]
            x, y = above.x + 12, above.y + _height(above.box)
            drawn.append(
                f'<path class="line" d="M{place.x:g} {place.middle:g}H{x:g}V{y + 10:g}"/>'
                f'<path class="hollow" d="M{x:g} {y:g}l5 9h-10z"/>'
            )
    return "".join(drawn)


def _arrows(
    places: Mapping[str, Place], lanes: Mapping[str, int], edge: float, start: float
) -> str:
    """Draw each property to its lane, and each lane to its class."""
    lines, reach = [], {name: [places[name].middle] for name in lanes}
    for place in places.values():
        for number, row in enumerate(place.box.rows):
            if row.to:
                x, y = start + (lanes[row.target] + 0.5) * _LANE, place.row(number)
                reach[row.target].append(y)
                lines.append(
                    f'<path class="line" d="M{edge:g} {y:g}H{x:g}"/>'
                    f'<circle class="head" cx="{x:g}" cy="{y:g}" r="2.5"/>'
                )
    for name, heights in reach.items():
        x, y = start + (lanes[name] + 0.5) * _LANE, places[name].middle
        lines.append(
            f'<path class="line" d="M{x:g} {min(heights):g}V{max(heights):g}"/>'
            f'<path class="line" d="M{x:g} {y:g}H{edge:g}"/>'
            f'<path class="head" d="M{edge:g} {y:g}l9 -4.5v9z"/>'
        )
    return "".join(lines)


def _faces(places: Mapping[str, Place], edge: float) -> str:
    """Draw the boxes and all words."""
    drawn = []
    for place in places.values():
        box, y = place.box, place.y
        kind = "area" if box.own else "outside"
        name = (
            f'<text x="{place.x + 22:g}" y="{place.middle + 4.5:g}" font-size="13">'
            f"{escape(box.name)}</text>"
        )
        drawn.append(
            f'<rect class="{kind}" x="{place.x:g}" y="{y:g}" width="{edge - place.x:g}" '
            f'height="{_height(box):g}" rx="2"/>{_linked(name, box.href)}'
        )
        for number, row in enumerate(box.rows):
            look = "" if row.to else ' class="soft"'
            words = (
                f'<text{look} x="{edge + 6:g}" y="{place.row(number) - 4:g}" font-size="12">'
                f"{escape(_words(row))}</text>"
            )
            drawn.append(_linked(words, row.href))
    return "".join(drawn)


def _linked(drawn: str, href: str) -> str:
    return f'<a href="{escape(href)}">{drawn}</a>' if href else drawn


def _words(row: Row) -> str:
    return row.label if row.to else f"{row.label} {row.target}"


def _height(box: Box) -> float:
    return _TITLE + len(box.rows) * _ROW


def _width(words: str, size: int) -> float:
    """Return room enough for words in any common sans-serif of that size."""
    return len(words) * _CHARACTER * size / 13 + 30 * (size == 13) + 8
