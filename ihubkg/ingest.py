"""The worker's side of validation: bytes and a wish in, a report out.

Run in a sandboxed process that can be killed (`ihubkg.worker`): what comes in is anybody's.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from ihubkg import formats
from ihubkg.context import Context
from ihubkg.document import Inspector, Options
from ihubkg.errors import IhubError
from ihubkg.model import Model
from ihubkg.parse import MIB, Limits
from ihubkg.rendering import MEDIA_TYPES, render
from ihubkg.shapes import PROFILES

Answer = tuple[dict[str, Any], bytes]
Validate = Callable[[bytes, Mapping[str, Any], ox.Store], Answer]

SECONDS = 10.0
"""How long the shapes are checked before the report says that it is not whole."""

LIMITS = Limits(size=10 * MIB, triples=50_000)


def prepare() -> Validate:
    """Read shapes and vocabulary once, and return what checks files with them."""
    model = Model.load()
    inspectors = {name: Inspector.of(model, profile=name) for name in PROFILES}
    for inspector in inspectors.values():
        inspector.warm()

    def validate(data: bytes, job: Mapping[str, Any], store: ox.Store) -> Answer:
        """Check `data`; `job` has format, to; as wanted source, languages, profile, limits."""
        fmt = formats.by_name(str(job["format"]))
        profile = str(job.get("profile", PROFILES[0]))
        if fmt not in formats.CHECKED_FORMATS:
            raise IhubError(f"{job['format']} is not a format that is checked.")
        if profile not in inspectors:
            raise IhubError(f"There is no profile {profile}.")
        limits = replace(LIMITS, triples=int(job.get("triples", LIMITS.triples)))
        options = Options(
            source=str(job.get("source", "data")),
            limits=limits,
            moved=dict(job.get("moved", {})),
            seconds=float(job.get("seconds", SECONDS)),
        )
        report = inspectors[profile].inspect(data, fmt, Context.of(store), options)
        wanted = str(job.get("to", "json"))
        languages = [str(tag) for tag in job.get("languages", ("en",))]
        head = {
            "conforms": report.conforms,
            "readable": report.readable,
            "media_type": MEDIA_TYPES[wanted],
        }
        return head, render(report, wanted, languages)

    return validate
