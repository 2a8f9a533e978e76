"""The application: settings in, routes out. uvicorn is handed `service.app:create_app`."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

from ihubkg.access import Access
from ihubkg.changes import Journal
from ihubkg.describe import Views
from ihubkg.jsonld import Context
from ihubkg.ledger import Ledger
from ihubkg.model import Model
from ihubkg.search import Index
from ihubkg.store import Store
from ihubkg.writer import Writer
from service import problems
from service.assets import Assets
from service.calendar import Calendar, installed
from service.front import Front
from service.guard import AnswerHeaders, BodyLimit
from service.instance import Instance
from service.outward import Outward
from service.pool import Pool
from service.publisher import Publisher
from service.render import Cache
from service.repeats import Repeats
from service.routes import ROUTERS, sparql
from service.routes import store as graphs
from service.settings import Settings
from service.shelf import Shelf
from service.templates import Pages
from service.words import Words


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service; without `settings` the environment decides."""
    chosen = Settings.read() if settings is None else settings
    app = Front(
        title="ihubkg",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(chosen),
        middleware=[Middleware(AnswerHeaders), Middleware(BodyLimit, settings=chosen)],
    )
    app.state.instance = None
    app.state.assets = Assets()
    app.state.pages = Pages(app.state.assets)
    problems.install(app)
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # one list: each level of routers costs its own
    app.endpoints = (sparql.Door(app), graphs.Door(app))
    return app


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, object]]]


def _lifespan(settings: Settings) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, object]]:
        model = Model.load()
        len(model.questions)  # read now: nobody who asks waits for it, and none is found broken
        store = _open(settings, model)
        shelf = Shelf(settings.data)
        own = None if settings.read_only else settings.data
        ledger, journal, search = Ledger(own), Journal(own), Index(own)
        outward = Outward(settings.federation_seconds)
        try:
            Writer(store, ledger).recover()
            calendar = Calendar(store, journal, installed())
            async with Pool(store, settings) as pool:
                publisher = Publisher(store, pool, settings, ledger, journal, search, shelf)
                app.state.instance = Instance(
                    settings=settings,
                    model=model,
                    store=store,
                    pool=pool,
                    assets=app.state.assets,
                    pages=app.state.pages,
                    cache=Cache(settings.cache_bytes, calendar.latest),
                    calendar=calendar,
                    views=Views.of(model),
                    words=Words.of(model.ontology, model.shapes),
                    context=Context.of(model.ontology, model.shapes),
                    shelf=shelf,
                    publisher=publisher,
                    journal=journal,
                    search=search,
                    outward=outward,
                    access=None if settings.data is None else Access(settings.data),
                )
                gc.collect()
                gc.freeze()  # what lives as long as the service is not searched again and again
                catching_up = asyncio.create_task(publisher.catch_up())
                repeats = Repeats(settings.cache_bytes // 4, lambda: pool.version)
                yield {"repeats": repeats}
                await catching_up
                await publisher.stop()
        finally:
            app.state.instance = None
            shelf.close()
            ledger.close()
            journal.close()
            search.close()
            outward.close()
            store.close()

    return lifespan


def _open(settings: Settings, model: Model) -> Store:
    if settings.data is None:
        return Store.memory(model)
    return Store.open(settings.data, model=model, read_only=settings.read_only)
