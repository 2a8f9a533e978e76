"""What one running service holds, made at start and handed to every route."""

from dataclasses import dataclass
from importlib.metadata import version

from starlette.requests import Request

from ihubkg.access import Access
from ihubkg.changes import Journal
from ihubkg.describe import Views
from ihubkg.errors import Unavailable
from ihubkg.jsonld import Context
from ihubkg.model import Model
from ihubkg.names import Names
from ihubkg.search import Index
from ihubkg.store import Store
from service.assets import Assets
from service.calendar import Calendar
from service.outward import Outward
from service.pool import Pool
from service.publisher import Publisher
from service.render import Cache
from service.settings import Settings
from service.shelf import Shelf
from service.templates import Pages
from service.words import Words

RELEASE = version("ihubkg")


@dataclass(frozen=True)
class Instance:
    """The parts of one running service."""

    settings: Settings
    model: Model
    store: Store
    pool: Pool
    assets: Assets
    pages: Pages
    cache: Cache
    calendar: Calendar
    views: Views
    words: Words
    context: Context
    shelf: Shelf
    publisher: Publisher
    journal: Journal
    search: Index
    outward: Outward
    access: Access | None

    @property
    def edition(self) -> str:
        """What answers depend on beside the request: the data, the software, the look of pages."""
        return self.store.remember("edition", self._edition)

    def languages(self) -> tuple[str, ...]:
        """Return the languages that something has a name in."""
        return self.store.remember("languages", self._languages)

    def _languages(self) -> tuple[str, ...]:
        labels = Names.of(self.store).labels.values()
        return tuple(sorted({language for names in labels for language in names if language}))

    def _edition(self) -> str:
        return "/".join((self.store.version, RELEASE, self.pages.digest, self.assets.digest()))


def instance(request: Request) -> Instance:
    """Return what the service that got `request` holds."""
    held = request.app.state.instance
    if not isinstance(held, Instance):
        raise Unavailable("The service is still starting.", 1)
    return held
