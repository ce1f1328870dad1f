"""A worker that dies is restarted, and given up after five quick deaths."""

import asyncio
import logging
import os
from pathlib import Path
import signal

import pytest

from custom_components.facequota.recognition.child import Child
from custom_components.facequota.recognition.supervisor import (
    MAX_QUICK_DEATHS,
    Supervisor,
    WorkerError,
    WorkerState,
)

from .conftest import MakeSupervisor, is_running, no_process_left
from .supervised import OBEDIENT, Actor, fails_with, until


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
async def test_every_end_of_a_worker_is_reported_and_another_one_starts(
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
