"""Pictures of what bench/openset.py found, for the documentation. Needs matplotlib.

.tools/uv/bin/uv pip install --group plots --python .venv --target .cache/plots
PYTHONPATH=.cache/plots .venv/bin/python -m bench.openset --plots docs/images
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .crowds import Crowds, Person
from .looks import Looks, Outcome
from .openset import FIXED, Row

OURS: Final = "#0b6e4f"
OTHER: Final = "#c8553d"
BEST: Final = "#6c757d"
_PIXELS_PER_INCH: Final = 90
_LEAST: Final = 2e-4
_LIMIT: Final = 0.01
# Visits that are one point of a curve.
_STEP: Final = 50


def draw(
    folder: Path,
    crowds: Crowds,
    rows: Sequence[Row],
    outcomes: Mapping[tuple[str, int, float], Outcome],
    engine: str,
) -> None:
    """Write the pictures into the folder."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("Agg")
    plot: Any = import_module("matplotlib.pyplot")
    plot.rcParams.update({"font.size": 9, "axes.spines.top": False})
    plot.rcParams["axes.spines.right"] = False
    folder.mkdir(parents=True, exist_ok=True)
    shown = [row for row in rows if row.limit == _LIMIT and row.scene != "drawn"]
    pictures: list[tuple[str, Callable[[Any], None]]] = [
        ("fpir", lambda axes: _fpir(axes, shown)),
        ("fnir", lambda axes: _fnir(axes, shown)),
        ("change", lambda axes: _change(axes, outcomes, engine)),
        ("tails", lambda axes: _tails(axes, crowds)),
    ]
    for name, make in pictures:
        figure, axes = plot.subplots(
            figsize=(7, 3.4 if name in ("change", "tails") else 0.24 * len(shown) + 1),
            layout="constrained",
        )
        make(axes)
        figure.savefig(folder / f"openset_{name}_{engine}.png", dpi=_PIXELS_PER_INCH)
        plot.close(figure)


def _name(scene: str) -> str:
    return scene.replace("east_asian", "East Asian").replace("lfw", "LFW")


def _labels(axes: Any, rows: Sequence[Row]) -> NDArray[np.int64]:
    places = np.arange(len(rows))[::-1]
    axes.set_yticks(
        places, [f"{_name(row.scene)}, {row.size} templates" for row in rows]
    )
    return places


def _fpir(axes: Any, rows: Sequence[Row]) -> None:
    """New visitors wrongly refused: a fixed threshold and ours."""
    places = _labels(axes, rows)
    for row, place in zip(rows, places, strict=True):
        ends = [max(end, _LEAST) for end in row.fpir[1:]]
        axes.plot(ends, [place, place], color=OURS, linewidth=3, alpha=0.4)
    ours = [max(row.fpir[0], _LEAST) for row in rows]
    axes.plot(ours, places, "o", color=OURS, label="learnt (with 95 % interval)")
    fixed = [max(row.fixed_fpir, _LEAST) for row in rows]
    axes.plot(fixed, places, "s", color=OTHER, label="engine's usual distance")
    axes.axvline(rows[0].limit, color="black", linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("new visitors wrongly refused (FPIR); dashed: the manager's limit")
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.12), ncols=2, frameon=False)


def _fnir(axes: Any, rows: Sequence[Row]) -> None:
    """Returning visitors missed: the best threshold in hindsight and ours."""
    places = _labels(axes, rows)
    axes.plot([row.fnir[0] for row in rows], places, "o", color=OURS, label="learnt")
    axes.plot(
        [row.oracle_fnir for row in rows],
        places,
        "|",
        color=BEST,
        markersize=12,
        label="best fixed distance in hindsight",
    )
    axes.set_xlim(left=0)
    axes.set_xlabel("returning visitors not recognised (FNIR)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.12), ncols=2, frameon=False)


def _change(
    axes: Any, outcomes: Mapping[tuple[str, int, float], Outcome], engine: str
) -> None:
    """Two crowds, one after the other: who is wrongly refused, and who is missed."""
    changes = [key for key in outcomes if ", then " in key[0] and key[2] == _LIMIT]
    if not changes:
        return
    name, size, limit = changes[-1]
    outcome = outcomes[name, size, limit]
    strangers, returns = Looks(), Looks()
    for phase in (outcome.learning, outcome.learnt):
        strangers.extend(phase.strangers)
        returns.extend(phase.returns)
    usual = np.array(strangers.engine_distance) <= FIXED[engine]
    for looks, wrong, style in (
        (
            strangers,
            np.array(strangers.wrong),
            {"color": OURS, "label": "new visitors wrongly refused"},
        ),
        (
            returns,
            np.array(returns.wrong),
            {"color": OURS, "linestyle": ":", "label": "returning visitors missed"},
        ),
        (
            strangers,
            usual,
            {"color": OTHER, "label": "wrongly refused at the usual distance"},
        ),
    ):
        visits = np.array(looks.visit)
        edges = np.arange(0, visits.max() + _STEP, _STEP)
        shares = [
            max(float(wrong[(visits > edge) & (visits <= edge + _STEP)].mean()), _LEAST)
            for edge in edges[:-1]
        ]
        axes.plot(edges[:-1] + _STEP / 2, shares, **style)
    last = max(strangers.visit)
    axes.axhline(limit, color="black", linestyle="--", linewidth=1)
    axes.axvline(last / 2, color=BEST, linewidth=1)
    for place, crowd in zip((0.25, 0.75), _name(name).split(", then "), strict=True):
        axes.text(place * last, 1.15, crowd, ha="center", color=BEST)
    axes.set_yscale("log")
    axes.set_ylim(_LEAST, 1)
    axes.set_ylabel("share of looks")
    axes.set_xlabel(f"visits; {size} templates; dashed: the manager's limit")
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, 1.32),
        ncols=2,
        frameon=False,
    )


def _tails(axes: Any, crowds: Crowds) -> None:
    """How near two different people of a crowd come to each other."""
    for name, crowd in crowds.items():
        distances = np.sort(_between(crowd))
        shares = np.arange(1, len(distances) + 1) / len(distances)
        axes.plot(distances, shares, label=f"{_name(name)} ({len(crowd)} people)")
    axes.set_yscale("log")
    axes.set_ylim(1e-5, 1)
    axes.set_ylabel("share of pairs nearer than this")
    axes.set_xlabel("distance of templates of length 1")
    axes.legend(frameon=False)


def _between(crowd: Sequence[Person]) -> NDArray[np.float32]:
    first = np.stack([person.directions[0] for person in crowd])
    one, other = np.triu_indices(len(first), 1)
    distances: NDArray[np.float32] = np.linalg.norm(first[one] - first[other], axis=1)
    return distances
