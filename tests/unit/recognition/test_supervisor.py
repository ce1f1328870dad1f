"""A worker may be killed, hang, write rubbish or speak another protocol."""

import asyncio
from collections.abc import Callable
import logging
import os
from pathlib import Path
import signal

import pytest

from custom_components.facequota.recognition.child import Child
from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.recognition.messages import MAX_PICTURE_BYTES
from custom_components.facequota.recognition.supervisor import (
    MAX_QUICK_DEATHS,
    Supervisor,
    WorkerError,
    WorkerState,
)

from .conftest import MakeSupervisor, is_running, no_process_left

type Actor = Callable[[str], list[str]]

OBEDIENT = "hello()\nwhile read_picture() is not None: answer()"


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and fail the test if it never comes."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def fails_with(
    reason: str,
    supervisor: Supervisor,
    picture: bytes = b"picture",
    timeout: float = 30,
) -> None:
    """Look, and check the reason why there is no answer."""
    with pytest.raises(WorkerError) as caught:
        await supervisor.look(picture, timeout=timeout)
    assert caught.value.reason == reason


async def test_a_started_worker_answers(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor(OBEDIENT))
    await supervisor.start()
    assert supervisor.state is WorkerState.READY
    assert supervisor.engine is not None
    assert supervisor.engine.name == "actor"
    sighting = await supervisor.look(b"picture", timeout=30)
    assert sighting.guidance is Guidance.NO_FACE


async def test_every_change_of_state_is_told(actor: Actor) -> None:
    states: list[WorkerState] = []
    supervisor = Supervisor(
        command=actor(OBEDIENT),
        env={},
        on_change=lambda: states.append(supervisor.state),
    )
    await supervisor.start()
    await supervisor.stop()
    assert states == [WorkerState.STARTING, WorkerState.READY, WorkerState.STOPPED]


async def test_pictures_wait_for_each_other(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor(OBEDIENT))
    await supervisor.start()
    sightings = await asyncio.gather(
        *(supervisor.look(b"x" * 100_000, timeout=30) for _ in range(20))
    )
    assert len(sightings) == 20
    assert supervisor.restarts == 0


async def test_nothing_is_answered_before_the_start_and_after_the_stop(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor(OBEDIENT))
    await fails_with("not_running", supervisor)
    await supervisor.start()
    await supervisor.stop()
    await fails_with("not_running", supervisor)
    assert supervisor.state is WorkerState.STOPPED


