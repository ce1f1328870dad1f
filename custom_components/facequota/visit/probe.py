"""The result of one look: a template, a doubt about it, or the reason why there is none."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Doubt(StrEnum):
    """Why a usable face is not looked up; then the open lane gives the paper."""

    PRESENTATION_ATTACK = "presentation_attack"
    LOW_FACE = "low_face"
    ALIKE = "alike"
    """The limit cannot be kept for such a face: too many people have one like it."""
    SEVERAL_PEOPLE = "several_people"
    HANGING_FACE = "hanging_face"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The result of one look: a template, or the reason why there is none.

    With both, the template is not looked up for paper; it serves only a request to be
    forgotten.
    """

    template: NDArray[np.float32] | None
    reason: str | None
    recognition_ms: float
    frames: int

    def overwrite(self) -> None:
        """Overwrite the template in memory; freed memory alone would keep it."""
        if self.template is not None:
            self.template.fill(0)
