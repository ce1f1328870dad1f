"""The real engine in its child process, on portraits of two people."""

from collections.abc import Callable
from pathlib import Path
import signal
import subprocess
import sys
import time

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter
import pytest

from custom_components.facequota.recognition.engine import Guidance, Sighting
from custom_components.facequota.recognition.environment import EngineEnvironment
from custom_components.facequota.recognition.supervisor import Supervisor

from . import pictures

CALL = 'import_module("recognition." + module).main(*arguments)\n'
"""What the child runs at last."""

SAME_PERSON = 0.6
"""The package's own idea of the same person; enough to tell two people apart here."""


async def look(worker: Supervisor, picture: bytes | Path | Image.Image) -> Sighting:
    """Return what the worker sees."""
    if isinstance(picture, Image.Image):
        picture = pictures.encoded(picture, quality=90)
    elif isinstance(picture, Path):
        picture = picture.read_bytes()
    return await worker.look(picture, timeout=60)


def distance(one: Sighting, other: Sighting) -> float:
    """Return how far two people, or one, are apart."""
    assert one.template is not None
    assert other.template is not None
    return float(np.linalg.norm(one.template - other.template))


async def test_one_person_is_near_and_another_is_far(
    worker: Supervisor, portraits: Path
) -> None:
    a, *more_of_a = [await look(worker, f) for f in sorted(portraits.glob("A/*.jpg"))]
    b = await look(worker, portraits / "B/1.jpg")
    assert all(distance(a, other) < SAME_PERSON for other in more_of_a)
    assert distance(a, b) > SAME_PERSON
    assert len(more_of_a) == 2


async def test_a_sighting_says_what_it_saw(worker: Supervisor, portraits: Path) -> None:
    sighting = await look(worker, portraits / "A/1.jpg")
    assert worker.engine is not None
    assert sighting.template is not None
    assert sighting.template.shape == (worker.engine.dimension,) == (128,)
    assert sighting.guidance is None
    assert sighting.faces == 1
    assert 120 < (sighting.face_height_px or 0) < 220
    assert 0 < sighting.quality <= 1
    assert sighting.recognition_ms > 0


async def test_the_same_picture_always_gives_the_same_template(
    worker: Supervisor, portraits: Path
) -> None:
    first = await look(worker, portraits / "A/1.jpg")
    await look(worker, portraits / "B/1.jpg")
    again = await look(worker, portraits / "A/1.jpg")
    assert distance(first, again) == 0


async def test_no_picture_ends_the_worker(worker: Supervisor, portraits: Path) -> None:
    pid = worker.pid
    for name, data in pictures.unusable().items():
        sighting = await look(worker, data)
        assert sighting.guidance is Guidance.UNREADABLE_PICTURE, name
        assert sighting.template is None, name
    await look(worker, portraits / "A/1.jpg")
    assert (worker.pid, worker.restarts) == (pid, 0)


async def test_a_person_is_the_same_in_every_form_of_picture(
    worker: Supervisor, portraits: Path
) -> None:
    wanted = await look(worker, portraits / "A/1.jpg")
    for name, data in pictures.readable(portraits / "A/1.jpg").items():
        sighting = await look(worker, data)
        assert sighting.guidance is None, name
        assert distance(wanted, sighting) < SAME_PERSON / 2, name


async def test_the_face_height_is_told_in_pixels_of_the_sent_picture(
    worker: Supervisor, portraits: Path
) -> None:
    image = Image.open(portraits / "A/1.jpg")
    usual = (await look(worker, image)).face_height_px
    large = (await look(worker, image.resize((3200, 2400)))).face_height_px
    assert usual is not None
    assert large == pytest.approx(5 * usual, rel=0.15)


async def test_a_lying_picture_shows_no_face(
    worker: Supervisor, portraits: Path
) -> None:
    turned = Image.open(portraits / "A/1.jpg").rotate(90, expand=True)
    assert (await look(worker, turned)).guidance is Guidance.NO_FACE


