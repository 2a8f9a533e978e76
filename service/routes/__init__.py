"""What the service answers to: one noun per module, each with a `router`."""

from service.routes import api, assets, catalogue, health, phases, questions, resources

ROUTERS = (
    assets.router,
    health.router,
    catalogue.router,
    questions.router,
    api.router,
    phases.router,
    resources.router,
)
"""The routers of the service, in the order in which they are tried."""
