"""Adds visitors to a site's memory without a camera, by templates of nobody real."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.facequota.quota.account import Reservation
from custom_components.facequota.site.site import Site

from .people import somebody


def remember(entry: MockConfigEntry, *people: int) -> list[str]:
    """Let people get a portion, each by a template of their own; return their ids."""
    site = entry.runtime_data
    assert isinstance(site, Site)
    visitors = []
    for person in people:
        reservation = site.visitors.reserve(somebody(person), site.options.portion_cm)
        assert isinstance(reservation, Reservation) and reservation.visitor
        site.visitors.settle(reservation, site.options.portion_cm)
        visitors.append(reservation.visitor)
    return visitors
