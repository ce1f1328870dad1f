"""Processes as the kernel shows them: parents, children, and their sandboxes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

# The worker is recognised by its bootstrap, which names this package.
_WORKER: Final = b'spec_from_file_location("recognition"'


def children(pid: int) -> list[int]:
    """Return the direct children of a process."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # The name in brackets may hold anything: the fields begin behind it.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(folder.name))
    return found


def workers(pid: int) -> list[int]:
    """Return the recognition workers below a process."""
    found = []
    for child in children(pid):
        try:
            command = Path("/proc", str(child), "cmdline").read_bytes()
        except OSError:
            continue
        if _WORKER in command:
            found.append(child)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The kernel's facts about a running process."""

    status: dict[str, str]
    limits: dict[str, str]
    network: str
    files: list[str]
    packets: int
    oom_score: int

    @classmethod
    def of(cls, pid: int) -> Facts:
        """Return the facts of a process."""
        folder = Path("/proc", str(pid))
        status = dict(
            line.split(":", 1) for line in (folder / "status").read_text().splitlines()
        )
        # "Max core file size        0                    0                    bytes"
        limits = {
            line[:26].strip(): line[26:47].strip()
            for line in (folder / "limits").read_text().splitlines()[1:]
        }
        return cls(
            status={key: value.strip() for key, value in status.items()},
            limits=limits,
            network=str((folder / "ns/net").readlink()),
            files=sorted(
                {
                    str(one.readlink()).partition(":")[0]
                    for one in (folder / "fd").iterdir()
                }
            ),
            oom_score=int((folder / "oom_score_adj").read_text()),
            packets=_packets((folder / "net/dev").read_text()),
        )


def _packets(table: str) -> int:
    """Return the packets that the interfaces of a network namespace have seen."""
    total = 0
    for line in table.splitlines()[2:]:
        fields = line.partition(":")[2].split()
        total += int(fields[1]) + int(fields[9])
    return total
