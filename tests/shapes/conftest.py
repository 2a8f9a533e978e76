"""The shapes with the invented world that their examples live in."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from ihubkg.context import STATED, Context
from ihubkg.model import Model
from ihubkg.validate import Checker

HERE = Path(__file__).parent


def read(path: Path) -> list[ox.Quad]:
    return [*ox.parse(path=path, format=ox.RdfFormat.TURTLE)]


@pytest.fixture(scope="session")
def model() -> Model:
    return Model.load()


@pytest.fixture(scope="session")
def world() -> list[ox.Quad]:
    """Every full example, and the few things beside them."""
    paths = [HERE / "world.ttl", *sorted(HERE.glob("*/valid/full.ttl"))]
    return [*{quad: None for path in paths for quad in read(path)}]


@pytest.fixture(scope="session")
def context(model: Model, world: list[ox.Quad]) -> Context:
    packaged = ox.Store()
    stated = {ox.NamedNode(name) for name in STATED}
    packaged.bulk_extend(quad for quad in model.quads() if quad.graph_name in stated)
    invented = ox.Store()
    invented.bulk_extend(world)
    return Context.of(packaged, invented)


@pytest.fixture(scope="session")
def checkers(model: Model) -> Iterator[Mapping[str, Checker]]:
    """A checker by profile."""
    yield {name: Checker(model, profile=name) for name in ("published", "submission")}
