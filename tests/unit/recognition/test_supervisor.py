"""A worker may be killed, hang, write invalid bytes or speak another protocol."""

import asyncio
import os
from pathlib import Path
import signal

import pytest

from custom_components.facequota.recognition.engine import Guidance
from custom_components.facequota.recognition.messages import MAX_PICTURE_BYTES
from custom_components.facequota.recognition.supervisor import (
    Supervisor,
    WorkerError,
    WorkerState,
)

from .conftest import MakeSupervisor, is_running, no_process_left
from .supervised import OBEDIENT, Actor, fails_with, until


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


async def test_every_change_of_state_is_reported(actor: Actor) -> None:
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


async def test_a_listener_that_fails_does_not_end_the_work(actor: Actor) -> None:
    def broken() -> None:
        raise KeyError("of a mistake")

    supervisor = Supervisor(command=actor(OBEDIENT), env={}, on_change=broken)
    await supervisor.start()
    await supervisor.look(b"picture", timeout=30)
    await supervisor.stop()


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


async def test_a_cancelled_request_does_not_disturb_the_others(
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
async def test_invalid_bytes_in_place_of_an_answer_end_the_worker(
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


async def test_the_last_output_of_a_worker_explains_its_death(
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


async def test_a_picture_that_is_too_large_is_not_even_sent(
    actor: Actor, make_supervisor: MakeSupervisor
) -> None:
    supervisor = make_supervisor(actor("hello()\nread_picture()\nos.abort()"))
    await supervisor.start()
    sighting = await supervisor.look(bytes(MAX_PICTURE_BYTES + 1), timeout=30)
    assert sighting.guidance is Guidance.UNREADABLE_PICTURE
    assert supervisor.restarts == 0
