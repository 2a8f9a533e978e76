"""Turns are fair: nobody waits for one who asks a lot, and nothing waits for ever."""

import asyncio

import pytest

from ihubkg.errors import OverBudget, Unavailable
from service import turns
from service.turns import LOCAL, Budget, Client, Ticket, Turns

A, B, C = Client("a"), Client("b"), Client("c")


def make(**changes: int) -> Turns:
    return Turns(**{"places": 2, "slow": 1, "each": 2, "waiting": 10, **changes})


async def wanting(order: list[str], all_turns: Turns, client: Client) -> Ticket:
    ticket = await all_turns.enter(client)
    order.append(client.key)
    return ticket


def test_clients_take_turns() -> None:
    async def scene() -> list[str]:
        all_turns = make(places=1)
        order: list[str] = []
        running = await all_turns.enter(A)
        waiting = [asyncio.create_task(wanting(order, all_turns, one)) for one in (A, A, A, B, C)]
        await asyncio.sleep(0)
        running.leave()
        for _ in waiting:
            await asyncio.sleep(0.001)
            done = [task for task in waiting if task.done()]
            waiting = [task for task in waiting if not task.done()]
            for task in done:
                task.result().leave()
        return order

    order = asyncio.run(scene())
    assert order.index("b") < 3
    assert order.index("c") < 3
    assert sorted(order) == ["a", "a", "a", "b", "c"]


def test_one_client_does_not_take_every_place() -> None:
    async def scene() -> None:
        all_turns = make(places=3)
        first, second = await all_turns.enter(A), await all_turns.enter(A)
        third = asyncio.create_task(all_turns.enter(A))
        await asyncio.sleep(0)
        assert not third.done()
        other = await all_turns.enter(B)
        first.leave()
        (await third).leave()
        second.leave()
        other.leave()
        assert all_turns.waiting == 0

    asyncio.run(scene())


def test_a_full_queue_says_come_back_later() -> None:
    async def scene() -> None:
        all_turns = make(places=1, waiting=1)
        await all_turns.enter(A)
        waiting = asyncio.create_task(all_turns.enter(B))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable) as error:
            await all_turns.enter(C)
        assert error.value.retry_after
        waiting.cancel()

    asyncio.run(scene())


def test_a_long_job_leaves_its_place_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLOW_AFTER", 0.01)

    async def scene() -> None:
        all_turns = make(places=1, slow=1)
        slow = await all_turns.enter(A)
        quick = await asyncio.wait_for(all_turns.enter(B), 1)
        third = asyncio.create_task(all_turns.enter(C))  # the slow lane is full now
        await asyncio.sleep(0.05)
        assert not third.done()
        quick.leave()
        (await third).leave()
        slow.leave()
        assert (all_turns._running, all_turns._slowed) == (0, 0)

    asyncio.run(scene())


def test_one_who_gives_up_waiting_leaves_nothing_behind() -> None:
    async def scene() -> None:
        all_turns = make(places=1)
        running = await all_turns.enter(A)
        waiting = asyncio.create_task(all_turns.enter(B))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
        running.leave()
        (await asyncio.wait_for(all_turns.enter(C), 1)).leave()
        assert (all_turns.waiting, all_turns._running) == (0, 0)

    asyncio.run(scene())


def test_time_used_is_accounted_and_comes_back() -> None:
    budget = Budget(60.0)
    budget.charge(A, 119.0)
    budget.check(A)
    budget.charge(A, 2.0)
    with pytest.raises(OverBudget) as error:
        budget.check(A)
    assert error.value.retry_after == 2
    budget.check(B)
    left, when = budget._left["a"]
    budget._left["a"] = (left, when - 5.0)
    budget.check(A)


def test_loopback_is_not_accounted() -> None:
    budget = Budget(1.0)
    budget.charge(LOCAL, 1000.0)
    budget.check(LOCAL)


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_CLIENTS", 3)
    budget = Budget(1.0)
    for number in range(10):
        budget.charge(Client(str(number)), 100.0)
    assert list(budget._left) == ["7", "8", "9"]
