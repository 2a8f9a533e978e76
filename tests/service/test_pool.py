"""The pool: ends what must end, replaces what died, and shows a publication whole."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest

from ihubkg import evaluate, gate
from ihubkg.change import Change, unpack
from ihubkg.errors import (
    BadQuery,
    IhubError,
    LimitExceeded,
    OverBudget,
    Timeout,
    Unavailable,
)
from ihubkg.evaluate import Question
from ihubkg.model import Model
from ihubkg.reader import Reader
from ihubkg.store import Store
from ihubkg.terms import CURATED, PUBLIC_GRAPHS
from service import turns
from service.pool import BEHIND, Pool, Reply
from service.settings import Settings
from service.turns import LOCAL, Client

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUGE = (
    "SELECT (STRLEN(?x24) AS ?n) { "
    'BIND("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" AS ?x0) '
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(24))
    + " }"
)


async def ask(pool: Pool, text: str, client: Client = LOCAL, **how: object) -> Reply:
    passed = gate.check(text)
    job = {"op": "query", "text": passed.text, "capped": None, "format": "json"}
    return await pool.run({**job, "form": passed.form, **how}, client=client)


def in_pool(store: Store, scene: Callable[[Pool], Awaitable[None]], **settings: float) -> None:
    async def run() -> None:
        chosen = Settings(**{"query_seconds": 0.5, **settings})  # type: ignore[arg-type]
        async with Pool(store, chosen) as pool:
            await scene(pool)

    asyncio.run(run())


def test_a_job_over_its_time_is_ended_and_its_place_is_free_again(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        for _ in range(3):
            start = time.monotonic()
            with pytest.raises(Timeout) as error:
                await ask(pool, ENDLESS)
            assert error.value.limit == 0.5
            assert time.monotonic() - start < 1.5
            assert b'"n"' in (await ask(pool, COUNT)).body

    in_pool(store, scene, workers=1, slow=1)


def test_a_job_over_its_memory_dies_alone(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        with pytest.raises(LimitExceeded) as error:
            await ask(pool, HUGE)
        assert not isinstance(error.value, Timeout)
        await pool.check()

    in_pool(store, scene, query_seconds=30.0, worker_bytes=300 * 1024**2)


def test_short_jobs_pass_long_ones(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        long = [asyncio.create_task(ask(pool, ENDLESS, Client(str(n)))) for n in range(2)]
        await asyncio.sleep(0.05)
        start = time.monotonic()
        for number in range(10):
            await ask(pool, COUNT, Client(f"short {number}"))
        assert time.monotonic() - start < 1.5
        for task in long:
            with pytest.raises(Timeout):
                await task

    in_pool(store, scene, query_seconds=3.0, workers=2, slow=2)


def test_time_is_accounted_also_for_what_was_ended(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        greedy = Client("greedy")
        for _ in range(2):
            with pytest.raises(Timeout):
                await ask(pool, ENDLESS, greedy)
        with pytest.raises(OverBudget):
            await ask(pool, COUNT, greedy)
        await ask(pool, COUNT, Client("other"))

    in_pool(store, scene, client_seconds=0.4)


def test_a_killed_worker_and_a_killed_parent_are_replaced(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        first = (await ask(pool, COUNT)).body
        for worker in list(pool._idle):
            os.kill(worker._pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
        assert (await ask(pool, COUNT)).body == first
        process = pool._parent._process
        assert process is not None
        process.kill()
        process.wait()
        for _ in range(50):
            try:
                assert (await ask(pool, COUNT)).body == first
                return
            except IhubError:
                await asyncio.sleep(0.05)
        pytest.fail("the parent was not replaced")

    in_pool(store, scene)


def test_workers_are_replaced_after_so_many_jobs(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        used: list[int] = []
        for _ in range(12):
            worker = pool._idle[-1]
            await ask(pool, "ASK {}")
            used.append(worker._pid)
            await asyncio.sleep(0.05)
        assert max(used.count(pid) for pid in used) <= 2
        assert len(set(used)) >= 6

    in_pool(store, scene, worker_jobs=2)


def test_a_publication_is_seen_whole_and_old_jobs_end_on_the_old_state(store: Store) -> None:
    rows = tuple(f'<http://e/{n}> <http://e/p> "{n}" <{CURATED}> .'.encode() for n in range(500))
    count = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"

    async def number(pool: Pool) -> str:
        return str((await ask(pool, count)).body.partition(b'"value":"')[2].partition(b'"')[0])

    async def scene(pool: Pool) -> None:
        seen: set[str] = set()
        stop = asyncio.Event()

        async def watch() -> None:
            while not stop.is_set():
                seen.add(await number(pool))

        watching = asyncio.create_task(watch())
        for turn in range(3):
            await pool.follow(Change(added=rows), f"new {turn}")
            assert await number(pool) == "b'500'"
            await pool.follow(Change(removed=rows), f"old {turn}")
            assert await number(pool) == "b'0'"
        stop.set()
        await watching
        assert seen <= {"b'0'", "b'500'"}
        assert pool.version == "old 2"

    in_pool(store, scene, query_seconds=10.0)


def test_a_long_answer_waits_for_its_reader_and_can_be_left(store: Store) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"

    async def scene(pool: Pool) -> None:
        reply = await ask(pool, query, stream=True)
        assert reply.parts is not None
        size = len(reply.body)
        async for part in reply.parts:
            size += len(part)
            assert reply.parts._held < 16 * 1024**2
        reply.parts.close()
        assert size > 10 * 1024**2
        left = await ask(pool, query, stream=True)
        assert left.parts is not None
        left.parts.close()
        await pool.check()

    in_pool(store, scene, query_seconds=60.0, workers=1)


def test_errors_of_a_job_come_as_what_they_are(store: Store) -> None:
    async def scene(pool: Pool) -> None:
        with pytest.raises(BadQuery) as error:
            await ask(pool, "SELECT * { ?s ?p }")
        assert error.value.line == 1
        with pytest.raises(IhubError, match="does not know"):
            await pool.run({"op": "nothing"})

    in_pool(store, scene)


def test_a_long_job_lets_others_go_first_and_its_process_is_not_used_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLOW_AFTER", 0.0)

    async def scene(pool: Pool) -> None:
        endless = asyncio.create_task(ask(pool, ENDLESS))
        await asyncio.sleep(0.3)
        (worker,) = pool._busy
        assert os.getpriority(os.PRIO_PROCESS, worker._pid) >= BEHIND
        assert worker.is_behind
        with pytest.raises(Timeout):
            await endless
        for _ in range(3):
            assert b'"n"' in (await ask(pool, COUNT)).body
        assert not any(worker.is_behind for worker in pool._idle)

    in_pool(store, scene, workers=1, slow=1, query_seconds=2)


SAME = (
    COUNT,
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    f"SELECT (COUNT(*) AS ?n) FROM <{CURATED}> FROM <{CURATED}x> {{ ?s ?p ?o }}",
    "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 200",
    "ASK { ?s ?p ?o }",
)


@pytest.mark.parametrize("share", [0.000001, 0.9])
def test_a_graph_too_large_for_memory_answers_the_same_from_disk(
    model: Model, tmp_path: Path, share: float
) -> None:
    held = Store.open(tmp_path / "data", model=model)
    raw = held.raw
    expected = Reader(frozenset(PUBLIC_GRAPHS))
    expected.load(list(raw))

    async def scene(pool: Pool) -> None:
        for text in SAME:
            body = (await ask(pool, text)).body
            passed = gate.check(text)
            question = Question(passed.text, None, "json", passed.form)
            assert body == evaluate.run(expected, question, lambda _: None).body
        job = {"op": "update", "base": "http://e/", "using": (), "using_named": ()}
        written = b"INSERT DATA { <http://e/s> <http://e/p> 1 }"
        reply = await pool.run(job, written, seconds=30, once=True)
        change = unpack(reply.body)
        assert len(change.added) == 1
        await pool.follow(change, "next")
        found = await ask(pool, "SELECT ?o { <http://e/s> <http://e/p> ?o }")
        assert len(orjson.loads(found.body)["results"]["bindings"]) == 1
        await pool.follow(Change(removed=change.added), "after")
        found = await ask(pool, "SELECT ?o { <http://e/s> <http://e/p> ?o }")
        assert orjson.loads(found.body)["results"]["bindings"] == []
        assert (tmp_path / "data" / "readers").exists() == (share < 0.5)

    with held:
        in_pool(held, scene, workers=1, slow=1, memory_share=share, query_seconds=60)
    assert not (tmp_path / "data" / "readers").exists()


def test_a_copy_on_disk_that_cannot_be_read_is_said_and_made_anew(
    model: Model, tmp_path: Path
) -> None:
    async def scene(pool: Pool) -> None:
        assert b'"n"' in (await ask(pool, COUNT)).body
        for place in (tmp_path / "data" / "readers" / "query").iterdir():
            shutil.rmtree(place)
        while pool._idle:
            pool._idle.popleft().kill()
        with pytest.raises(Unavailable, match="cannot be read"):
            await ask(pool, COUNT)
        await pool.follow(Change(added=(b"<http://e/s> <http://e/p> <http://e/o> .",)), "next")
        count = orjson.loads((await ask(pool, COUNT)).body)["results"]["bindings"][0]["n"]
        assert int(count["value"]) > 10_000

    with Store.open(tmp_path / "data", model=model) as held:
        in_pool(held, scene, workers=1, slow=1, memory_share=0.000001, query_seconds=60)
