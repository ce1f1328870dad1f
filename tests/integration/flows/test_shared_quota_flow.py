"""Sharing a site's quota in the UI, with real servers and a second site."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.shared_quota.pairing import new_code, pairing
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from scripts.park.certificates import certified
from scripts.park.proxy import Proxy
from scripts.park.server import REDIS, VALKEY, QuotaServer
from scripts.park.tls_end import TlsEnd
from tests.contract.gates import Gate
from tests.integration.conftest import set_up_site, unload
from tests.integration.people import somebody
from tests.integration.site.shared_quotas import (
    answers,
    begin,
    connected,
    share,
    submit,
    until,
)


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let the tests reach the servers that they start."""


@pytest.fixture(name="site")
async def site_fixture(hass: HomeAssistant) -> AsyncIterator[MockConfigEntry]:
    """Return a site whose faces are looked for."""
    entry = await set_up_site(hass)
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await unload(hass, entry)


async def errors_with(
    hass: HomeAssistant,
    site: MockConfigEntry,
    server: QuotaServer | None,
    **changes: Any,
) -> dict[str, str] | None:
    """Enter a server and return what the form says against it; None for nothing."""
    values = answers(server, **changes) if server else {"tls": False, **changes}
    shown = await submit(hass, await begin(hass, site), values)
    hass.config_entries.subentries.async_abort(shown["flow_id"])
    if shown["type"] is FlowResultType.MENU:
        return None
    errors: dict[str, str] = shown["errors"]
    return errors


