"""Plots of the results of bench/openset.py, for the documentation. Drawing needs matplotlib.

.tools/uv/bin/uv pip install --group plots --python .venv --target .cache/plots
PYTHONPATH=.cache/plots .venv/bin/python -m bench.openset --plots docs/images
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from custom_components.facequota.quota.cohort import Cohort, deviate

from .crowds import Crowds
from .outcomes import Row

GROUPS: Final = {
    "east_asian": ("East Asian", "#0b6e4f"),
    "lfw": ("LFW", "#c8553d"),
    "caucasian": ("Caucasian", "#3d5a80"),
    "children": ("children", "#b08900"),
}
_OTHER: Final = "#6c757d"
_PIXELS_PER_INCH: Final = 90
_MIN_SHOWN: Final = 1e-4
_PART: Final = "first ten"


def draw(
    folder: Path, crowds: Crowds, rows: Sequence[Row], cohort: Cohort, engine: str
) -> None:
    """Write the pictures into the folder."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("Agg")
    plot: Any = import_module("matplotlib.pyplot")
    plot.rcParams.update({"font.size": 9, "axes.spines.top": False})
    plot.rcParams["axes.spines.right"] = False
    folder.mkdir(parents=True, exist_ok=True)
    limit = max(row.limit for row in rows)
    shown = [row for row in rows if row.limit == limit and row.size in (20, 200, 1000)]
    pictures: list[tuple[str, float, Callable[[Any], None]]] = [
        ("fpir", 0.17 * len(shown) + 1.2, lambda axes: _fpir(axes, shown)),
        ("strangers", 3.4, lambda axes: _strangers(axes, crowds, cohort)),
    ]
    for name, height, make in pictures:
        figure, axes = plot.subplots(figsize=(8, height), layout="constrained")
        make(axes)
        figure.savefig(folder / f"openset_{name}_{engine}.png", dpi=_PIXELS_PER_INCH)
        plot.close(figure)


def _fpir(axes: Any, rows: Sequence[Row]) -> None:
    """New visitors wrongly refused in the first ten visits, by scene and group."""
    places = np.arange(len(rows))[::-1]
    names = [f"{row.scene}: {row.group}".replace("_", " ") for row in rows]
    axes.set_yticks(places, names, fontsize=7)
    for row, place in zip(rows, places, strict=True):
        share, low, high = (max(value, _MIN_SHOWN) for value in row.fpir[_PART])
        color = GROUPS.get(row.group, ("", _OTHER))[1]
        axes.plot([low, high], [place, place], color=color, linewidth=3, alpha=0.3)
        axes.plot(share, place, "o", color=color, markersize=4)
    axes.axvline(rows[0].limit, color="black", linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_ylim(-1, len(rows))
    axes.set_xlabel(
        "new visitors wrongly refused in the first ten visits, with 95 % interval;"
        " dashed: the limit"
    )


def _strangers(axes: Any, crowds: Crowds, cohort: Cohort) -> None:
    """How near two people of a group are, in the standard deviations that the cohort expects."""
    for name, crowd in crowds.items():
        faces = np.stack([person.fused(slice(1)) for person in crowd])
        squares = 2.0 - 2.0 * faces @ faces.T
        nearest = []
        for row, face in enumerate(faces):
            near = cohort.impostors(face)
            scores = np.maximum(np.delete(squares[row], row), 1e-9) ** near.power
            nearest.append(
                ((near.mean[:, None] - scores) / near.spread[:, None]).min(axis=0)
            )
        ordered = np.sort(np.concatenate(nearest))[::-1]
        shares = np.arange(1, len(ordered) + 1) / len(ordered)
        label, color = GROUPS.get(name, (name, _OTHER))
        axes.plot(ordered, shares, color=color, label=f"{label} ({len(crowd)} people)")
    expected = np.geomspace(1e-5, 0.2, 60)
    axes.plot(
        [deviate(share) for share in expected],
        expected,
        color="black",
        linestyle="--",
        linewidth=1,
        label="as the cohort expects",
    )
    axes.set_yscale("log")
    axes.set_xlim(0, 6)
    axes.set_ylim(1e-5, 1)
    axes.set_ylabel("share of pairs nearer than this")
    axes.set_xlabel("spreads below the mean distance of the strictest crowd")
    axes.legend(frameon=False)
