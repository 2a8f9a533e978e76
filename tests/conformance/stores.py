"""The same questions to a store of another make, over SPARQL 1.1, as to the embedded one."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx

from ihubkg.answer import Answer, ask
from ihubkg.errors import IhubError
from ihubkg.model import Model
from ihubkg.remote import Remote
from ihubkg.store import Store

SECONDS = 60.0
"""How long a store may take to start."""


def wait(url: str, is_running: Callable[[], bool]) -> None:
    """Wait until something answers at `url`."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and is_running():
        with suppress(httpx.TransportError):
            httpx.get(url, timeout=5)
            return
        time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {url}")


def differing(endpoint: Remote, store: Store, model: Model) -> Iterator[str]:
    """Yield the names of the questions that an endpoint answers otherwise, or not at all."""
    for question in model.questions.values():
        for call in question.examples:
            here = told(ask(store, question, call))
            try:
                there = told(ask(endpoint, question, call))
            except IhubError as error:
                there = [str(error)]
            if here != there:
                yield question.name
                break


def told(answer: Answer) -> list[object]:
    """Return what an answer says, a truth as Python has it: stores write it as true or as 1."""
    if answer.triples:
        return [*sorted(str(triple) for triple in answer.triples)]
    return [
        {name: (cell.plain, cell.type, cell.label) for name, cell in row.items()}
        for row in answer.rows
    ]
