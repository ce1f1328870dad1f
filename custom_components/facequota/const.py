"""Names of the configuration, events, actions and stored data."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "facequota"
MANUFACTURER: Final = "FaceQuota"
LAW_URL: Final = "https://github.com/facequota/facequota/blob/main/docs/law.md"

SUBENTRY_DISPENSER: Final = "dispenser"
SUBENTRY_DISPLAY: Final = "display"
SUBENTRY_SHARED_QUOTA: Final = "shared_quota"

# A site: entry.data holds what was confirmed at set-up, entry.options the rules.
CONF_CAMERA_POSITION: Final = "camera_position"
CONF_NOTICE_POSTED: Final = "notice_posted"
CONF_WAY_WITHOUT_FACE: Final = "way_without_face"
CONF_ENGINE: Final = "engine"
CONF_WHEELS_FOLDER: Final = "wheels_folder"

CONF_PORTION_CM: Final = "portion_cm"
CONF_ALLOWANCE_CM: Final = "allowance_cm"
CONF_WINDOW_MIN: Final = "window_min"
CONF_REFUSED_AT_MOST_ONE_IN: Final = "refused_at_most_one_in"
CONF_OPEN_PORTIONS: Final = "open_portions"
CONF_URGENT_PER_DAY: Final = "urgent_per_day"
CONF_PRESENTATION_ATTACKS: Final = "presentation_attacks"
CONF_OPERATOR: Final = "operator"
CONF_CONTACT: Final = "contact"
CONF_NOTICE_ON_NETWORK: Final = "notice_on_network"
CONF_SUSPENDED: Final = "suspended"
CONF_SUSPENDED_DISPENSERS: Final = "suspended_dispensers"

# A dispenser: a subentry's data. Its entities, as ENTITY_ROLES, three numbers and a choice.
CONF_CAMERA: Final = "camera"
CONF_MOTOR: Final = "motor"
CONF_REQUEST: Final = "request"
CONF_REQUEST_WITHOUT_FACE: Final = "request_without_face"
CONF_REQUEST_URGENT: Final = "request_urgent"
CONF_FORGET: Final = "forget"
CONF_VISITOR_BUTTON: Final = "visitor_button"
CONF_PORTION_LENGTH: Final = "portion_length"
CONF_PAPER_DISPENSED: Final = "paper_dispensed"
CONF_LAST_PORTION: Final = "last_portion"
CONF_JAM: Final = "jam"
CONF_PAPER_LOW: Final = "paper_low"
CONF_PAPER_OUT: Final = "paper_out"
CONF_ROLL_REMAINING: Final = "roll_remaining"
CONF_COVER_OPEN: Final = "cover_open"
CONF_FAULT: Final = "fault"
CONF_STATUS: Final = "status"
CONF_ROLL_LENGTH_REMAINING: Final = "roll_length_remaining"
CONF_NEW_ROLL: Final = "new_roll"
CONF_ALONE_PORTIONS: Final = "alone_portions"
CONF_ALONE_PAPER: Final = "alone_paper"
CONF_SWITCH_PORTIONS: Final = "switch_portions"
CONF_DISPLAY: Final = "display"
CONF_PRESENCE: Final = "presence"
CONF_CAMERA_OPENED: Final = "camera_opened"
CONF_CM_PER_SECOND: Final = "cm_per_second"
CONF_EYE_LINE: Final = "eye_line"
CONF_ROLL_LENGTH: Final = "roll_length"

# A shared quota: a subentry's data, beside username and password.
CONF_SERVERS: Final = "servers"
CONF_TLS: Final = "tls"
CONF_CA: Final = "ca"
CONF_PAIRING_CODE: Final = "pairing_code"

# What the site's log adds up for each dispenser, and sensors show.
TOTAL_PAPER: Final = "paper_dispensed"
TOTAL_GRANTED: Final = "portions_granted"
TOTAL_REFUSED: Final = "portions_refused"
TOTAL_WITHOUT_FACE: Final = "portions_without_face"
TOTAL_URGENT: Final = "portions_urgent"
TOTAL_NOT_ASKED_FOR: Final = "portions_not_asked_for"

# Fired on the bus; automations use the triggers.
EVENT_VISIT: Final = "facequota_visit"
EVENT_PURGE: Final = "facequota_purge"

# The fields of actions and events.
ATTR_CAUSE: Final = "cause"
ATTR_CM: Final = "cm"
ATTR_EARLIEST: Final = "earliest"
ATTR_FACES: Final = "faces"
ATTR_LANE: Final = "lane"
ATTR_LATEST: Final = "latest"
ATTR_MOTOR_ON_MS: Final = "motor_on_ms"
ATTR_NEXT_PORTION: Final = "next_portion"
ATTR_OLDER_THAN: Final = "older_than"
ATTR_OUTCOME: Final = "outcome"
ATTR_PORTIONS: Final = "portions"
ATTR_REASON: Final = "reason"
ATTR_RECOGNITION_MS: Final = "recognition_ms"
ATTR_REQUEST_ID: Final = "request_id"
ATTR_RESERVATIONS: Final = "reservations"
ATTR_STEP: Final = "step"
ATTR_TIME: Final = "time"

# The project name that our firmware gives Home Assistant's esphome integration,
# which makes manufacturer and model of it.
FIRMWARE_MANUFACTURER: Final = "facequota"
FIRMWARE_MODEL: Final = "paper-dispenser"


class CameraPosition(StrEnum):
    """Where a site's cameras stand; inside a private space is refused."""

    ENTRANCE = "entrance"
    INSIDE = "inside"


class Lane(StrEnum):
    """The lane by which paper is requested and given."""

    FACE = "face"
    OPEN = "open"
    URGENT = "urgent"
    STAFF = "staff"


class Outcome(StrEnum):
    """How a visit ended."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNRECOGNISED = "unrecognised"
    FAILED = "failed"
