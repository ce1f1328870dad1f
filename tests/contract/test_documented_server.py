"""The server as docs/park.md describes it."""

from pathlib import Path
import re
from typing import Any

import pytest
from valkey.asyncio import Valkey
from valkey.exceptions import NoPermissionError

from custom_components.facequota.shared_quota.addresses import Address
from custom_components.facequota.shared_quota.book import SharedBook
from custom_components.facequota.shared_quota.server import Server, ServerSettings
from scripts.park.server import KINDS, QuotaServer

from .gates import PAIRING, Gate, empty_replica, now, refused, reserved, until

DOCUMENT = Path(__file__).parents[2] / "docs/park.md"


@pytest.mark.parametrize("kind", KINDS)
async def test_its_user_may_do_what_a_quota_needs_and_no_more(
    kind: str, tmp_path: Path
) -> None:
    found = re.search(
        r"^user default off\nuser facequota .*$", DOCUMENT.read_text(), re.MULTILINE
    )
    assert found is not None
    users = tmp_path / "users.acl"
    users.write_text(found[0].replace("PASSWORD", "secret") + "\n")
    with QuotaServer(kind, "--aclfile", str(users)) as server:
        gate = Gate(server.port)
        gate.book = SharedBook(
            replica=empty_replica(),
            server=Server(
                ServerSettings(
                    addresses=(Address(host="127.0.0.1", port=server.port),),
                    username="facequota",
                    password="secret",
                    context=None,
                )
            ),
            pairing=PAIRING,
            name="gate",
            now=now,
        )
        await gate.open()
        reservation = reserved(await gate.paper_later(1))
        gate.book.settle(reservation, 30, now())
        refused(await gate.paper(1))
        await until(lambda: gate.book.status.waiting == 0)
        gate.book.purge(now())
        await until(lambda: gate.book.status.waiting == 0)
        await gate.connected()
        assert gate.book.status.trouble is None
        await gate.kill()
        client: Any = Valkey(
            host="127.0.0.1", port=server.port, username="facequota", password="secret"
        )
        for command in (("KEYS", "*"), ("GET", "other"), ("FLUSHALL",), ("SAVE",)):
            with pytest.raises(NoPermissionError):
                await client.execute_command(*command)
        await client.aclose()
