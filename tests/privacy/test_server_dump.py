"""A real copy of a shared quota's server, alone and with the pairing code."""

import pytest

from custom_components.facequota.shared_quota.pairing import new_code, pairing
from scripts.park.server import QuotaServer
from scripts.proof.server import Dump, as_secret, dump, linked, opened_by, server_line
from tests.contract.gates import Gate, until
from tests.integration.people import somebody


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let the tests reach the server that they start."""


async def test_with_a_copy_of_the_server_no_template_can_be_opened_or_linked() -> None:
    """Two people before a purge, the same two after it."""
    code = new_code()
    secrets = [as_secret(f"template of {n}", somebody(n)) for n in (1, 2)]
    with QuotaServer() as server:
        gate = Gate(server.port, name="East gate", pairing=pairing(code))
        other = Gate(server.port, name="West gate", pairing=pairing(code))
        await gate.open()

        async def copied() -> Dump:
            for person in (1, 2):
                await gate.book.reserve(somebody(person), 60, gate.now())
            # Another instance asks for the key, which is handed over sealed.
            await other.open()
            copy = await dump(server)
            await other.kill()
            return copy

        before = await copied()
        gate.book.purge(gate.now())
        await until(lambda: gate.book.status.waiting == 0)
        await gate.connected()
        after = await copied()
        line = server_line(before, after, secrets, "East gate", code)
        assert line.shown, line.as_text()
        assert before.handed
        await gate.kill()


async def test_the_search_sees_what_is_not_sealed() -> None:
    """A template in the clear on the server, and one that is kept from epoch to epoch."""
    code = new_code()
    secrets = [as_secret("template", somebody(1))]
    with QuotaServer() as server:
        gate = Gate(server.port, name="East gate", pairing=pairing(code))
        await gate.open()
        await gate.book.reserve(somebody(1), 60, gate.now())
        await gate.raw("SET", "fq:plain", somebody(1).tobytes())
        seen = await dump(server)
        assert not server_line(seen, seen, secrets, "East gate", code).shown
        assert linked(seen, seen)
        names, opened = opened_by(pairing(code), seen)
        assert names == ["East gate"]
        assert not opened
        await gate.kill()
