"""The firmware's figures: speed, accuracy, safety, size.

    .venv/bin/python -m bench.firmware            a table
    .venv/bin/python -m bench.firmware --json
    .venv/bin/python -m bench.firmware --check    exit 1 below the figures to reach

Lengths are measured on the state machine in virtual time (bench/portions), everything
else on the simulator over the native API on the loopback interface. Takes two minutes.
"""

import argparse
import asyncio
import json
from pathlib import Path
import re
from statistics import median, quantiles
import subprocess
import sys
import tempfile
import time
from typing import Final

from esphome.simulator.device import COOLDOWN_S, Device
from esphome.simulator.run import Simulator, free_port

from .figures import Figure, add_options, report

ROOT: Final = Path(__file__).resolve().parent.parent
SHORT_CM: Final = 10.0


def _programs(*sources: str) -> list[Path]:
    done = subprocess.run(
        [ROOT / "scripts/firmware", *(ROOT / source for source in sources)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Path(line) for line in done.stdout.splitlines()]


def lengths() -> list[Figure]:
    """Return how far the length of random portions is from the requested length, for several machines."""
    (program,) = _programs("bench/portions")
    lines = subprocess.run(
        [program], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.splitlines()
    return [
        Figure(
            name=f"length, {one['machine']} machine",
            value=one["worst_pulses"],
            unit="pulses",
            at_most=1,
            note=f"worst of {one['portions']}; {one['exact']} exact; worst {one['worst_cm']} cm by the ruler",
        )
        for one in map(json.loads, lines)
    ]


class Bench:
    """Measurements on one running simulator."""

    def __init__(self, simulator: Simulator, device: Device) -> None:
        """Take a running simulator."""
        self.simulator = simulator
        self.device = device

    async def latency(self, times: int) -> list[Figure]:
        """Return the time from a command to the state that the motor is on."""
        device, taken = self.device, []
        for _ in range(times):
            device.forget()
            start = time.monotonic()
            device.switch("Motor", True)
            await device.until_state("Motor", True)
            taken.append((device.when("Motor", True) - start) * 1000)
            device.switch("Motor", False)
            await device.until_rested()
        return [
            Figure(
                name="command to motor on, median",
                value=median(taken),
                unit="ms",
                at_most=2,
                note=f"{times} commands; p95 {quantiles(taken, n=20)[-1]:.2f} ms",
            )
        ]

    async def _from_fault(self, switch: str, ends: str, times: int) -> float:
        """Return the longest time from a fault in mid-portion to the state or event (ms)."""
        device, worst = self.device, 0.0
        device.set_number("Sim fault after", 0)
        for _ in range(times):
            device.forget()
            device.switch("Motor", True)
            await device.until_state("Sim motor power", True)
            await asyncio.sleep(0.5)
            start = time.monotonic()
            device.switch(switch, True)
            await device.until_state(ends, False)
            worst = max(worst, (time.monotonic() - start) * 1000)
            device.switch(switch, False)
            device.press("Reset fault")
            await device.until_rested()
        return worst

    async def stops(self, times: int) -> list[Figure]:
        """Return how soon the motor is off after each cause that must stop it."""
        return [
            Figure(
                name="jam to switch off, by current",
                value=await self._from_fault("Sim jam", "Motor", times),
                unit="ms",
                at_most=800,
                note=f"worst of {times}",
            ),
            Figure(
                name="jam to switch off, by pulses",
                value=await self._from_fault("Sim dead sensor", "Motor", times),
                unit="ms",
                at_most=800,
                note=f"worst of {times}",
            ),
            Figure(
                name="cover to motor off",
                value=await self._from_fault(
                    "Sim cover open", "Sim motor power", times
                ),
                unit="ms",
                at_most=50,
                note=f"worst of {times}",
            ),
        ]

    async def late(self, times: int) -> list[Figure]:
        """Return how much paper commands give that arrive after their expiry, from a frozen link."""
        device = self.device
        before = device.number("Paper dispensed")
        for i in range(times):
            self.simulator.freeze()
            answer = asyncio.create_task(
                device.dispense(60, f"late-{i}", int(time.time()) + 1)
            )
            await asyncio.sleep(2.1)
            self.simulator.thaw()
            assert await answer == "refused:late"
        await asyncio.sleep(0.5)
        return [
            Figure(
                name="paper by commands past their expiry",
                value=device.number("Paper dispensed") - before,
                unit="cm",
                at_most=0,
                note=f"{times} commands after a frozen link",
            )
        ]

    async def cost(self) -> list[Figure]:
        """Return the load of a portion on Home Assistant, and of the simulator on this machine."""
        device = self.device
        device.set_number("Portion length", SHORT_CM)
        await device.until_state("Portion length", SHORT_CM)
        told = []
        for _ in range(5):
            await device.portion()
            await asyncio.sleep(COOLDOWN_S)
            told.append(len(device.told()))
        status = Path(f"/proc/{self.simulator.pid}/status").read_text()
        resident = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert resident is not None
        return [
            Figure(
                name="states per portion",
                value=max(told),
                unit="",
                at_most=6,
                note="worst of 5",
            ),
            Figure(
                name="simulator's memory",
                value=int(resident[1]) / 1024,
                unit="MB",
                at_most=8,
            ),
        ]


async def measure() -> list[Figure]:
    """Run everything, one after the other."""
    figures = lengths()
    program = _programs()[0]
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(program, free_port(), Path(folder))
        await simulator.start()
        device = Device(simulator.port)
        try:
            await device.connect()
            bench = Bench(simulator, device)
            figures += await bench.latency(40)
            figures += await bench.stops(5)
            figures += await bench.late(3)
            figures += await bench.cost()
        finally:
            await device.disconnect()
            await simulator.stop()
    return figures


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    arguments = parser.parse_args()
    return report(asyncio.run(measure()), arguments)


if __name__ == "__main__":
    sys.exit(main())