def frame_of(*people: tuple[Path, int, int, float]) -> Image.Image:
    """Return a frame with people in it: portrait, x, y and scale of each."""
    frame = Image.new("RGB", (640, 480), (90, 100, 110))
    for portrait, x, y, scale in people:
        # The head and a little of its surroundings.
        image = Image.open(portrait).convert("RGB").crop((160, 10, 460, 290))
        size = (round(300 * scale), round(280 * scale))
        frame.paste(image.resize(size), (x, y))
    return frame


async def test_the_nearest_of_several_people_is_the_visitor(
    worker: Supervisor, portraits: Path
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    both = await look(worker, frame_of((a, 20, 80, 1.2), (b, 420, 100, 0.6)))
    assert both.guidance is None
    assert distance(both, await look(worker, a)) < SAME_PERSON / 2


async def test_two_people_side_by_side_are_asked_to_come_one_at_a_time(
    worker: Supervisor, portraits: Path
) -> None:
    a, b = portraits / "A/1.jpg", portraits / "B/1.jpg"
    for scale in (0.6, 0.8, 1.0):
        both = frame_of((a, 0, 80, scale), (b, 330, 80, scale))
        sighting = await look(worker, both)
        assert sighting.guidance is Guidance.ONE_AT_A_TIME, scale
        assert sighting.faces == 2, scale
        assert sighting.template is None, scale


async def test_a_person_a_few_steps_away_is_asked_closer(
    worker: Supervisor, portraits: Path
) -> None:
    far = frame_of((portraits / "A/1.jpg", 250, 150, 0.28))
    assert (await look(worker, far)).guidance is Guidance.CLOSER


async def test_a_person_at_the_edge_is_asked_into_the_picture(
    worker: Supervisor, portraits: Path
) -> None:
    image = Image.open(portraits / "A/1.jpg")
    half = image.crop((290, 0, 640, 480))
    sighting = await look(worker, half)
    assert sighting.guidance in {Guidance.LOOK_HERE, Guidance.NO_FACE}
    assert sighting.template is None


async def test_a_person_in_the_dark_is_asked_for_light(
    worker: Supervisor, portraits: Path
) -> None:
    dark = ImageEnhance.Brightness(Image.open(portraits / "A/1.jpg")).enhance(0.12)
    assert (await look(worker, dark)).guidance is Guidance.MORE_LIGHT


async def test_a_person_in_glare_is_asked_for_less_light(
    worker: Supervisor, portraits: Path
) -> None:
    bright = ImageEnhance.Brightness(Image.open(portraits / "A/1.jpg")).enhance(3)
    assert (await look(worker, bright)).guidance is Guidance.LESS_LIGHT


async def test_a_person_out_of_focus_is_asked_to_hold_still(
    worker: Supervisor, portraits: Path
) -> None:
    image = Image.open(portraits / "A/1.jpg").filter(ImageFilter.GaussianBlur(6))
    assert (await look(worker, image)).guidance is Guidance.HOLD_STILL


async def test_an_empty_room_has_no_face(worker: Supervisor) -> None:
    sighting = await look(worker, frame_of())
    assert (sighting.guidance, sighting.faces) == (Guidance.NO_FACE, 0)
    assert sighting.face_height_px is None


async def test_a_crowd_is_answered(worker: Supervisor, portraits: Path) -> None:
    crowd = frame_of(
        *(
            (portraits / "A/1.jpg", 128 * column, 120 * row, 0.42)
            for column in range(5)
            for row in range(4)
        )
    )
    sighting = await look(worker, crowd)
    assert sighting.guidance in {Guidance.ONE_AT_A_TIME, Guidance.CLOSER}
    assert sighting.template is None


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


async def test_the_worker_tells_what_the_kernel_granted(worker: Supervisor) -> None:
    assert set(worker.sandbox) == {
        "own_network",
        "memory_locked",
        "no_new_privileges",
        "no_sockets",
        "files_closed",
        "no_privileges",
        "not_dumpable",
        "no_core_dump",
        "no_file_writes",
    }


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
    while _is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(worker)


def _is_running(process: Path) -> bool:
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError, ProcessLookupError:
        return False
    return state != "Z"


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