async def test_a_stop_leaves_nothing_behind(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    tasks = asyncio.all_tasks()
    with no_process_left():
        supervisor = make_supervisor(actor(OBEDIENT))
        await supervisor.start()
        await supervisor.stop()
        await supervisor.stop()
    assert asyncio.all_tasks() == tasks


async def test_a_stop_fails_what_waits(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor("hello()\ntime.sleep(600)"))
    await supervisor.start()
    looks = [
        asyncio.create_task(supervisor.look(b"picture", timeout=600)) for _ in range(3)
    ]
    await asyncio.sleep(0.1)
    with no_process_left(but=1):
        await supervisor.stop()
    for result in await asyncio.gather(*looks, return_exceptions=True):
        assert isinstance(result, WorkerError)
        assert result.reason == "not_running"


async def test_a_worker_that_ignores_the_request_to_end_is_killed(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nhello()\n"
    with no_process_left():
        supervisor = make_supervisor(actor(stubborn + "time.sleep(600)"))
        await supervisor.start()
        await supervisor.stop()


async def test_a_killed_worker_starts_again(
    actor: Actor,
    make_supervisor: MakeSupervisor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its end is logged once, and that it is back."""
    caplog.set_level(logging.INFO)
    supervisor = make_supervisor(actor(OBEDIENT))
    await supervisor.start()
    assert supervisor.pid is not None
    os.kill(supervisor.pid, signal.SIGKILL)
    await until(lambda: supervisor.restarts == 1 and supervisor.reason == "died")
    await until(lambda: supervisor.state is WorkerState.READY)
    assert not supervisor.reason
    await supervisor.look(b"picture", timeout=30)
    assert caplog.text.count("ended and restarts") == 1
    assert caplog.text.count("is back") == 1


async def test_a_worker_that_dies_of_a_picture_fails_that_picture_only(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(
        actor("hello()\nwhile read_picture() != b'deadly': answer()\nos.abort()")
    )
    await supervisor.start()
    with pytest.raises(WorkerError, match="SIGABRT"):
        await supervisor.look(b"deadly", timeout=30)
    await until(lambda: supervisor.state is WorkerState.READY)
    await supervisor.look(b"picture", timeout=30)


@pytest.mark.parametrize(
    "death",
    [
        *(f"os.kill(os.getpid(), {number})" for number in (1, 9, 15, 30, 34, 50, 64)),
        *("os._exit(0)", "os._exit(1)", "os._exit(255)", "os.close(1); os.close(2)"),
    ],
)
async def test_whatever_ends_a_worker_is_told_and_another_one_starts(
    actor: Actor, make_supervisor: MakeSupervisor, death: str
) -> None:
    """Real-time signals have no names."""
    supervisor = make_supervisor(
        actor(f"hello()\nwhile read_picture() != b'last': answer()\n{death}")
    )
    await supervisor.start()
    await fails_with("died", supervisor, b"last")
    await until(lambda: supervisor.restarts == 1)
    await until(lambda: supervisor.state is WorkerState.READY)
    await supervisor.look(b"picture", timeout=30)


async def test_an_error_of_our_own_ends_one_worker_and_not_the_work(
    actor: Actor, make_supervisor: MakeSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = make_supervisor(actor(OBEDIENT))
    await supervisor.start()

    async def broken(*_: object) -> None:
        raise KeyError("of a mistake")

    monkeypatch.setattr(Child, "look", broken)
    await fails_with("died", supervisor)
    monkeypatch.undo()
    await until(lambda: supervisor.state is WorkerState.READY)
    await supervisor.look(b"picture", timeout=30)


async def test_a_listener_that_fails_does_not_end_the_work(actor: Actor) -> None:
    def broken() -> None:
        raise KeyError("of a mistake")

    supervisor = Supervisor(command=actor(OBEDIENT), env={}, on_change=broken)
    await supervisor.start()
    await supervisor.look(b"picture", timeout=30)
    await supervisor.stop()


ORPHAN = """\
orphan = os.fork()
if orphan == 0:
    {first}
    time.sleep(600)
open({note!r}, 'w').write(str(orphan))
hello()
"""


def orphan_in(note: Path) -> Path:
    """Return the process that a worker left behind."""
    return Path("/proc", note.read_text())


async def test_what_a_worker_started_ends_with_it(
    actor: Actor, make_supervisor: MakeSupervisor, tmp_path: Path
) -> None:
    """It holds the pipes, and nobody waits for it."""
    note = tmp_path / "orphan"
    script = ORPHAN.format(first="pass", note=str(note))
    supervisor = make_supervisor(actor(script + "while read_picture(): answer()"))
    await supervisor.start()
    assert orphan_in(note).exists()
    async with asyncio.timeout(30):
        await supervisor.stop()
    await until(lambda: not is_running(orphan_in(note)))


async def test_a_worker_that_dies_before_its_orphan_is_replaced_at_once(
    actor: Actor, make_supervisor: MakeSupervisor, tmp_path: Path
) -> None:
    note = tmp_path / "orphan"
    script = ORPHAN.format(first="pass", note=str(note))
    supervisor = make_supervisor(
        actor(script + "while read_picture() != b'last': answer()\nos._exit(1)")
    )
    await supervisor.start()
    orphan = orphan_in(note)
    await fails_with("died", supervisor, b"last")
    await until(lambda: supervisor.restarts == 1 and not is_running(orphan))
    await until(lambda: supervisor.state is WorkerState.READY)


async def test_a_stop_does_not_wait_for_an_orphan_that_left_the_group(
    actor: Actor, make_supervisor: MakeSupervisor, tmp_path: Path
) -> None:
    """Where the kernel lets a worker fork, it may let it do that too."""
    note = tmp_path / "orphan"
    script = ORPHAN.format(first="os.setsid()", note=str(note))
    supervisor = make_supervisor(actor(script + "while read_picture(): answer()"))
    await supervisor.start()
    await asyncio.sleep(0.1)
    try:
        async with asyncio.timeout(30):
            await supervisor.stop()
    finally:
        os.kill(int(note.read_text()), signal.SIGKILL)
    assert supervisor.state is WorkerState.STOPPED


async def test_a_stop_does_not_wait_for_what_even_the_kernel_cannot_end(
    actor: Actor,
    make_supervisor: MakeSupervisor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A process that hangs in a driver: here, one that no signal reaches."""
    supervisor = make_supervisor(
        actor("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nhello()\ntime.sleep(600)")
    )
    await supervisor.start()
    assert supervisor.pid is not None
    pid = supervisor.pid
    monkeypatch.setattr(os, "killpg", lambda pid, number: None)
    async with asyncio.timeout(30):
        await supervisor.stop()
    monkeypatch.undo()
    assert f"The worker {pid} cannot be ended" in caplog.text
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not is_running(Path("/proc", str(pid))))


async def test_a_hanging_worker_is_replaced(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(
        actor("hello()\nwhile read_picture() != b'long': answer()\ntime.sleep(600)")
    )
    await supervisor.start()
    await fails_with("timeout", supervisor, b"long", timeout=0.1)
    await until(lambda: supervisor.restarts == 1)
    assert supervisor.reason == "timeout"
    await until(lambda: supervisor.state is WorkerState.READY)
    await supervisor.look(b"picture", timeout=30)


async def test_an_asker_who_leaves_does_not_disturb_the_others(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(
        actor("hello()\nwhile read_picture() is not None: time.sleep(0.2); answer()")
    )
    await supervisor.start()
    leaving = [
        asyncio.create_task(supervisor.look(b"picture", timeout=30)) for _ in range(2)
    ]
    await asyncio.sleep(0.05)
    for task in leaving:
        task.cancel()
    await supervisor.look(b"picture", timeout=30)
    assert supervisor.restarts == 0


@pytest.mark.parametrize(
    "answer",
    [
        "out.write(b'no message at all'); out.flush()",
        "out.write(b'a stream without end' * 10_000_000)",
        "hello()",
        "send(Kind.SIGHTING, b'')",
        "send(Kind.SIGHTING, b'\\xff' * 100)",
        "out.write(encode_header(Kind.SIGHTING, 2**32 - 1)); out.flush()",
    ],
)
async def test_rubbish_in_place_of_an_answer_ends_the_worker(
    actor: Actor, make_supervisor: MakeSupervisor, answer: str
) -> None:
    supervisor = make_supervisor(
        actor(f"hello()\nread_picture()\n{answer}\ntime.sleep(600)")
    )
    await supervisor.start()
    await fails_with("protocol", supervisor)
    await until(lambda: supervisor.restarts == 1)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("out.write(b'hello, world'); out.flush(); time.sleep(600)", "protocol"),
        ("answer(); time.sleep(600)", "protocol"),
        ("send(Kind.HELLO, b'{}'); time.sleep(600)", "protocol"),
        (
            "header = bytearray(encode_header(Kind.HELLO, 2)); header[2] = 0\n"
            "out.write(header + b'{}'); out.flush(); time.sleep(600)",
            "protocol",
        ),
        ("os.kill(os.getpid(), signal.SIGILL)", "sigill"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "died"),
        ("sys.exit('the engine is missing')", "died"),
        ("out.write(b'FQ'); out.flush()", "died"),
    ],
)
async def test_a_first_start_that_fails_says_why_and_leaves_nothing(
    actor: Actor, make_supervisor: MakeSupervisor, script: str, reason: str
) -> None:
    tasks = asyncio.all_tasks()
    with no_process_left():
        supervisor = make_supervisor(actor(script))
        with pytest.raises(WorkerError) as caught:
            await supervisor.start()
    assert caught.value.reason == supervisor.reason == reason
    assert supervisor.state is WorkerState.STOPPED
    assert asyncio.all_tasks() == tasks


async def test_the_last_words_of_a_worker_explain_its_death(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor("sys.exit('the engine is missing')"))
    with pytest.raises(WorkerError, match="exit status 1 the engine is missing"):
        await supervisor.start()


async def test_a_program_that_is_not_there_is_a_death(
    make_supervisor: MakeSupervisor,
) -> None:
    supervisor = make_supervisor(["/nowhere/python"])
    with pytest.raises(WorkerError) as caught:
        await supervisor.start()
    assert caught.value.reason == "died"


async def test_a_start_that_is_given_up_leaves_nothing(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    with no_process_left():
        supervisor = make_supervisor(actor("time.sleep(600)"))
        starting = asyncio.create_task(supervisor.start())
        await asyncio.sleep(0.1)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting


async def test_after_five_quick_deaths_the_worker_is_given_up(
    actor: Actor, make_supervisor: MakeSupervisor, tmp_path: Path
) -> None:
    births = tmp_path / "births"
    supervisor = make_supervisor(
        actor(
            f"open({str(births)!r}, 'a').write('x')\nhello()\n"
            "os.kill(os.getpid(), signal.SIGILL)"
        )
    )
    with no_process_left():
        await supervisor.start()
        await until(lambda: supervisor.state is WorkerState.GIVEN_UP)
    assert supervisor.reason == "sigill"
    assert len(births.read_text()) == MAX_QUICK_DEATHS == 5
    await fails_with("given_up", supervisor)


async def test_a_worker_that_was_given_up_can_be_started_anew(
    actor: Actor, make_supervisor: MakeSupervisor, tmp_path: Path
) -> None:
    mended = tmp_path / "mended"
    supervisor = make_supervisor(
        actor(
            f"hello()\nif os.path.exists({str(mended)!r}):\n"
            "    while read_picture() is not None: answer()"
        )
    )
    await supervisor.start()
    await until(lambda: supervisor.state is WorkerState.GIVEN_UP)
    mended.touch()
    await supervisor.start()
    assert supervisor.state is WorkerState.READY
    await supervisor.look(b"picture", timeout=30)


async def test_each_pause_before_a_restart_is_twice_as_long(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(pause: float) -> None:
        pauses.append(pause)
        await sleep(0)

    supervisor = Supervisor(
        command=actor("hello()"), env={}, on_change=lambda: None, first_pause_s=1.0
    )
    monkeypatch.setattr(asyncio, "sleep", note)
    await supervisor.start()
    async with asyncio.timeout(30):
        while supervisor.state is not WorkerState.GIVEN_UP:
            await sleep(0.01)
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    await supervisor.stop()


async def test_a_picture_that_is_too_large_is_not_even_sent(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor("hello()\nread_picture()\nos.abort()"))
    await supervisor.start()
    sighting = await supervisor.look(bytes(MAX_PICTURE_BYTES + 1), timeout=30)
    assert sighting.guidance is Guidance.UNREADABLE_PICTURE
    assert supervisor.restarts == 0
