"""Which vocabulary a description comes in: `_profile`, `Accept-Profile`, and what is offered.

Content negotiation by profile, https://www.w3.org/TR/dx-prof-conneg/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from ihubkg.terms import BASE
from service.negotiate import GRAPH, NotAcceptable
from service.render import link

MOST_READ = 16
"""Profiles of a header that are read."""


@dataclass(frozen=True)
class Profile:
    """A profile: its short name, its IRI, and the view that gives it; None is all we know."""

    token: str
    iri: str
    view: str | None = None


OURS = Profile("ihub", f"{BASE}ontology")
PROFILES: tuple[Profile, ...] = (
    OURS,
    Profile("schema", "https://schema.org/", "profile-schema"),
    Profile("skos", "http://www.w3.org/2004/02/skos/core", "profile-skos"),
    Profile("dcat-ap", "http://data.europa.eu/r5r/", "profile-dcat"),
)


def choose(request: Request, offers: Sequence[Profile] = PROFILES) -> Profile:
    """Return the profile that `request` asks for: `_profile`, else `Accept-Profile`, else ours.

    Raises:
        NotAcceptable: there is no such profile; says what there is.
    """
    wanted = request.query_params.get("_profile")
    names = [wanted] if wanted is not None else _accepted(request.headers.get("accept-profile"))
    for name in names:
        for profile in offers:
            if name.rstrip("/#") in (profile.token, profile.iri.rstrip("/#")):
                return profile
    if names:
        raise absent(names[0], offers)
    return OURS


def absent(name: str, offers: Sequence[Profile] = PROFILES) -> NotAcceptable:
    """Return the error for a profile that a resource does not have."""
    there = ", ".join(f"{profile.token} ({profile.iri})" for profile in offers)
    return NotAcceptable(f"There is no profile “{name}” of this; there are {there}.", GRAPH)


def links(path: str, chosen: Profile) -> list[str]:
    """Return the links that name the profile of an answer and the other ones."""
    others = (profile for profile in PROFILES if profile is not chosen)
    return [
        link(chosen.iri, rel="profile"),
        *(link(f"{path}?_profile={one.token}", rel="alternate", formats=one.iri) for one in others),
    ]


def _accepted(header: str | None) -> list[str]:
    """Return the profiles of an `Accept-Profile` header, the most wanted first."""
    found: list[tuple[float, str]] = []
    for part in (header or "").split(",")[:MOST_READ]:
        match = re.fullmatch(r"\s*<?([^<>;\s]+)>?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", part)
        if match and float(match[2] or 1) > 0:
            found.append((-float(match[2] or 1), match[1]))
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]
