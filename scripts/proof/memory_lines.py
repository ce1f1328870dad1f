"""The lines of the report about memory: what is left in the processes after a purge."""

from collections import Counter
from typing import Final

from .memory import Memory
from .needles import Needles, Secret
from .report import Line
from .rows import Row, rows_apart, transforms, unit_vectors
from .visitor_secrets import Face

DIMENSION: Final = 128
PROTECTED: Final = ("protected template", "key")


def protected(memory: Memory, faces: dict[str, Face]) -> list[Row]:
    """Return the rows of A and B in a process's memory, found by their distance."""
    a, b = faces["A1"].unit, faces["B1"].unit
    rows = unit_vectors(memory, DIMENSION)
    return rows_apart(rows, float(((a - b) ** 2).sum() ** 0.5))


def key_secrets(memory: Memory, rows: list[Row]) -> list[Secret]:
    """Return the protected rows and the transform as secrets for later searches."""
    secrets = [_pieces(PROTECTED[0], row.vector.tobytes()) for row in rows]
    matrices = transforms(unit_vectors(memory, DIMENSION))
    return [*secrets, *(_pieces(PROTECTED[1], one.tobytes()) for one in matrices)]


def _pieces(name: str, content: bytes) -> Secret:
    step = 32
    return Secret(
        name=name,
        pieces=tuple(content[at : at + 16] for at in range(0, len(content), step)),
    )


def names(found: Counter[str]) -> str:
    """Return the counts of found secrets by kind, A and B together."""
    kinds: Counter[str] = Counter()
    for name, count in found.items():
        kinds[name.partition(" of ")[0]] += count
    return ", ".join(f"{kind}: {n} pieces" for kind, n in sorted(kinds.items()))


def memory_lines(
    memory: Memory,
    needles: Needles,
    before: Counter[str],
    in_child: Counter[str],
    alive: dict[str, int],
) -> list[Line]:
    """Return what a search of Home Assistant's memory finds after a purge.

    before is what it found there before the purge, in_child what it found in the
    process that decodes pictures; alive the pictures that something still refers to.
    """
    found, size = memory.search(needles)
    pictures = Counter({n: c for n, c in found.items() if _is_picture(n)})
    pictures_before = Counter({n: c for n, c in before.items() if _is_picture(n)})
    kept, known = found - pictures, before - pictures_before
    plain = Counter({n: c for n, c in in_child.items() if not _is_picture(n)})
    return [
        Line(
            name="purged-memory",
            claim="A purge leaves no template, plain or protected, and no key in Home "
            "Assistant's memory.",
            shown=not kept and bool(plain) and all(known[n] for n in PROTECTED),
            found=f"{size / 1e6:,.0f} MB of memory: {names(kept) or 'nothing found'}",
            control=f"before the purge: {names(known) or 'nothing found'}; in the "
            f"process that decodes pictures: {names(plain) or 'nothing found'}",
            figures={"found": dict(kept), "before": dict(known)},
        ),
        Line(
            name="ha-memory",
            claim="What is left of pictures after a purge in Home Assistant's memory: in "
            "use by its camera integration, or freed and not yet written over.",
            shown=not pictures and not alive,
            is_promise=False,
            found=f"{sum(alive.values())} pictures in use"
            + "".join(f" ({count} by {who})" for who, count in alive.items())
            + f"; {size / 1e6:,.0f} MB of memory: {names(pictures) or 'nothing found'}",
            control=f"before the purge: {names(pictures_before) or 'nothing found'}",
            figures={
                "found": dict(pictures),
                "before": dict(pictures_before),
                "in_use": alive,
            },
        ),
    ]


def _is_picture(name: str) -> bool:
    return name.startswith(("picture", "pixels"))


def child_memory(
    before: int,
    now: int,
    found_before: Counter[str],
    found: Counter[str],
    size: int,
) -> Line:
    """Return whether a purge leaves anything in the process that decodes pictures."""
    return Line(
        name="child-memory",
        claim="A purge ends the process that decoded pictures, and all of its memory "
        "with it; the one that took over holds nothing.",
        shown=before != now and not found and bool(found_before),
        found=f"process {before} is gone; {size / 1e6:,.0f} MB of memory of process "
        f"{now}: {names(found) or 'nothing found'}",
        control=f"in the former before the purge: {names(found_before)}",
        figures={"found": dict(found), "before": dict(found_before)},
    )
