"""Whose turn it is: places, a slow lane, a fair queue, and the time each client may use.

>>> budget = Budget(60.0)
>>> budget.charge(Client("a"), 121.0)
>>> budget.check(Client("b"))
>>> budget.check(Client("a"))
Traceback (most recent call last):
...
ihubkg.errors.OverBudget: You have used 60 seconds of query time a minute: wait 2 seconds.
"""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from ihubkg.errors import OverBudget, Unavailable

SLOW_AFTER = 0.25
"""Seconds after which a job leaves its place to the next one."""
MOST_CLIENTS = 10_000
"""Clients whose use is remembered."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: a key to account by; `free` is not accounted at all."""

    key: str
    free: bool = False


LOCAL = Client("", free=True)


class Ticket:
    """A job that is running: it holds a place, later perhaps one in the slow lane."""

    __slots__ = ("_slow", "_timer", "_turns", "client", "on_slow", "started")

    def __init__(self, turns: "Turns", client: Client) -> None:
        self._turns = turns
        self._slow = False
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER, self._give_way)
        self.client = client
        self.started = time.monotonic()
        self.on_slow: Callable[[], None] | None = None
        """Called when the job has run so long that others go first."""

    def _give_way(self) -> None:
        self._slow = self._turns.slow_down()
        if self.on_slow is not None:
            self.on_slow()

    def leave(self) -> float:
        """Give the place up; return the seconds it was held."""
        self._timer.cancel()
        self._turns.leave(self.client, slow=self._slow)
        return time.monotonic() - self.started


class Turns:
    """Lets so many jobs run at a time, each client in its turn.

    A job that runs long moves over to one of the `slow` places, so that short ones pass it by.
    """

    def __init__(self, *, places: int, slow: int, each: int, waiting: int) -> None:
        self._places = places
        self._slow = slow
        self._each = each
        self._most_waiting = waiting
        self._running = 0
        self._slowed = 0
        self._of: dict[str, int] = {}
        self._queues: OrderedDict[str, deque[tuple[Client, asyncio.Future[Ticket]]]] = OrderedDict()
        self.waiting = 0

    async def enter(self, client: Client) -> Ticket:
        """Wait for a place.

        Raises:
            Unavailable: too many wait already.
        """
        if not self.waiting and self._may(client):
            return self._admit(client)
        if self.waiting >= self._most_waiting:
            raise Unavailable(
                f"{self.waiting} queries are waiting already: try again in a few seconds.", 2
            )
        place: asyncio.Future[Ticket] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client.key, deque()).append((client, place))
        self.waiting += 1
        self._next()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                place.result().leave()
            raise

    def leave(self, client: Client, *, slow: bool) -> None:
        """Take a job out."""
        if slow:
            self._slowed -= 1
        else:
            self._running -= 1
        left = self._of[client.key] - 1
        if left:
            self._of[client.key] = left
        else:
            del self._of[client.key]
        if self.waiting:
            self._next()

    def slow_down(self) -> bool:
        """Move a job to the slow lane; tell whether there was room."""
        if self._slowed >= self._slow:
            return False
        self._slowed += 1
        self._running -= 1
        if self.waiting:
            self._next()
        return True

    def _may(self, client: Client) -> bool:
        if self._running >= self._places:
            return False
        return client.free or self._of.get(client.key, 0) < self._each

    def _admit(self, client: Client) -> Ticket:
        self._running += 1
        self._of[client.key] = self._of.get(client.key, 0) + 1
        return Ticket(self, client)

    def _next(self) -> None:
        """Let the next ones in: clients take turns, each client's jobs keep their order."""
        while self._running < self._places:
            key = next((k for k, q in self._queues.items() if self._may(q[0][0])), None)
            if key is None:
                return
            client, place = self._queues[key].popleft()
            self.waiting -= 1
            if self._queues[key]:
                self._queues.move_to_end(key)
            else:
                del self._queues[key]
            if not place.done():
                place.set_result(self._admit(client))


class Budget:
    """Seconds of query time per client: `rate` a minute, saved up to twice as much."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, client: Client) -> None:
        """Let a client pass that has time left.

        Raises:
            OverBudget: it has none; says when to come back.
        """
        if client.free or client.key not in self._left:
            return
        left = self._now(client.key)
        if left <= 0:
            wait = math.ceil((1 - left) * 60 / self._rate)
            raise OverBudget(
                f"You have used {self._rate:g} seconds of query time a minute: "
                f"wait {wait} seconds.",
                wait,
            )

    def charge(self, client: Client, seconds: float) -> None:
        """Take what a job used off its client's time."""
        if client.free:
            return
        left = self._now(client.key) - seconds
        self._left[client.key] = (left, time.monotonic())
        self._left.move_to_end(client.key)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)

    def _now(self, key: str) -> float:
        most = 2 * self._rate
        left, when = self._left.get(key, (most, time.monotonic()))
        return min(most, left + (time.monotonic() - when) * self._rate / 60)