async def test_a_site_joins_by_the_code_that_another_one_showed(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """Who had paper at one has had it at both; at the pairing everybody is forgotten."""
    code = new_code()
    with QuotaServer() as server:
        other = Gate(server.port, name="West gate", pairing=pairing(code))
        await other.open()
        await other.book.reserve(somebody(1), 60, other.now())
        shown = await submit(hass, await begin(hass, site), answers(server))
        shown = await submit(hass, shown, {"next_step_id": "join"})
        shown = await submit(hass, shown, {"pairing_code": code.lower()})
        assert shown["type"] is FlowResultType.CREATE_ENTRY
        await until(lambda: connected(site) and other.book.status.connected)
        await until(lambda: not other.replica.names())
        visitors = site.runtime_data.visitors
        assert isinstance(await visitors.request(somebody(1), 60), Reservation)
        refusal = await other.book.reserve(somebody(1), 60, other.now())
        assert isinstance(refusal, Refusal)
        await until(lambda: len(other.book.status.instances) == 2)
        status = site.runtime_data.sharing.status
        assert sorted(status.instances) == ["East gate", "West gate"]
        await other.kill()


async def test_the_code_of_another_quota_does_not_join_this_one(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    with QuotaServer() as server:
        shown = await submit(hass, await begin(hass, site), answers(server))
        shown = await submit(hass, shown, {"next_step_id": "join"})
        shown = await submit(hass, shown, {"pairing_code": new_code()})
        assert shown["errors"] == {"pairing_code": "nobody_there"}
        hass.config_entries.subentries.async_abort(shown["flow_id"])


async def test_a_code_that_was_typed_is_kept_when_the_server_is_away(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    with QuotaServer() as server:
        shown = await submit(hass, await begin(hass, site), answers(server))
        shown = await submit(hass, shown, {"next_step_id": "join"})
        server.kill()
        code = new_code()
        shown = await submit(hass, shown, {"pairing_code": code})
        assert shown["errors"] == {"base": "no_answer"}
        (field,) = shown["data_schema"].schema
        assert field.description == {"suggested_value": code}
        hass.config_entries.subentries.async_abort(shown["flow_id"])


async def test_a_quota_of_another_version_is_not_joined(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    code = new_code()
    with QuotaServer() as server:
        other = Gate(server.port, pairing=pairing(code))
        await other.open()
        meta = f"fq:{{{pairing(code).quota}}}:meta"
        await other.raw("HSET", meta, "layout", "2")
        shown = await submit(hass, await begin(hass, site), answers(server))
        shown = await submit(hass, shown, {"next_step_id": "join"})
        shown = await submit(hass, shown, {"pairing_code": code})
        assert shown["errors"] == {"base": "other_version"}
        hass.config_entries.subentries.async_abort(shown["flow_id"])
        await other.kill()


async def test_another_server_is_entered_and_the_code_stays(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    """A server that is not fit changes nothing."""
    with QuotaServer() as first, QuotaServer() as second:
        code = await share(hass, site, first)
        await until(lambda: connected(site))
        (subentry,) = (
            one
            for one in site.subentries.values()
            if one.subentry_type == "shared_quota"
        )
        shown = await site.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
        wrong = answers(second, servers="127.0.0.1:1")
        shown = await submit(hass, shown, wrong)
        assert shown["errors"] == {"base": "no_answer"}
        shown = await submit(hass, shown, answers(second))
        assert shown["type"] is FlowResultType.ABORT
        assert shown["reason"] == "reconfigure_successful"
        first.kill()
        await hass.async_block_till_done()
        await until(lambda: connected(site))
        data = site.subentries[subentry.subentry_id].data
        assert data["pairing_code"] == code
        assert data["servers"] == answers(second)["servers"]
        title = site.subentries[subentry.subentry_id].title
        assert title == answers(second)["servers"]


@contextmanager
def serving_tls(kind: str, settings: list[str]) -> Iterator[str]:
    """Yield the address of a server with a certificate.

    Redis speaks TLS itself. The Valkey of the tests is built without; before it stands a
    proxy that does, as a load balancer would.
    """
    if kind == REDIS:
        with QuotaServer(REDIS, *settings) as server:
            yield f"127.0.0.1:{server.port}"
        return
    files = dict(zip(settings[::2], settings[1::2], strict=True))
    certificate, key = files["--tls-cert-file"], files["--tls-key-file"]
    with (
        QuotaServer(VALKEY) as server,
        TlsEnd(server.port, certificate, key) as end,
    ):
        yield f"127.0.0.1:{end.port}"


@pytest.mark.parametrize("kind", [VALKEY, REDIS])
async def test_the_named_authority_s_certificate_is_accepted_and_no_other(
    hass: HomeAssistant, site: MockConfigEntry, tmp_path: Path, kind: str
) -> None:
    """Each way in which a certificate is wrong has its own word."""
    for name in ("mine", "other", "elsewhere", "old"):
        (tmp_path / name).mkdir()
    mine, settings = certified(tmp_path / "mine")
    another, _ = certified(tmp_path / "other")
    far, far_settings = certified(tmp_path / "elsewhere", "127.0.0.2")
    old, old_settings = certified(tmp_path / "old", expired=True)

    async def told(server: str, **changes: Any) -> dict[str, str] | None:
        return await errors_with(hass, site, None, servers=server, **changes)

    with serving_tls(kind, settings) as server:
        assert await told(server, tls=True, ca=mine) is None
        unknown = {"base": "certificate_unknown"}
        assert await told(server, tls=True) == unknown
        assert await told(server, tls=True, ca=another) == unknown
        assert await told(server) == {"base": "tls_only"}
        name = server.replace("127.0.0.1", "localhost")
        wrong = {"base": "certificate_name"}
        assert await told(name, tls=True, ca=mine) == wrong
    with serving_tls(kind, far_settings) as server:
        assert await told(server, tls=True, ca=far) == wrong
    with serving_tls(kind, old_settings) as server:
        expired = {"base": "certificate_expired"}
        assert await told(server, tls=True, ca=old) == expired


async def test_a_server_that_wants_a_certificate_of_this_machine_is_refused(
    hass: HomeAssistant, site: MockConfigEntry, tmp_path: Path
) -> None:
    mine, settings = certified(tmp_path)
    settings[settings.index("--tls-auth-clients") + 1] = "yes"
    with serving_tls(REDIS, settings) as server:
        told = await errors_with(hass, site, None, servers=server, tls=True, ca=mine)
        assert told == {"base": "tls"}


@pytest.mark.parametrize("tls", [False, True])
async def test_a_server_that_never_says_anything_does_not_answer(
    hass: HomeAssistant, site: MockConfigEntry, tls: bool
) -> None:
    """It takes connections: that alone says nothing of how they are encrypted."""
    with QuotaServer() as server:
        proxy = Proxy(server.port)
        await proxy.start()
        proxy.freeze()
        where = f"127.0.0.1:{proxy.port}"
        told = await errors_with(hass, site, None, servers=where, tls=tls)
        assert told == {"base": "no_answer"}
        await proxy.stop()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (["--replicaof", "127.0.0.1", "1"], "read_only"),
        (["--maxmemory", "1"], "full"),
        (["--save", "60 1"], "persistence"),
        (["--rename-command", "FUNCTION", ""], "refused"),
    ],
)
async def test_a_server_that_cannot_keep_a_quota_is_refused(
    hass: HomeAssistant, site: MockConfigEntry, settings: list[str], error: str
) -> None:
    with QuotaServer(VALKEY, *settings) as server:
        assert await errors_with(hass, site, server) == {"base": error}


async def test_a_user_who_may_not_do_all_that_is_needed_is_refused(
    hass: HomeAssistant, site: MockConfigEntry, tmp_path: Path
) -> None:
    users = tmp_path / "users.acl"
    users.write_text("user default off\nuser half on >secret ~fq:* +@all -config\n")
    with QuotaServer(VALKEY, "--aclfile", str(users)) as server:
        who = {"username": "half", "password": "secret"}
        told = await errors_with(hass, site, server, **who)
        assert told == {"base": "no_permission"}


@pytest.mark.parametrize(
    ("said", "instead", "error"),
    [
        (rb"(valkey|redis)_version:\d+", rb"\1_version:6", "too_old"),
        # Seconds since 1970, as TIME answers: twenty thousand years from now.
        (rb"\*2\r\n\$10\r\n\d{10}", rb"*2\r\n$10\r\n9999999999", "clocks"),
    ],
)
async def test_a_server_of_another_time_is_refused(
    hass: HomeAssistant,
    site: MockConfigEntry,
    said: bytes,
    instead: bytes,
    error: str,
) -> None:
    """A real one, which says through a proxy that it is older, or what time it is."""
    with QuotaServer() as server:
        proxy = Proxy(server.port)
        await proxy.start()
        assert (
            await errors_with(hass, site, server, servers=f"127.0.0.1:{proxy.port}")
            is None
        )
        proxy.rewrites[said] = instead
        told = await errors_with(hass, site, server, servers=f"127.0.0.1:{proxy.port}")
        assert told == {"base": error}
        await proxy.stop()
