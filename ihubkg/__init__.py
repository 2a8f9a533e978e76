"""Knowledge graph and semantic model of the iHub4Schools mentoring framework.

from ihubkg import KnowledgeGraph

with KnowledgeGraph() as graph:
    graph.ask("methods-for-phase", phase="mapping-needs").to_dataframe()
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ihubkg.errors import IhubError
    from ihubkg.knowledge import KnowledgeGraph, Result

__all__ = ["IhubError", "KnowledgeGraph", "Result"]

_HOMES = {"IhubError": "ihubkg.errors", "KnowledgeGraph": "ihubkg.knowledge"}
_HOMES["Result"] = _HOMES["KnowledgeGraph"]


def __getattr__(name: str) -> object:
    """Import a public name from its home when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
