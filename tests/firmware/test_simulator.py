"""The simulator itself: on this machine only, and several at once."""

from pathlib import Path

from esphome.simulator.device import Device
from esphome.simulator.run import Simulator, free_port


async def test_it_listens_on_the_loopback_interface_only(simulator: Simulator) -> None:
    ports = (simulator.port, simulator.update_port)
    listening = {
        local
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        for _, local, _, state, *_ in [line.split()]
        if state == "0A" and local.endswith(tuple(f":{port:04X}" for port in ports))
    }
    assert listening == {f"0100007F:{port:04X}" for port in ports}


async def test_two_run_side_by_side_with_separate_counters(
    simulator_programs: list[Path], tmp_path: Path
) -> None:
    simulators = [
        Simulator(program, free_port(), tmp_path / program.parent.name)
        for program in simulator_programs
    ]
    devices = []
    for simulator in simulators:
        await simulator.start()
        device = Device(simulator.port)
        await device.connect()
        devices.append(device)
    entrance, leaving = devices
    names = [(await device.client.device_info()).name for device in devices]
    addresses = {(await device.client.device_info()).mac_address for device in devices}
    assert names == ["facequota-entrance", "facequota-exit"]
    assert len(addresses) == 2
    entrance.set_number("Portion length", 10)
    await entrance.portion()
    assert leaving.states["Paper dispensed"] == 0
    for device in devices:
        await device.disconnect()
    for simulator in simulators:
        await simulator.stop()
        assert simulator.pid is None


async def test_its_measurement_is_the_paper_that_came_out(device: Device) -> None:
    for length in (10, 33, 60):
        device.set_number("Portion length", length)
        await device.until_state("Portion length", length)
        await device.portion()
        await device.until_state("Sim motor power", False)
        await device.until(
            lambda: (
                abs(device.number("Sim true length") - device.number("Paper dispensed"))
                <= 0.5
            )
        )
        await device.until_rested()
