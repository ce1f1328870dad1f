"""Looks at the visitor before a dispenser: for a portion, or to forget them."""

from collections.abc import Callable
from dataclasses import replace

from custom_components.facequota.cameras.camera import Camera
from custom_components.facequota.const import DOMAIN
from custom_components.facequota.hardware.display import Display, Sentence
from custom_components.facequota.visit.capture import look
from custom_components.facequota.visit.probe import Probe
from homeassistant.exceptions import HomeAssistantError

from .site_parts import SiteParts


class Looking:
    """A dispenser's camera and its results."""

    def __init__(
        self,
        parts: SiteParts,
        camera: Camera,
        display: Display,
        eye_line: float | None,
        is_suspended: Callable[[], bool],
    ) -> None:
        """Take the parts; eye_line is in percent of the picture's height from its top."""
        self._parts = parts
        self._camera = camera
        self._display = display
        self._eye_line = eye_line
        self._is_suspended = is_suspended

    async def look(self) -> Probe:
        """Return the probe of the visitor, or the reason why there is none."""
        probe = await look(
            self._camera,
            self._parts.recogniser,
            self._parts.visitors.identify,
            on_guidance=self._display.show,
            eye_line=self._eye_line,
        )
        if not self._is_suspended():
            return probe
        # Suspended meanwhile: no visitor may be remembered after the purge.
        probe.overwrite()
        return replace(probe, template=None, reason=None)

    async def forget(self) -> None:
        """Look at the visitor and forget them; never say whether they were known.

        Raises HomeAssistantError without a usable face. While suspended no face is
        needed: no visitor is remembered.
        """
        if not self._is_suspended():
            self._display.show(Sentence.LOOK_HERE)
            probe = await self.look()
            if probe.template is not None:
                self._parts.visitors.forget(probe.template)
                probe.overwrite()
                self._parts.recogniser.renew()
            elif not self._is_suspended():
                self._display.show(Sentence.NOT_SEEN)
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="nobody_to_forget"
                )
        self._display.show(Sentence.FORGOTTEN)
