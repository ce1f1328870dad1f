"""More workers only while a visitor waits; and no visitor waits too long."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from custom_components.facequota.recognition.pool import Pool
from custom_components.facequota.recognition.supervisor import Supervisor, WorkerError

from .conftest import no_process_left

type Actor = Callable[[str], list[str]]
type MakePool = Callable[..., Pool]

# Says how long it took, as the real one does.
SLOW = """\
hello()
while read_picture() is not None:
    time.sleep({seconds})
    send(Kind.SIGHTING, encode_sighting(Sighting(guidance=Guidance.NO_FACE,
        template=None, quality=0.0, face_height_px=None, faces=0,
        recognition_ms={seconds} * 1000)))
"""


@pytest.fixture
async def make_pool() -> AsyncIterator[MakePool]:
    """Return a way to make pools, all of which are stopped in the end."""
    made: list[Pool] = []

    def make(*commands: Sequence[str], most: int = 3) -> Pool:
        """Return a pool whose workers are started by these commands, the last for more."""
        left = list(commands)

        def worker() -> Supervisor:
            command = left.pop(0) if len(left) > 1 else left[0]
            return Supervisor(
                command=command, env={}, on_change=lambda: None, first_pause_s=0.01
            )

        made.append(Pool(worker, most=most))
        return made[-1]

    yield make
    for pool in made:
        await pool.stop()


async def looks(pool: Pool, count: int) -> list[object]:
    """Look at so many pictures at once; return what became of each."""
    return await asyncio.gather(
        *(pool.look(b"picture", timeout=60) for _ in range(count)),
        return_exceptions=True,
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_one_after_the_other_is_looked_at_by_one_worker(
    actor: Actor, make_pool: MakePool
) -> None:
    pool = make_pool(actor(SLOW.format(seconds=0)))
    await pool.start()
    for _ in range(5):
        await pool.look(b"picture", timeout=60)
    assert len(pool.pids) == 1


async def test_workers_are_added_while_a_visitor_waits_up_to_the_maximum(
    actor: Actor, make_pool: MakePool
) -> None:
    with no_process_left():
        pool = make_pool(actor(SLOW.format(seconds=0.05)), most=3)
        await pool.start()
        async with asyncio.timeout(60):
            while len(pool.pids) < 3:
                assert not [e for e in await looks(pool, 4) if isinstance(e, Exception)]
        await looks(pool, 20)
        assert len(pool.pids) == 3
        await pool.stop()
        assert not pool.pids


async def test_a_visitor_who_would_wait_too_long_is_told_at_once(
    actor: Actor, make_pool: MakePool
) -> None:
    """Not after having waited for it."""
    pool = make_pool(actor(SLOW.format(seconds=0.4)), most=1)
    await pool.start()
    await pool.look(b"picture", timeout=60)
    waiting = [asyncio.create_task(pool.look(b"picture", timeout=60)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(WorkerError) as caught:
        await pool.look(b"picture", timeout=1)
    assert caught.value.reason == "busy"
    assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


async def test_a_further_worker_that_does_not_start_changes_nothing_for_the_others(
    actor: Actor, make_pool: MakePool, caplog: pytest.LogCaptureFixture
) -> None:
    """As where there is not enough memory; it is not tried again and again."""
    pool = make_pool(actor(SLOW.format(seconds=0.01)), actor("sys.exit(3)"))
    await pool.start()
    await looks(pool, 4)
    await until(lambda: "No further recognition worker starts" in caplog.text)
    caplog.clear()
    assert not [one for one in await looks(pool, 10) if isinstance(one, Exception)]
    assert len(pool.pids) == 1
    assert not caplog.text


async def test_a_pool_knows_whether_a_worker_has_seen_a_face(
    actor: Actor, make_pool: MakePool
) -> None:
    pool = make_pool(actor(SLOW.format(seconds=0)))
    await pool.start()
    seen = [pool.has_seen]
    await pool.look(b"picture", timeout=60)
    seen.append(pool.has_seen)
    await pool.stop()
    assert [*seen, pool.has_seen] == [False, True, False]


async def test_while_one_worker_is_replaced_the_others_answer(
    actor: Actor, make_pool: MakePool
) -> None:
    deadly = "hello()\nwhile read_picture() is not None: time.sleep(0.05); answer()"
    pool = make_pool(actor(deadly), most=2)
    await pool.start()
    async with asyncio.timeout(60):
        while len(pool.pids) < 2:
            await looks(pool, 3)
    await pool.first.stop()
    assert pool.ready
    assert not [one for one in await looks(pool, 3) if isinstance(one, Exception)]
