"""The rules of the house, so that reviewers can talk about meaning."""

import ast
import doctest
import importlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import click
import pyoxigraph as ox
import pytest

from ihubkg import files, terms, turtle
from ihubkg.cli import main
from ihubkg.model import Model
from service.settings import Settings

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path
    for top in ("ihubkg", "service")
    for path in (ROOT / top).rglob("*.py")
    if "files" not in path.parts
)
PROGRAMS = [path for path in MODULES if path.name != "__init__.py"]
TURTLE = sorted(path for top in (*files.FOLDERS, "tests") for path in (ROOT / top).rglob("*.ttl"))
VAGUE = {"utils", "util", "manager", "helper", "helpers", "handler", "common", "misc", "tools"}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def strings(path: Path) -> Iterator[ast.Constant]:
    """Yield the strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node


# Python


def mirrors(path: Path) -> list[Path]:
    """Return where the test of a module may be: routes are tested beside their service or below."""
    relative = path.relative_to(ROOT)
    named = ROOT / "tests" / relative.with_name(f"test_{relative.name}")
    is_route = relative.parent == Path("service", "routes")
    return [named, named.parent.parent / named.name] if is_route else [named]


@pytest.mark.parametrize("path", PROGRAMS, ids=short)
def test_every_module_has_its_test(path: Path) -> None:
    wanted = mirrors(path)
    assert any(mirror.is_file() for mirror in wanted), f"write {short(wanted[-1])}"


def test_every_test_has_its_module() -> None:
    known = {mirror for path in PROGRAMS for mirror in mirrors(path)}
    for top in ("ihubkg", "service"):
        for path in (ROOT / "tests" / top).rglob("test_*.py"):
            assert path in known, f"{short(path)} tests no module"


QUERY = re.compile(
    r"\b(?:SELECT|CONSTRUCT|DESCRIBE|INSERT|DELETE)\b[^\"]*\{|\bWHERE\s*\{", re.DOTALL
)
WRITES_QUERIES = {"ihubkg/rule.py"}
"""Modules that make queries: rules are compiled from the axioms' own patterns."""


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_queries_are_files(path: Path) -> None:
    if short(path) not in WRITES_QUERIES:
        for node in strings(path):
            assert not QUERY.search(str(node.value)), f"{short(path)}:{node.lineno} holds SPARQL"


READS_ENVIRONMENT = {
    "service/settings.py": "the one place that reads settings",
    "ihubkg/verbs/serve.py": "hands its options over to the settings",
}


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_settings_come_in_one_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if re.search(r"\bos\.(?:environ|getenv|putenv)\b|from os import .*environ", text):
        assert short(path) in READS_ENVIRONMENT


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_names_say_what_is_in_them(path: Path) -> None:
    assert path.stem not in VAGUE
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            words = {word.lower() for word in re.findall(r"[A-Z][a-z]+", node.name)}
            assert not words & VAGUE, f"{short(path)}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_what_documentation_shows_is_so(path: Path) -> None:
    if ">>>" in path.read_text(encoding="utf-8"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
        assert result.attempted > 0
        assert result.failed == 0


def test_types_are_published() -> None:
    assert (ROOT / "ihubkg" / "py.typed").is_file()


# Turtle


@pytest.mark.parametrize("path", TURTLE, ids=short)
def test_turtle_is_canonical_and_says_something(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert turtle.reformat(text) == text, f"run ihubkg fmt {short(path)}"
    if path.name != "minimal.ttl":  # the least of some kinds is the world of the examples itself
        assert "\n.\n" in text, "the file is empty"


TYPE = ox.NamedNode(terms.expand("rdf:type"))


def test_what_a_thing_of_ours_is_stands_in_one_file(model: Model) -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for graph, path in model.sources():
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and quad.predicate == TYPE:
                found[graph, quad.subject.value].add(short(path))
    twice = {
        subject: files
        for (graph, subject), files in found.items()
        if subject.startswith(terms.BASE) and len(files) > 1
    }
    assert twice == {}


# Documents


def documents() -> str:
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())


def test_every_verb_is_documented() -> None:
    text = documents()
    for name in main.list_commands(click.Context(main)):
        assert f"ihubkg {name}" in text, f"no document shows ihubkg {name}"


SETTINGS = """# Settings

The service reads them once, at its start, from the environment. This page is made from
`service/settings.py` by `pytest tests/test_house.py --update`.

| variable | default | what it says |
|---|---|---|
"""


def settings() -> Iterator[str]:
    """Yield a row for every setting: its name, its default, its docstring."""
    tree = ast.parse((ROOT / "service" / "settings.py").read_text(encoding="utf-8"))
    (held,) = (node for node in tree.body if getattr(node, "name", "") == Settings.__name__)
    assert isinstance(held, ast.ClassDef)
    for node, following in pairwise(held.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            assert isinstance(following, ast.Expr), f"{name} says nothing"
            assert isinstance(following.value, ast.Constant)
            default = Settings.__dataclass_fields__[name].default
            shown = "" if default in (None, ()) else f"`{default}`"
            text = " ".join(str(following.value.value).split())
            yield f"| `IHUBKG_{name.upper()}` | {shown} | {text} |\n"


def test_every_setting_is_documented(update: bool) -> None:
    path = ROOT / "docs" / "settings.md"
    expected = SETTINGS + "".join(settings())
    if update:
        path.write_text(expected, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == expected


def test_the_version_is_written_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = str(project["version"])
    for path in MODULES:
        held = [node for node in strings(path) if node.value == version]
        assert not held, f"{short(path)} repeats the version"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {version}" in changes or "## Unreleased" in changes
