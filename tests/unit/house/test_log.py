"""What counts as a complaint in Home Assistant's log."""

from scripts.house.complaints import complaints
from scripts.house.home_assistant import ROOT

LOADED = (
    "2026-11-22 21:12:12.708 WARNING (SyncWorker_0) [homeassistant.loader] "
    "We found a custom integration facequota which has not been tested\n"
)
DEBUG = (
    "2026-11-22 21:32:20.167 DEBUG (MainThread) [custom_components.facequota.visit.visit] "
    "Entrance: granted\n"
)
OTHER = (
    "2026-11-22 21:12:13.128 ERROR (MainThread) [haffmpeg.core] FFmpeg fails\n"
    "Traceback (most recent call last):\n"
)
OURS = (
    "2026-11-22 21:32:21.001 WARNING (MainThread) [custom_components.facequota.hardware.motor] "
    "The paper is jammed\n"
)
# A zone after the time, as Home Assistant writes it since 2026.11.
TRACEBACK = (
    "2026-11-22 21:21:28.390+00:00 ERROR (MainThread) [homeassistant.core] failed\n"
    'Traceback (most recent call last):\n  File "custom_components/facequota/site/site.py"\n'
)


def test_an_ordinary_log_has_no_complaints() -> None:
    assert complaints(LOADED + DEBUG + OTHER) == []


def test_a_warning_of_ours_is_a_complaint() -> None:
    assert complaints(LOADED + OURS + OTHER) == [OURS.rstrip()]


def test_a_traceback_that_passes_through_us_is_a_complaint_with_all_its_lines() -> None:
    assert complaints(OTHER + TRACEBACK + DEBUG) == [TRACEBACK.rstrip()]


def test_the_last_record_of_a_log_is_read_to_its_end() -> None:
    assert complaints(DEBUG + TRACEBACK) == [TRACEBACK.rstrip()]


def test_an_error_of_a_library_is_no_complaint_wherever_the_checkout_lies() -> None:
    library = f'{OTHER}  File "{ROOT}/.venv/lib/python3.14/site-packages/haffmpeg.py"\n'
    assert complaints(library) == []
    ours = f'{OTHER}  File "{ROOT}/custom_components/facequota/site/site.py"\n'
    assert complaints(ours) == [ours.rstrip()]
