"""What the service answers to: one noun per module, each with a `router`."""

from service.routes import (
    about,
    api,
    assets,
    catalogue,
    changes,
    citing,
    collections,
    evidence,
    health,
    home,
    hubs,
    methods,
    phases,
    problem,
    questions,
    resources,
    schemas,
    validate,
)

ROUTERS = (
    assets.router,
    health.router,
    catalogue.router,
    changes.router,
    citing.router,
    collections.router,
    schemas.router,
    questions.router,
    api.router,
    home.router,
    methods.router,
    phases.router,
    problem.router,
    hubs.router,
    evidence.router,
    about.router,
    validate.router,
    resources.router,
)
"""The routers of the service, in the order in which they are tried."""
