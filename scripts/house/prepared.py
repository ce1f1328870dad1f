"""Folders under .cache that several commands share: made once, all or nothing, and again when broken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import fcntl
from pathlib import Path
from tempfile import TemporaryDirectory


def prepared(folder: Path, made_from: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that is whole; `make` fills an empty one where it is not.

    `made_from` tells what it is made from: another value makes it again. Two processes
    that ask at once get the same folder.
    """
    stamp = folder.with_name(f"{folder.name}.stamp")
    with _locked(folder):
        if stamp.exists() and stamp.read_text() == _stamp(folder, made_from):
            return folder
        with TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as work:
            part = Path(work, folder.name)
            part.mkdir()
            make(part)
            stamp.unlink(missing_ok=True)
            if folder.exists():
                folder.rename(Path(work, "broken"))
            part.rename(folder)
            stamp.write_text(_stamp(folder, made_from))
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process at a time look at a folder and make it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _stamp(folder: Path, made_from: str) -> str:
    """Return what a folder is made from and every file in it with its size."""
    files = sorted(
        path
        for path in folder.rglob("*")
        # Python may write compiled files at any time.
        if path.is_file() and path.suffix != ".pyc"
    )
    lines = [f"{path.relative_to(folder)} {path.stat().st_size}" for path in files]
    return "\n".join([made_from, *lines, ""])
