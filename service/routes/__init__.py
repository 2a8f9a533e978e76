"""What the service answers to: one noun per module, each with a `router`."""

from service.routes import api, assets, catalogue, health, questions, resources

ROUTERS = (assets.router, health.router, catalogue.router, questions.router, api.router, resources.router)
"""The routers of the service, in the order in which they are tried."""
