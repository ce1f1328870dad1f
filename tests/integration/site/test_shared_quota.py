"""Sites that share one quota, in Home Assistant, with a real server."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from valkey.asyncio import Valkey

from custom_components.facequota.const import DOMAIN
from custom_components.facequota.quota.account import Refusal, Reservation
from custom_components.facequota.shared_quota.pairing import pairing
from custom_components.facequota.site.sharing import away_issue_id
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from scripts.park.server import QuotaServer
from tests.contract.gates import Gate
from tests.integration.actions import act
from tests.integration.conftest import set_up_site, unload
from tests.integration.people import somebody

from .shared_quotas import answers, begin, connected, share, submit, until


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let the tests reach the server that they start."""


@pytest.fixture(name="server")
def server_fixture() -> Iterator[QuotaServer]:
    """Return a server that knows nothing."""
    with QuotaServer() as server:
        yield server


@pytest.fixture(name="site")
async def site_fixture(hass: HomeAssistant) -> AsyncIterator[MockConfigEntry]:
    """Return a site whose faces are looked for."""
    entry = await set_up_site(hass)
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await unload(hass, entry)


async def test_a_site_shares_its_quota_and_is_alone_again(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    """In the UI only; what is shown is what there is."""
    await share(hass, site, server)
    visitors = site.runtime_data.visitors
    assert isinstance(await visitors.request(somebody(1), 60), Reservation)
    assert isinstance(await visitors.request(somebody(1), 60), Refusal)
    await hass.async_block_till_done()
    state = hass.states.get("sensor.east_gate_shared_quota")
    assert state is not None
    assert state.state == "connected"
    assert state.attributes["instances"] == ["East gate"]
    again = await begin(hass, site)
    assert again["reason"] == "already_shared"
    (subentry,) = (
        one for one in site.subentries.values() if one.subentry_type == "shared_quota"
    )
    hass.config_entries.async_remove_subentry(site, subentry.subentry_id)
    await hass.async_block_till_done()
    await until(lambda: site.state is ConfigEntryState.LOADED)
    assert not site.runtime_data.sharing.configured
    assert isinstance(
        await site.runtime_data.visitors.request(somebody(2), 60), Reservation
    )


async def test_paper_comes_while_the_server_is_away_and_an_issue_is_created(
    hass: HomeAssistant,
    site: MockConfigEntry,
    server: QuotaServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.facequota.site.sharing.AWAY_AFTER_S", 0.0)
    await share(hass, site, server)
    visitors = site.runtime_data.visitors
    await visitors.request(somebody(1), 60)
    server.kill()
    assert isinstance(await visitors.request(somebody(1), 60), Refusal)
    assert isinstance(await visitors.request(somebody(2), 60), Reservation)
    issues = ir.async_get(hass)
    await until(lambda: issues.async_get_issue(DOMAIN, away_issue_id(site)))
    state = hass.states.get("sensor.east_gate_shared_quota")
    assert state is not None
    assert state.state == "no_answer"
    server.start()
    await until(lambda: connected(site))
    assert not issues.async_get_issue(DOMAIN, away_issue_id(site))
    for person in (1, 2):
        assert isinstance(await visitors.request(somebody(person), 60), Refusal)


async def test_a_purge_answers_who_followed_it(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    await share(hass, site, server)
    await site.runtime_data.visitors.request(somebody(1), 60)
    receipt = await act(hass, "purge", config_entry_id=site.entry_id)
    assert receipt["faces"] == 1
    assert receipt["shared_quota"] == {
        "acknowledged": ["East gate"],
        "missing": [],
        "nothing_left_on_server": True,
    }


async def test_a_purge_by_the_button_tells_who_followed_it(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    await share(hass, site, server)
    await site.runtime_data.visitors.request(somebody(1), 60)
    await hass.services.async_call(
        "button", "press", {"entity_id": "button.east_gate_purge"}, blocking=True
    )
    await until(lambda: site.runtime_data.sharing.last_purge)
    await hass.async_block_till_done()
    state = hass.states.get("sensor.east_gate_shared_quota")
    assert state is not None
    assert state.attributes["purge_acknowledged"] == ["East gate"]
    assert state.attributes["purge_missing"] == []


async def test_a_purge_only_here_leaves_the_others_as_they_are(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    """Nobody is known here any more; at another gate they are."""
    code = await share(hass, site, server)
    other = Gate(server.port, name="West gate", pairing=pairing(code))
    await other.open()
    visitors = site.runtime_data.visitors
    await visitors.request(somebody(1), 60)
    await until(lambda: other.replica.names())
    receipt = await act(hass, "purge", config_entry_id=site.entry_id, only_here=True)
    assert receipt["faces"] == 1
    assert "shared_quota" not in receipt
    assert isinstance(await other.book.reserve(somebody(1), 60, other.now()), Refusal)
    assert isinstance(await visitors.request(somebody(1), 60), Reservation)
    await other.kill()


async def test_a_restart_of_one_site_purges_no_visitor_elsewhere(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    """The sealed template stays with the others; nobody is left here to open it."""
    await share(hass, site, server)
    visitors = site.runtime_data.visitors
    await visitors.request(somebody(1), 60)
    await hass.config_entries.async_unload(site.entry_id)
    assert visitors.statistics.faces == 0
    client: Any = Valkey(host="127.0.0.1", port=server.port)
    assert len(await client.keys("fq:*:v:*")) == 1
    await client.aclose()


async def test_while_face_recognition_is_off_no_visitor_is_remembered(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    """What was told at the other sites holds: there everybody stays until their time."""
    code = await share(hass, site, server)
    other = Gate(server.port, name="West gate", pairing=pairing(code))
    await other.open()
    visitors = site.runtime_data.visitors
    await visitors.request(somebody(1), 60)
    await until(lambda: other.replica.names())
    site.runtime_data.suspend(True)
    await until(lambda: site.runtime_data.sharing.status is None)
    assert visitors.statistics.faces == 0
    await until(lambda: other.book.status.instances == ("West gate",))
    assert isinstance(await other.book.reserve(somebody(1), 60, other.now()), Refusal)
    site.runtime_data.suspend(False)
    await until(lambda: connected(site))
    assert isinstance(await visitors.request(somebody(1), 60), Refusal)
    await other.kill()


async def test_two_sites_of_one_home_assistant_may_share_one_quota(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    second = await set_up_site(hass, title="West gate")
    code = await share(hass, site, server)
    shown = await submit(hass, await begin(hass, second), answers(server))
    shown = await submit(hass, shown, {"next_step_id": "join"})
    shown = await submit(hass, shown, {"pairing_code": code})
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    await until(lambda: connected(site) and connected(second))
    await site.runtime_data.visitors.request(somebody(1), 60)
    await until(second.runtime_data.visitors.replica.names)
    answer = await second.runtime_data.visitors.request(somebody(1), 60)
    assert isinstance(answer, Refusal)
    await unload(hass, second)


async def test_the_code_has_to_be_one_and_somebody_has_to_be_there(
    hass: HomeAssistant, site: MockConfigEntry, server: QuotaServer
) -> None:
    shown = await submit(hass, await begin(hass, site), answers(server))
    shown = await submit(hass, shown, {"next_step_id": "join"})
    shown = await submit(hass, shown, {"pairing_code": "no code"})
    assert shown["errors"] == {"pairing_code": "wrong_code"}
    nobody = "0000-0000-0000-0000-0000-0000"
    shown = await submit(hass, shown, {"pairing_code": nobody})
    assert shown["errors"]["pairing_code"] in {"wrong_code", "nobody_there"}
    hass.config_entries.subentries.async_abort(shown["flow_id"])


@pytest.mark.parametrize(
    ("settings", "changes", "error"),
    [
        (["--requirepass", "secret"], {}, {"base": "wrong_password"}),
        (["--requirepass", "secret"], {"password": "no"}, {"base": "wrong_password"}),
        (["--appendonly", "yes"], {}, {"base": "persistence"}),
        (["--maxmemory-policy", "allkeys-lru"], {}, {"base": "eviction"}),
        ([], {"tls": True}, {"base": "tls"}),
        ([], {"tls": True, "ca": "no certificate"}, {"ca": "wrong_certificate"}),
        ([], {"servers": "a b:c"}, {"servers": "wrong_address"}),
        ([], {"servers": "127.0.0.1:1"}, {"base": "no_answer"}),
        ([], {"servers": "8.8.8.8"}, {"base": "public_address"}),
    ],
)
async def test_each_reason_against_a_server_is_reported(
    hass: HomeAssistant,
    site: MockConfigEntry,
    settings: list[str],
    changes: dict[str, Any],
    error: dict[str, str],
) -> None:
    with QuotaServer("valkey", *settings) as server:
        shown = await begin(hass, site)
        shown = await submit(hass, shown, answers(server, **changes))
        assert shown["errors"] == error
        hass.config_entries.subentries.async_abort(shown["flow_id"])
