"""The processor time of visitors' displays, and how soon an old tablet shows something.

    .venv/bin/python -m bench.displays [--displays N] [--json] [--check]

Real Home Assistant, real firmware. The same visits take place in turns without a display and
with N displays that follow the dispenser, each by its own address; what all threads of Home
Assistant's process used is read before and after each turn. One dispenser with N displays and
a visit is told as often as N dispensers with a display and a visit each. A display that was
not told of every visit fails the run. The page is then opened in Chromium without a cache,
with the processor as it is and six times as slow.
--check exits 1 when a figure is worse than it must be. Run scripts/setup before.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence
import contextlib
from pathlib import Path
import shutil
import statistics
import sys
import tempfile
from typing import Final

import aiohttp
from playwright.async_api import Browser, async_playwright
import psutil

from scripts.house.flows import OPTIONS, SUBENTRIES, Flow
from scripts.house.home_assistant import ROOT, HouseError
from scripts.house.house import NAMES, House, open_house
from scripts.house.site import Site
from scripts.house.site_setup import RULES

from .figures import Figure, add_options, report

DISPLAYS: Final = 100
MAX_CORE_PERCENT: Final = 5.0
MAX_PAINT_MS: Final = 1000.0
MAX_KB: Final = 60.0
SETTLE_S: Final = 10.0
# Without and with displays in turn, so that other load of the machine affects both.
TURNS: Final = 3
TURN_S: Final = 24.0
VISITS_PER_TURN: Final = 2
# The time of a visit, until the display is blank again.
MIN_TOLD_PER_VISIT: Final = 2
# An old tablet is simulated by slowing down a present processor by this factor.
SLOWER: Final = 6
OPENED: Final = 5


async def measure(displays: int) -> list[Figure]:
    """Build a house and return what was measured in it."""
    folder = Path(tempfile.mkdtemp(prefix="displays-", dir=ROOT / ".cache"))
    try:
        async with open_house(folder, names=NAMES[:1]) as house:
            site = await house.set_up_site(rules=RULES)
            options = await Flow.start(house.client, OPTIONS, site.entry_id)
            await options.finish(
                "init",
                {**options.suggested, "open_portions": 2 * TURNS * VISITS_PER_TURN},
            )
            await site.recognise(False)
            addresses = [await _add_display(house, site) for _ in range(displays)]
            without, followed, told = [], [], 0
            for _ in range(TURNS):
                await asyncio.sleep(SETTLE_S)
                without.append(await _turn(house, site))
                async with _followed(addresses) as counts:
                    await asyncio.sleep(SETTLE_S)
                    before = list(counts)
                    followed.append(await _turn(house, site))
                    told += _told(before, counts)
            painted = await _painted(addresses[0])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    costs = [a - b for a, b in zip(followed, without, strict=True)]
    return [
        _of_a_core("Home Assistant, no display", statistics.median(without)),
        _of_a_core(f"Home Assistant, {displays} displays", statistics.median(followed)),
        _of_a_core(f"{displays} displays cost, least", min(costs)),
        _of_a_core(f"{displays} displays cost, most", max(costs), MAX_CORE_PERCENT),
        Figure(name="told to displays", value=told, unit="states"),
        Figure(
            name="cost of a state that is told",
            value=1e6 * statistics.mean(costs) / 100 * TURNS * TURN_S / told,
            unit="µs",
        ),
        *painted,
    ]


def _of_a_core(name: str, value: float, most: float | None = None) -> Figure:
    return Figure(name=name, value=value, unit="% of a core", at_most=most)


def _told(before: Sequence[int], after: Sequence[int]) -> int:
    """Return how many states all displays were told. Raise HouseError if one missed a visit."""
    told = [now - then for then, now in zip(before, after, strict=True)]
    if min(told) < VISITS_PER_TURN * MIN_TOLD_PER_VISIT:
        raise HouseError(f"a display was told only {min(told)} states")
    return sum(told)


async def _add_display(house: House, site: Site) -> str:
    """Add a display of the only dispenser and return its address."""
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
    return f"{house.client.url}/facequota/display/{token}"


@contextlib.asynccontextmanager
async def _followed(addresses: Sequence[str]) -> AsyncIterator[list[int]]:
    """Follow each display as its tablet does; yield how many states each was told so far."""
    counts = [0] * len(addresses)
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def follow(index: int, address: str) -> None:
            async with session.get(f"{address}/events") as answer:
                answer.raise_for_status()
                async for line in answer.content:
                    counts[index] += line.startswith(b"data:")

        tasks = [
            asyncio.create_task(follow(index, one))
            for index, one in enumerate(addresses)
        ]
        yield counts
        if ended := [one for one in tasks if one.done()]:
            raise HouseError(f"{len(ended)} displays lost their connection")
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _turn(house: House, site: Site) -> float:
    """Return the share of a core that Home Assistant takes while people visit, in percent."""
    process = psutil.Process(house.home_assistant.pid)
    (dispenser,) = site.dispensers
    loop = asyncio.get_running_loop()
    begin, before = loop.time(), process.cpu_times()
    for visit in range(1, VISITS_PER_TURN + 1):
        answer = await site.dispense(dispenser, lane="open")
        if answer["outcome"] != "granted":
            raise HouseError(f"no paper at a visit: {answer}")
        await asyncio.sleep(begin + visit * TURN_S / VISITS_PER_TURN - loop.time())
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return 100 * float(used) / (loop.time() - begin)


async def _painted(address: str) -> list[Figure]:
    """Return how soon the page shows something, and what it loads."""
    program = shutil.which("chromium")
    if program is None:
        raise HouseError("no chromium: run scripts/setup")
    figures = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for slower in (1, SLOWER):
            opened = [await _open(browser, address, slower) for _ in range(OPENED)]
            figures.append(
                Figure(
                    name=f"first paint, processor {slower}× as slow",
                    value=statistics.median(paint for paint, _ in opened),
                    unit="ms",
                    at_most=MAX_PAINT_MS,
                )
            )
        figures.append(
            Figure(name="loaded", value=opened[0][1], unit="kB", at_most=MAX_KB)
        )
        await browser.close()
    return figures


async def _open(browser: Browser, address: str, slower: int) -> tuple[float, float]:
    """Return the first paint in ms and what was loaded in kB, without a cache."""
    context = await browser.new_context()
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    loaded: list[float] = []
    tools.on(
        "Network.loadingFinished", lambda one: loaded.append(one["encodedDataLength"])
    )
    await page.goto(address, wait_until="domcontentloaded")
    paint = await page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) => {
          const first = list.getEntriesByName("first-contentful-paint")[0];
          if (first) resolve(first.startTime);
        }).observe({ type: "paint", buffered: true }))"""
    )
    await context.close()
    return float(paint), sum(loaded) / 1000


def main() -> int:
    """Measure, print, and judge if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--displays", type=int, default=DISPLAYS)
    add_options(parser)
    arguments = parser.parse_args()
    try:
        figures = asyncio.run(measure(arguments.displays))
    except HouseError as err:
        raise SystemExit(f"bench.displays: {err}") from None
    return report(figures, arguments)


if __name__ == "__main__":
    sys.exit(main())
