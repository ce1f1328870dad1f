"""The pictures of docs/manager.md: the dashboard, the cleaner's round, the visitor's display.

Taken by scripts/paper_screenshots, in the same house.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Page, ViewportSize

from .browser import open_browser
from .flows import OPTIONS, SUBENTRIES, Flow
from .house import House
from .site import Site

DASHBOARD: Final = "facequota-dashboard"
WIDE: Final = ViewportSize(width=1180, height=900)
PHONE: Final = ViewportSize(width=400, height=860)
TABLET: Final = ViewportSize(width=1024, height=600)
# Visitors in each hour of a day in a park.
BUSY: Final = (
    *(0, 0, 0, 0, 0, 2, 8, 14, 22, 31, 38, 44),
    *(51, 47, 42, 45, 39, 28, 19, 12, 7, 3, 1, 0),
)
# A moment for cards that come one after the other.
SETTLE_MS: Final = 4_000
# What the display says, and the picture's name.
SENTENCES: Final = {
    "Please take your paper": "display-take",
    "Your next portion comes at": "display-wait",
}

type Save = Callable[[Page, Path], Awaitable[None]]


async def take_the_day(house: House, site: Site, folder: Path, save: Save) -> None:
    """Take all of them."""
    await _dashboard(house, site, folder, save)
    await _display(house, site, folder, save)


async def live_before(house: House, site: Site) -> None:
    """Give the recorder this weekday of the last weeks, and this morning."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for counter, share in (
        ("portions_granted", 1.0),
        ("portions_without_face", 0.3),
        ("portions_refused", 0.2),
    ):
        total, rows = 0, []
        for weeks in (3, 2, 1, 0):
            busy = BUSY[: datetime.now(UTC).hour] if weeks == 0 else BUSY
            for hour, count in enumerate(busy):
                # No two weeks are the same.
                total += round(share * count * (1 + (hour * 7 + weeks * 5) % 4 / 6))
                start = midnight - timedelta(weeks=weeks, hours=-hour)
                rows.append({"start": start.isoformat(), "state": total, "sum": total})
        await house.client.call(
            "recorder/import_statistics",
            metadata={
                "has_sum": True,
                "mean_type": 0,
                "name": None,
                "source": "recorder",
                "statistic_id": site.dispensers[0].entities[f"sensor.{counter}"],
                "unit_class": None,
                "unit_of_measurement": "portions",
            },
            stats=rows,
        )


async def _dashboard(house: House, site: Site, folder: Path, save: Save) -> None:
    await house.client.call(
        "lovelace/dashboards/create", url_path=DASHBOARD, title="FaceQuota"
    )
    await house.client.call(
        "lovelace/config/save",
        url_path=DASHBOARD,
        config={"strategy": {"type": "custom:facequota"}},
    )
    async with open_browser(house.client) as page:
        for path, name, size in (
            ("overview", "dashboard-overview", WIDE),
            (f"site-{site.entry_id.lower()}", "dashboard-site", WIDE),
            ("round", "dashboard-round-phone", PHONE),
        ):
            await page.set_viewport_size(size)
            await page.goto(f"{house.client.url}/{DASHBOARD}/{path}")
            await page.locator("hui-heading-card").first.wait_for()
            await page.wait_for_timeout(SETTLE_MS)
            await save(page, folder / f"{name}.png")


async def _display(house: House, site: Site, folder: Path, save: Save) -> None:
    flow = await Flow.start(house.client, SUBENTRIES, [site.entry_id, "display"])
    shown = await flow.submit(
        "user",
        {
            **flow.suggested,
            "languages": ["en", "zh-hans"],
            "buttons": ["face", "open", "urgent", "forget"],
        },
    )
    token = shown["description_placeholders"]["address"].rpartition("/")[2]
    await flow.finish("address", {})
    async with open_browser(house.client) as page:
        await page.set_viewport_size(TABLET)
        await page.goto(f"{house.client.url}/facequota/display/{token}")
        said = page.locator("#said")
        await said.filter(has_text="Press for paper").wait_for()
        await save(page, folder / "display-idle.png")
        # Only one portion without a face is left now; after it the display shows a time.
        options = await Flow.start(house.client, OPTIONS, site.entry_id)
        await options.finish("init", {**options.suggested, "open_portions": 1})
        for sentence, name in SENTENCES.items():
            await page.locator('button[data-kind="open"]').click()
            await said.filter(has_text=sentence).wait_for()
            await save(page, folder / f"{name}.png")
            await said.filter(has_text="Press for paper").wait_for()
