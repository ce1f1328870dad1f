"""The demo of a park: three real Home Assistants, one quota.

    scripts/demo --park [--once] [--json]

Without --once the park stays open, each of its Home Assistants on a port of its own.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
import contextlib
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
import sys
import tempfile
from typing import Final

from scripts.park.server import VALKEY, QuotaServer

from .client import PASSWORD as MANAGER_PASSWORD, USER
from .complaints import complaints
from .demo import CACHE, run_until_told_to_end, say
from .demo_page import PORT
from .expected import Expected, granted
from .park import GATES, PASSWORD, ParkGate, open_houses, pair, set_up_gates
from .people import Person, portraits, stand
from .site_setup import RULES, until_ready
from .table import Line, heading
from .visit_watch import VisitEnd, Watch
from .visits import STEP_UP_S

# Long enough for two visits and for three that follow when the server is away.
WINDOW_S: Final = 75.0
EXPECTED_WARNING: Final = "The shared quota is away"


class ParkDemo:
    """Two people at three gates, and a server that goes and comes back."""

    def __init__(
        self,
        gates: list[ParkGate],
        watches: list[Watch],
        server: QuotaServer,
        people: tuple[Person, Person],
    ) -> None:
        """Take each person's photograph for each gate's camera to show."""
        self._gates = gates
        self._watches = watches
        self._server = server
        self._pictures = {
            (person.name, gate.name): stand(
                person.photographs[0],
                gate.dispenser.pictures / f"{person.name}.jpg",
            )
            for person in people
            for gate in gates
        }
        self._a, self._b = (person.name for person in people)

    async def run(self) -> AsyncIterator[Line]:
        """Run all steps; yield a line for each visit and each change."""
        a = await self._visit(self._a, 0)
        yield self._line("A, for the first time", 0, a, granted(a, WINDOW_S))
        a_due = a.next_portion or a.time
        again = await self._visit(self._a, 1)
        yield self._line("A at the next gate", 1, again, _refused(a_due))
        async for line in self._at_two_gates_at_once():
            yield line

        self._server.kill()
        for gate in self._gates:
            await gate.until("no_answer")
        yield self._note("the server is killed")
        known = await self._visit(self._b, 0)
        yield self._line("B, known before", 0, known, _refused(self._b_due))
        await asyncio.sleep(max(0.0, (a_due - datetime.now(UTC)).total_seconds() + 0.5))
        alone = await self._visit(self._a, 2)
        yield self._line("A after the window", 2, alone, granted(alone, WINDOW_S))

        await asyncio.to_thread(self._server.start)
        for gate in self._gates:
            await gate.until("connected", len(self._gates))
        yield self._note("the server is back, with nothing")
        due = alone.next_portion or alone.time
        back = await self._visit(self._a, 1)
        yield self._line("A, who had it meanwhile", 1, back, _refused(due))
        yield await self._purge()
        # A purge ends the processes that looked at faces, too.
        for gate in self._gates:
            site = gate.site
            await until_ready(site.client, site.entry_id, site.dispensers)
        after = await self._visit(self._a, 1)
        yield self._line("A after the purge", 1, after, granted(after, WINDOW_S))

    async def _at_two_gates_at_once(self) -> AsyncIterator[Line]:
        """B, whose face is at two gates at once, has one portion; the line says how far apart."""
        told = await asyncio.gather(self._visit(self._b, 1), self._visit(self._b, 2))
        asked = [one.requested for one in told]
        apart = abs((asked[0] - asked[1]).total_seconds())
        served = [one for one in told if one.outcome == "granted"]
        wrong = None if len(served) == 1 else f"{len(served)} portions instead of one"
        self._b_due = max((one.next_portion or one.time) for one in told)
        for index, one in zip((1, 2), told, strict=True):
            expected = (
                granted(one, WINDOW_S) if one in served else _refused(self._b_due)
            )
            line = self._line(
                f"B at both, {apart * 1000:.0f} ms apart", index, one, expected
            )
            yield line.replaced(wrong=wrong or line.wrong)

    async def _purge(self) -> Line:
        """Purge at all gates; the line says which gates acknowledged it."""
        receipt = await self._gates[0].site.purge()
        shared = receipt.get("shared_quota") or {}
        done = sorted(shared.get("acknowledged") or ())
        well = done == sorted(GATES) and shared.get("nothing_left_on_server")
        return self._note(f"purged: {len(done)} gates say so").replaced(
            wrong=None if well else f"the receipt says {receipt}"
        )

    async def _visit(self, person: str, index: int) -> VisitEnd:
        """Let a person stand at a gate and press the button there."""
        gate = self._gates[index]
        gate.dispenser.scene.show(self._pictures[person, gate.name])
        await asyncio.sleep(STEP_UP_S)
        return await self._watches[index].visit(
            gate.dispenser, lambda: gate.site.press(gate.dispenser)
        )

    def _line(self, visit: str, index: int, told: VisitEnd, expected: Expected) -> Line:
        return Line(
            time=told.time,
            dispenser=self._gates[index].name,
            visit=visit,
            lane=told.lane,
            outcome=told.outcome,
            cm=told.cm,
            next_portion=told.next_portion,
            motor_on_ms=told.motor_on_ms or told.event_ms,
            wrong=expected.wrong(told),
        )

    def _note(self, text: str) -> Line:
        """Return a line about something that is no visit."""
        return Line(
            time=datetime.now(UTC),
            dispenser="",
            visit=text,
            lane=None,
            outcome="",
            cm=0.0,
            next_portion=None,
            motor_on_ms=None,
        )


def _refused(due: datetime) -> Expected:
    return Expected(outcome="refused", lane="face", cm=0, next_portion=due)


async def run(arguments: argparse.Namespace) -> bool:
    """Run the demo and return if everything went as expected."""
    people = await asyncio.to_thread(portraits)
    CACHE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="park-", dir=CACHE))
    ports = {} if arguments.once else {n: PORT + at for at, n in enumerate(GATES)}
    rules = {**RULES, "window_min": WINDOW_S / 60}
    say(f"starting a server and {len(GATES)} Home Assistants, a dispenser each")
    try:
        with QuotaServer(VALKEY, "--requirepass", PASSWORD) as server:
            async with open_houses(folder, ports) as houses:
                say("setting a site up in each, as a manager does")
                gates = await set_up_gates(houses, rules)
                say("pairing them")
                gates = await pair(gates, server)
                a, b = people
                well = await _show(gates, server, (a, b), arguments)
                if not arguments.once:
                    await _stay_open(gates)
                return well
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _show(
    gates: list[ParkGate],
    server: QuotaServer,
    people: tuple[Person, Person],
    arguments: argparse.Namespace,
) -> bool:
    """Run the steps, print them, and return if all went as expected."""
    lines: list[Line] = []
    if not arguments.json:
        print(heading())
    async with contextlib.AsyncExitStack() as stack:
        watches = [
            await stack.enter_async_context(Watch.on(gate.site.client))
            for gate in gates
        ]
        async for line in ParkDemo(gates, watches, server, people).run():
            lines.append(line)
            if not arguments.json:
                print(line.as_row(), flush=True)
    noise = [
        record
        for gate in gates
        for record in complaints(gate.house.home_assistant.log)
        if EXPECTED_WARNING not in record
    ]
    for record in noise:
        print(record, file=sys.stderr)
    wrong = sum(line.wrong is not None for line in lines)
    well = not noise and not wrong
    if arguments.json:
        told = [line.as_json() for line in lines]
        print(json.dumps({"as_told": well, "steps": told}, indent=2))
    say(
        f"{len(lines)} steps, {wrong} not as expected, {len(noise)} complaints in the logs"
    )
    return well


async def _stay_open(gates: list[ParkGate]) -> None:
    """Leave the park to the person who started it."""
    for gate in gates:
        print(f"{gate.name}   {gate.house.home_assistant.url}")
    print(f"log in as {USER}, password {MANAGER_PASSWORD}; Ctrl-C ends it.")
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    say("closing")


def main() -> int:
    """Run scripts/demo --park."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo --park",
        description="Three real Home Assistants share one quota on a real server.",
    )
    parser.add_argument("--park", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help="end after the visits")
    parser.add_argument("--json", action="store_true", help="print JSON, no table")
    return run_until_told_to_end(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
