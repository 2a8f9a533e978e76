"""The dataset rebuilt from the feed of changes, as any client can: the newest member of a record.

What a graph says of a thing is a record; `dcterms:isVersionOf` names it, `dcterms:isPartOf` the
graph (none: the store's own default graph), and the statements stand in a graph called like the
member.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from ihubkg import turtle
from ihubkg.folder import version_of
from ihubkg.store import DEFAULT
from ihubkg.terms import expand

MEMBER = ox.NamedNode(expand("tree:member"))
CREATED = ox.NamedNode(expand("dcterms:created"))
VERSION_OF = ox.NamedNode(expand("dcterms:isVersionOf"))
PART_OF = ox.NamedNode(expand("dcterms:isPartOf"))


@dataclass
class Rebuilt:
    """What a client holds that reads members in any order: the newest state of each record."""

    members: set[str] = field(default_factory=set)
    newest: dict[str, tuple[str, str, list[ox.Triple]]] = field(default_factory=dict)

    def read(self, quads: Iterable[ox.Quad]) -> None:
        """Take the members of a page, or one member."""
        said: dict[str, dict[ox.NamedNode, str]] = defaultdict(dict)
        held: dict[str, list[ox.Triple]] = defaultdict(list)
        for quad in quads:
            if isinstance(quad.graph_name, ox.NamedNode):
                held[quad.graph_name.value].append(quad.triple)
            elif isinstance(quad.subject, ox.NamedNode):
                said[quad.subject.value][quad.predicate] = getattr(quad.object, "value", "")
        for member, about in said.items():
            if VERSION_OF not in about:
                continue
            self.members.add(member)
            record, time = about[VERSION_OF], about[CREATED]
            if record not in self.newest or self.newest[record][0] < time:
                self.newest[record] = (time, about.get(PART_OF, DEFAULT), held[member])

    @property
    def version(self) -> str:
        """The dataset version of what was rebuilt."""
        graphs: dict[str, list[ox.Triple]] = defaultdict(list)
        for _, graph, triples in self.newest.values():
            graphs[graph] += triples
        return version_of({name: turtle.digest(found) for name, found in graphs.items() if found})
