"""What the service answers to: one noun per module, each with a `router`."""

from service.routes import assets, catalogue, health

ROUTERS = (assets.router, health.router, catalogue.router)
"""The routers of the service, in the order in which they are tried."""
