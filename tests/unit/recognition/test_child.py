"""How the child is started, what it may do and when it ends."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from custom_components.facequota.recognition.environment import (
    Engine,
    EngineEnvironment,
)

from .conftest import installed, is_running

CALL = 'import_module("recognition." + module).main(*arguments)\n'
"""What the child runs at last."""


def test_the_landmarks_that_may_not_be_used_commercially_are_not_even_there(
    engine_environment: EngineEnvironment,
) -> None:
    models = engine_environment.folder() / "face_recognition_models/models"
    assert {file.name for file in models.iterdir()} == {
        "dlib_face_recognition_resnet_model_v1.dat",
        "mmod_human_face_detector.dat",
        "shape_predictor_5_face_landmarks.dat",
    }


@pytest.fixture
def run_in_child(
    engine_environment: EngineEnvironment,
) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Return a way to run a script as the worker is run, instead of the worker."""

    def run(script: str) -> subprocess.CompletedProcess[str]:
        command = [part.replace(CALL, script) for part in engine_environment.command()]
        return subprocess.run(
            command,
            env=engine_environment.env(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


type RunInChild = Callable[[str], subprocess.CompletedProcess[str]]


def test_the_child_finds_neither_home_assistant_nor_our_platforms(
    run_in_child: RunInChild,
) -> None:
    """Our select.py must not be taken for the standard library's, and so on."""
    ran = run_in_child(
        "import select, site, os\n"
        "print(os.path.dirname(select.__file__) if hasattr(select, '__file__') else '')\n"
        "for name in ('homeassistant', 'pip', 'sensor', 'const', 'look'):\n"
        "    try:\n"
        "        __import__(name)\n"
        "    except ImportError:\n"
        "        continue\n"
        "    print('found', name)\n"
        "print('facequota' in ' '.join(sys.path))\n"
    )
    assert ran.stderr == ""
    assert "found" not in ran.stdout
    assert "facequota" not in ran.stdout.splitlines()[0]


def test_what_home_assistant_imports_of_recognition_loads_only_numpy(
    run_in_child: RunInChild,
) -> None:
    ran = run_in_child(
        "from recognition import engine, environment, fuse, messages, supervisor\n"
        "print({name.partition('.')[0] for name in sys.modules} - "
        "sys.stdlib_module_names - {'recognition', '__main__'})\n"
    )
    assert ran.stderr == ""
    assert ran.stdout == "{'numpy'}\n"


def test_the_child_reaches_no_network(run_in_child: RunInChild) -> None:
    ran = run_in_child(
        "from recognition import sandbox\n"
        "granted = sandbox.enter()\n"
        "import socket\n"
        "names = [line.split(':')[0].strip() for line in open('/proc/self/net/dev')"
        " if ':' in line]\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', 9))\n"
        "except OSError as err:\n"
        "    refusal = type(err).__name__\n"
        "print(granted['own_network'], granted['no_sockets'], names, refusal)\n"
    )
    own_network, no_sockets, *rest = ran.stdout.split(" ", 2)
    assert "True" in {own_network, no_sockets}, ran
    names, refusal = rest[0].strip().rsplit(" ", 1)
    if own_network == "True":
        assert names == "['lo']"
    assert refusal == ("PermissionError" if no_sockets == "True" else "OSError")


@pytest.mark.parametrize(
    "action",
    [
        "os.execv('/bin/true', ['true'])",
        "bytearray(2 * 1024**3)",
        "socket.socket(socket.AF_UNIX)",
        "os.kill(os.getppid(), 0)",
        "open(f'/proc/{os.getppid()}/mem', 'rb')",
    ],
)
def test_the_child_can_neither_connect_nor_start_nor_grow(
    run_in_child: RunInChild, action: str
) -> None:
    ran = run_in_child(
        "import os, socket\n"
        "from recognition import sandbox\n"
        "sandbox.enter()\n"
        "try:\n"
        f"    {action}\n"
        "except (OSError, MemoryError):\n"
        "    print('refused')\n"
    )
    assert ran.stdout == "refused\n", ran.stderr


def test_the_child_puts_nothing_into_a_file(
    run_in_child: RunInChild, tmp_path: Path
) -> None:
    file = tmp_path / "face"
    ran = run_in_child(
        "import os\n"
        "from recognition import sandbox\n"
        "sandbox.enter()\n"
        "try:\n"
        f"    file = os.open({str(file)!r}, os.O_WRONLY | os.O_CREAT)\n"
        "    os.write(file, b'face')\n"
        "except OSError:\n"
        "    print('refused')\n"
    )
    assert ran.stdout == "refused\n", ran.stderr
    assert not file.exists() or file.read_bytes() == b""


def test_the_child_leaves_no_core_dump(run_in_child: RunInChild) -> None:
    ran = run_in_child(
        "import resource\n"
        "from recognition import sandbox\n"
        "print(sandbox.enter()['not_dumpable'])\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    assert ran.stdout.splitlines() == ["True", "(0, 0)"]


_PARENT = """\
import asyncio, os, signal, sys
async def main():
    worker = await asyncio.create_subprocess_exec(
        *sys.argv[1:], stdin=-1, stdout=-1, stderr=-3)
    await worker.stdout.readexactly(8)
    print(worker.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_a_worker_ends_with_its_parent(engine_environment: EngineEnvironment) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", _PARENT, *engine_environment.command()],
        stdout=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert parent.returncode == -signal.SIGKILL
    worker = Path("/proc", parent.stdout.decode().strip())
    deadline = time.monotonic() + 30
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(worker)


@pytest.mark.parametrize("engine", Engine)
def test_a_worker_ends_quietly_when_its_input_does(engine: Engine) -> None:
    environment = asyncio.run(installed(engine))
    ran = subprocess.run(
        environment.command(),
        env=environment.env(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0
    # ncnn asks for the processor's features there, and does without: to a process that
    # may not be dumped the kernel shows its own file only if it is root's.
    assert ran.stderr.replace(b"fopen /proc/self/auxv failed\n", b"") == b""
    assert engine.encode() in ran.stdout


def test_a_stray_print_does_not_reach_the_answers(run_in_child: RunInChild) -> None:
    ran = run_in_child(
        "from recognition import worker\n"
        "questions, answers = worker._take_over_pipes()\n"
        "print('stray', flush=True)\n"
        "import os\n"
        "os.system('echo stray too')\n"
        "answers.write(b'answer')\n"
    )
    assert ran.stdout == "answer"
    assert ran.stderr == "stray\nstray too\n"
