"""The dashboard's views: all sites, one site, the cleaner's round."""

from collections.abc import Iterable, Mapping
from typing import Any

from custom_components.facequota.const import ATTR_REASON, ATTR_STEP

from .dashboard_cards import (
    WHOLE_WIDTH,
    WHOSE,
    Card,
    Entities,
    Words,
    bars,
    button,
    heading,
    hours,
    only_while,
    section,
    tasks,
    tile,
    unless_unknown,
    view,
)


def overview_view(
    sites: Iterable[Entities], stopped: Iterable[str], words: Words
) -> Card:
    """Return the overview: one section for each site, in the order given, with what a person should do now.

    stopped are the names of sites that do not run: they have no entity that could show
    it.
    """
    return view(
        words["overview"],
        "overview",
        "mdi:view-dashboard-outline",
        [
            *(_at_a_glance(site, words) for site in sites),
            *(_stopped(title, words) for title in stopped),
        ],
    )


def site_view(site: Entities, words: Words, *, admin: bool) -> Card:
    """Return the view of one site."""
    return view(
        site.title,
        site.path,
        "mdi:paper-roll-outline",
        [
            *(_dispenser(name, one) for name, one in site.dispensers),
            _visitors(site, words),
            _cleaning(site, words),
            _faces(site, words, admin=admin),
            _rules(site, words) if admin else None,
            _activity(site, words),
        ],
    )


def round_view(sites: Iterable[Entities], words: Words) -> Card:
    """Return the cleaner's round: the tasks, and a button for each thing done."""
    made: list[Card | None] = []
    for site in sites:
        made.append(
            section(
                heading(site.title, "mdi:clipboard-check-outline"),
                tasks(site),
                button(site.of_site.get("button.cleaned"), words["cleaned"]),
                _suspend(site, words),
            )
        )
        made += [
            section(
                heading(f"{name} · {site.title}", "mdi:paper-roll-outline"),
                *_problems(one),
                tile(one.get("sensor.paper_left"), color="teal"),
                tile(one.get("sensor.empty_at"), color="amber"),
                button(one.get("button.refilled"), words["refilled"]),
                button(one.get("button.dispense"), words["dispense"]),
            )
            for name, one in site.dispensers
        ]
    return view(words["round"], "round", "mdi:clipboard-list-outline", made)


def _stopped(title: str, words: Words) -> Card | None:
    return section(
        heading(title, "mdi:map-marker-off"),
        {"type": "markdown", "content": words.stopped, "grid_options": WHOLE_WIDTH},
    )


def _at_a_glance(site: Entities, words: Words) -> Card | None:
    problems = [
        card for _name, one in site.dispensers for card in _problems(one, name=WHOSE)
    ]
    return section(
        heading(site.title, "mdi:map-marker", path=site.path),
        *problems,
        _cleaning_due(site),
        tasks(site),
        *(
            unless_unknown(one.get("sensor.empty_at"), name=WHOSE, color="amber")
            for _name, one in site.dispensers
        ),
        tile(site.of_site.get("sensor.visitors_today"), color="teal"),
        tile(site.of_site.get("sensor.faces_remembered"), color="indigo"),
    )


def _problems(one: Mapping[str, str], **options: Any) -> Iterable[Card | None]:
    """Return the cards that are shown only while a person should look after a dispenser, with the reason."""
    yield only_while(
        one.get("binary_sensor.problem"),
        "on",
        color="red",
        state_content=[ATTR_REASON],
        **options,
    )
    # Their names say what is wrong; their state would only be "Problem".
    for key in ("binary_sensor.paper_low", "binary_sensor.unusual_use"):
        yield only_while(one.get(key), "on", color="amber", hide_state=True, **options)


def _cleaning_due(site: Entities) -> Card | None:
    # Its name says it, as above.
    return only_while(
        site.of_site.get("binary_sensor.cleaning_due"),
        "on",
        color="amber",
        hide_state=True,
    )


def _dispenser(name: str, one: Mapping[str, str]) -> Card | None:
    return section(
        heading(name, "mdi:paper-roll"),
        tile(one.get("sensor.state"), state_content=["state", ATTR_STEP]),
        *_problems(one),
        tile(
            one.get("sensor.paper_left"),
            color="teal",
            features=[{"type": "trend-graph", "hours_to_show": 72}],
        ),
        tile(one.get("sensor.empty_at"), color="amber"),
        tile(one.get("sensor.refilled_at")),
        unless_unknown(one.get("sensor.time_to_refill")),
    )


def _visitors(site: Entities, words: Words) -> Card | None:
    granted = site.everywhere("sensor.portions_granted")
    return section(
        heading(words["visitors"], "mdi:account-group"),
        tile(site.of_site.get("sensor.visitors_today"), color="teal"),
        tile(
            site.of_site.get("sensor.way_without_face"),
            color="teal",
            grid_options=WHOLE_WIDTH,
        ),
        hours(site),
        bars(words["usual_by_hour"], granted, days=7, period="hour"),
        span=2,
    )


def _cleaning(site: Entities, words: Words) -> Card | None:
    return section(
        heading(words["to_do"], "mdi:clipboard-list-outline"),
        tasks(site),
        _cleaning_due(site),
        tile(site.of_site.get("sensor.visits_since_cleaning")),
        tile(site.of_site.get("sensor.cleaned_at")),
        button(site.of_site.get("button.cleaned"), words["cleaned"]),
    )


def _faces(site: Entities, words: Words, *, admin: bool) -> Card | None:
    remembered = site.of_site.get("sensor.faces_remembered")
    history: Card | None = None
    if remembered is not None:
        history = {
            "type": "history-graph",
            "entities": [remembered],
            "hours_to_show": 24,
            "grid_options": WHOLE_WIDTH,
        }
    return section(
        heading(words["faces"], "mdi:face-recognition"),
        tile(remembered, color="indigo"),
        unless_unknown(site.of_site.get("sensor.longest_time_left"), color="indigo"),
        history,
        tile(site.of_site.get("switch.face_recognition"), features=[{"type": "toggle"}])
        if admin
        else None,
        button(site.of_site.get("button.purge"), words["purge"], ask=words["purge_ask"])
        if admin
        else None,
    )


def _suspend(site: Entities, words: Words) -> Card | None:
    """Return the button that switches face recognition off. Every user may press it; only an administrator can switch it on again."""
    return only_while(
        site.of_site.get("switch.face_recognition"),
        "on",
        name=words["suspend"],
        hide_state=True,
        tap_action={
            "action": "perform-action",
            "perform_action": "switch.turn_off",
            "target": {"entity_id": site.of_site.get("switch.face_recognition")},
            "confirmation": {"text": words["suspend_ask"]},
        },
    )


def _rules(site: Entities, words: Words) -> Card | None:
    keys = ("number.portion", "number.allowance", "number.window")
    return section(
        heading(words["rules"], "mdi:ruler"),
        *(
            tile(
                site.of_site.get(key),
                features=[{"type": "numeric-input", "style": "buttons"}],
            )
            for key in keys
        ),
    )


def _activity(site: Entities, words: Words) -> Card | None:
    told = [*site.everywhere("event.visit"), site.of_site.get("event.purge")]
    entities = [one for one in told if one is not None]
    if not entities:
        return None
    return section(
        heading(words["activity"], "mdi:format-list-bulleted"),
        {
            "type": "logbook",
            "target": {"entity_id": entities},
            "hours_to_show": 24,
            "grid_options": {"columns": "full", "rows": 6},
        },
    )
