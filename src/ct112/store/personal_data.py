"""The registry of personal data: every column that may hold any has a class here (UU PDP 27/2022).

A class says about whom the data is and what it is for; retention and erasure go by class. A column that can
hold words and stands neither in `classes` nor in `plain` fails `tests/store/test_personal_data.py`.
Facts hold nothing personal, and the audit keeps its own promise (`store/audit.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class DataClass(StrEnum):
    """What kind of personal data it is."""

    CALLER = "caller"
    PLACE = "place"
    VOICE = "voice"
    EVENT = "event"
    STAFF = "staff"
    CONTACT = "contact"
    ACCESS = "access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A class in words. `specific`: UU PDP article 4 (2) protects it more. `by_age`: retention erases it."""

    about: str
    purpose: str
    specific: bool = False
    by_age: bool = True


MEANINGS: Mapping[DataClass, Meaning] = MappingProxyType(
    {
        DataClass.CALLER: Meaning(about="who calls", purpose="to answer, to call back, to tell pranks"),
        DataClass.PLACE: Meaning(about="who calls or is in need", purpose="to send help to the place"),
        DataClass.VOICE: Meaning(about="who talks in a call", purpose="proof of what was said"),
        DataClass.EVENT: Meaning(
            about="people in an incident",
            purpose="to tell those who help; may be about health",
            specific=True,
        ),
        DataClass.STAFF: Meaning(
            about="who works in the centre", purpose="who may do what, who did what", by_age=False
        ),
        DataClass.CONTACT: Meaning(about="who works in an agency", purpose="to reach them", by_age=False),
        DataClass.ACCESS: Meaning(
            about="who uses the system",
            purpose="who saw and changed what; has rules of its own",
            by_age=False,
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table: what of it is personal, and how that is found and erased. The names are SQL.

    `plain`: columns that were looked at and hold nothing personal. `at`: the age of a row; None: a row of
    this table is changed by hand, never by age. `blank`: what is written where NULL may not stand.
    `over`: when a row may be erased; one that is still in use would be written again. `calls` and
    `incidents`: queries of what a row belongs to: a legal hold on one of them holds the row.
    `by_number`: the condition that a row is of somebody with one of the numbers `:forms`. `goes_with`: what
    it is erased with, of "call" and "incident". `marks`: the column that says when the number went.
    """

    table: str
    key: str = "id"
    key_type: str = "uuid"
    classes: Mapping[str, DataClass] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    at: str | None = None
    blank: Mapping[str, str] = field(default_factory=dict)
    over: str = "true"
    calls: str | None = None
    incidents: str | None = None
    by_number: str | None = None
    goes_with: frozenset[str] = frozenset({"call", "incident"})
    marks: str | None = None

    def columns(self, *wanted: DataClass) -> tuple[str, ...]:
        """Return the columns of these classes; of all when none is named."""
        return tuple(name for name, its in self.classes.items() if not wanted or its in wanted)

    def something(self, columns: Iterable[str]) -> str:
        """Return the SQL condition that something is there to erase."""
        return " OR ".join(f"{name} IS DISTINCT FROM {self.blank.get(name, 'NULL')}" for name in columns)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _all(of: DataClass, text: str) -> dict[str, DataClass]:
    return dict.fromkeys(text.split(), of)


CALLER, PLACE, VOICE, EVENT = DataClass.CALLER, DataClass.PLACE, DataClass.VOICE, DataClass.EVENT
STAFF, CONTACT, ACCESS = DataClass.STAFF, DataClass.CONTACT, DataClass.ACCESS

CALLS = (
    Kept(
        table="call_record",
        classes=_all(CALLER, "ani ani_e164 sip_call_id keys_pressed")
        | {"location": PLACE, "recording": VOICE, "operator": STAFF},
        plain=_words("node dialled service_class class_source ivr_path position outcome ended_by"),
        at="arrived_at",
        over="ended_at IS NOT NULL",
        calls="SELECT call_record.id",
        incidents="SELECT incident_id FROM incident_call WHERE call_id = call_record.id",
        by_number="ani_e164 = ANY(:forms) OR ani = ANY(:forms)",
        marks="erased_at",
    ),
    Kept(table="call_fact", key="call_id", plain=_words("kind data")),
    Kept(
        table="callback_task",
        key_type="bigint",
        classes=_all(CALLER, "number ani") | {"taken_by": STAFF},
        plain=_words("service_class reason state result not_dialled"),
        at="first_call_at",
        blank={"number": "''", "ani": "''"},
        over="state = 'closed'",
        calls="SELECT call_id FROM callback_call WHERE task_id = callback_task.id",
        incidents="SELECT incident_id FROM incident_call JOIN callback_call USING (call_id)"
        " WHERE task_id = callback_task.id",
        by_number="number = ANY(:forms) OR ani = ANY(:forms)",
    ),
    Kept(
        table="place_location",
        classes=_all(PLACE, "latitude longitude uncertainty_m confidence text shape")
        | {"number": CALLER, "by": STAFF},
        plain=_words("source digest"),
        at="received_at",
        calls="SELECT place_location.call_id",
        incidents="SELECT coalesce(place_location.incident_id, incident_call.incident_id) FROM (SELECT 1) one"
        " LEFT JOIN incident_call ON incident_call.call_id = place_location.call_id",
        by_number="number = ANY(:forms) OR call_id IN"
        " (SELECT id FROM call_record WHERE ani_e164 = ANY(:forms) OR ani = ANY(:forms))",
    ),
    Kept(table="location_link", key="token_hash", classes={"made_by": STAFF}, plain=_words("token_hash")),
    Kept(table="callback_call", key="call_id"),
    Kept(table="agency_call_fact", key="delivery", plain=_words("kind data")),
)
PEOPLE = (
    Kept(table="position", key="name", plain=_words("name sip_password")),
    Kept(table="operator", key="name", classes=_all(STAFF, "name full_name pin_hash")),
    Kept(table="pause_reason", key="code", plain=_words("code indonesian english")),
    Kept(table="seating", classes={"operator": STAFF}, plain=_words("position reason")),
    Kept(
        table="seating_fact",
        key="stay",
        classes=_all(STAFF, "operator by"),
        plain=_words("kind position reason"),
    ),
    Kept(table="roster", classes={"operator": STAFF}),
    Kept(
        table="account",
        key="name",
        classes=_all(STAFF, "name operator password_hash totp_secret oidc_issuer oidc_subject"),
        plain=_words("role agency"),
    ),
    Kept(table="session", classes=_all(ACCESS, "account source"), plain=_words("token_hash via")),
    Kept(
        table="api_token",
        classes=_all(STAFF, "account label created_by"),
        plain=_words("token_hash scopes"),
    ),
    Kept(table="login_device", key="token_hash", classes={"account": ACCESS}, plain=_words("token_hash")),
    Kept(table="login_throttle", key="key", plain=_words("key")),
    Kept(
        table="audit",
        classes=_all(ACCESS, "actor personal"),
        plain=_words("role action object_kind object_id detail personal_digest mac key_id"),
    ),
)
AGENCIES = (
    Kept(table="agency", key="code", classes={"ways": CONTACT}, plain=_words("code name")),
    Kept(table="agency_contact", classes=_all(CONTACT, "name title number email"), plain=_words("agency")),
    Kept(table="agency_duty", classes={"note": CONTACT}, plain=_words("days")),
    Kept(
        table="routing_version",
        key="number",
        classes={"stored_by": STAFF},
        plain=_words("source_yaml document note"),
    ),
    Kept(table="routing_publication", classes={"published_by": STAFF}, plain=_words("note")),
    Kept(table="routing_unmatched", plain=_words("category area")),
)


def _bare(column: str) -> str:
    """Return the SQL of a number that people typed, without spaces and whatever else parts its digits."""
    return f"regexp_replace({column}, '[^0-9A-Za-z+*#]', '', 'g')"


THEIR_NUMBER = f"{_bare('caller_number')} = ANY(:forms)"
OF_OFFER = _bare("told ->> 'caller_number'")
SAID = _bare("said #>> '{}'")
TOLD = "caller_name caller_number description landmark place_text latitude longitude reason note"
"""The fields of an incident's trail that are personal."""
INCIDENTS = (
    Kept(
        table="incident_change",  # before the incident: its caller's number finds these
        key_type="bigint",
        classes={"data": EVENT, "by": STAFF},
        plain=_words("kind"),
        at="at",
        blank={"data": f"data - '{{{','.join(TOLD.split())}}}'::text[]"},
        over="incident_id IN (SELECT id FROM incident WHERE status IN ('closed', 'merged'))",
        calls="SELECT call_id FROM incident_call AS its WHERE its.incident_id = incident_change.incident_id",
        incidents="SELECT incident_change.incident_id",
        by_number=f"incident_id IN (SELECT id FROM incident WHERE {THEIR_NUMBER})"  # noqa: S608 (our own words)
        " OR EXISTS (SELECT FROM jsonb_path_query(data, '$.**') AS said"
        f" WHERE {SAID} = ANY(:forms))",
        goes_with=frozenset({"incident"}),
    ),
    Kept(
        table="incident",
        classes=_all(CALLER, "caller_name caller_number")
        | _all(EVENT, "description close_reason drafted_as")
        | _all(PLACE, "landmark place_text latitude longitude")
        | {"opened_by": STAFF},
        plain=_words("number status category kelurahan"),
        at="opened_at",
        over="status IN ('closed', 'merged')",
        calls="SELECT call_id FROM incident_call WHERE incident_id = incident.id",
        incidents="SELECT incident.id",
        by_number=THEIR_NUMBER,
        goes_with=frozenset({"incident"}),
    ),
    Kept(
        table="alert",
        classes=_all(EVENT, "evidence close_reason") | {"place_text": PLACE, "taken_by": STAFF},
        plain=_words("status kind source latitude longitude"),  # where a sensor is
        at="first_at",
        blank={"evidence": "'[]'::jsonb"},
        over="status IN ('dismissed', 'incident')",
        calls="SELECT call_id FROM incident_call AS its WHERE its.incident_id = alert.incident_id",
        incidents="SELECT alert.incident_id",
        goes_with=frozenset({"incident"}),
    ),
    Kept(
        table="neighbour_offer",
        classes=_all(EVENT, "told reason") | {"answered_by": STAFF},
        plain=_words("neighbour number status cause came_by order"),
        at="received_at",
        blank={"told": "'{}'::jsonb"},
        over="status IN ('refused', 'withdrawn', 'done')",
        calls="SELECT call_id FROM incident_call AS its WHERE its.incident_id = neighbour_offer.incident_id",
        incidents="SELECT neighbour_offer.incident_id",
        by_number=f"{OF_OFFER} = ANY(:forms)",
        goes_with=frozenset({"incident"}),
    ),
    Kept(
        table="neighbour_answer",
        classes={"reason": EVENT},
        plain=_words("status outcome"),
        at="created_at",
        over="due_at IS NULL",
        calls="SELECT call_id FROM incident_call JOIN neighbour_offer USING (incident_id)"
        " WHERE neighbour_offer.id = neighbour_answer.offer_id",
        incidents="SELECT incident_id FROM neighbour_offer WHERE id = neighbour_answer.offer_id",
        goes_with=frozenset({"incident"}),
    ),
    Kept(table="neighbour", key="code", plain=_words("code name url secret token")),
    Kept(table="neighbour_key", key="key", plain=_words("neighbour")),
    Kept(table="camera", key="code", plain=_words("code name stream latitude longitude")),
    Kept(table="incident_call", key="incident_id", classes={"joined_by": STAFF}),
    Kept(
        table="dispatch",
        classes=_all(EVENT, "reason how what drafted_as") | _all(STAFF, "asked_by changed_by"),
        plain=_words("agency status escalated_why"),
        at="asked_at",
        over="status IN ('done', 'cancelled') OR incident_id IN"
        " (SELECT id FROM incident WHERE status IN ('closed', 'merged'))",
        calls="SELECT call_id FROM incident_call AS its WHERE its.incident_id = dispatch.incident_id",
        incidents="SELECT dispatch.incident_id",
        goes_with=frozenset({"incident"}),
    ),
    Kept(
        table="dispatch_note",
        classes=_all(EVENT, "text photo drafted_as") | {"by": STAFF},
        at="at",
        over="dispatch_id IN (SELECT dispatch.id FROM dispatch JOIN incident ON incident.id = incident_id"
        " WHERE incident.status IN ('closed', 'merged'))",
        calls="SELECT call_id FROM incident_call JOIN dispatch USING (incident_id)"
        " WHERE dispatch.id = dispatch_note.dispatch_id",
        incidents="SELECT incident_id FROM dispatch WHERE dispatch.id = dispatch_note.dispatch_id",
        goes_with=frozenset({"incident"}),
    ),
    Kept(table="delivery", plain=_words("telling way step state outcome")),
    Kept(table="incident_day", key="day"),
    Kept(
        table="category",
        key="code",
        plain=_words("code name name_en service_class questions instructions"),
    ),
)
REST = (
    Kept(table="push_key", plain=_words("private")),
    Kept(
        table="push_subscription",
        classes={"account": CONTACT, "endpoint": CONTACT},
        plain=_words("key secret language"),  # they encrypt what a browser is told
    ),
    Kept(table="push_task", plain=_words("telling")),
    Kept(table="area", key="code", plain=_words("code kind name parent geometry")),
    Kept(table="place_name", plain=_words("code kind name area latitude longitude aliases")),
    Kept(table="place_key", key="place", plain=_words("key rare")),
    Kept(table="place_import", classes={"by": STAFF}, plain=_words("what digest")),
    Kept(
        table="shift_log",
        classes={"note": EVENT, "written_by": STAFF, "taken_by": STAFF},
        at="written_at",
        blank={"note": "''"},
        over="NOT hands_over OR taken_at IS NOT NULL",
        goes_with=frozenset(),
    ),
    Kept(
        table="place_import_job",
        classes={"asked_by": STAFF},
        plain=_words("kind file_name step mended said"),
    ),
    Kept(table="ivr_version", key="version", plain=_words("source_yaml document note")),
    Kept(
        table="ivr_recording",
        key="name",
        key_type="text",
        classes=_all(STAFF, "sound uploaded_by"),
        plain=_words("name seconds"),
    ),
    Kept(table="ivr_publication", classes={"published_by": STAFF}, plain=_words("note")),
    Kept(table="setting_version", key="version", classes={"changed_by": STAFF}, plain=_words("values note")),
    Kept(
        table="idempotency_key",
        key="key",
        classes=_all(ACCESS, "owner body"),
        plain=_words("key digest headers"),
    ),
    Kept(
        table="legal_hold",
        classes=_all(STAFF, "placed_by released_by") | _all(ACCESS, "reason release_reason"),
    ),
    Kept(
        table="erasure_request",
        classes={"number": CALLER, "asked_by": STAFF, "reason": ACCESS},
    ),
)
REGISTRY: Mapping[str, Kept] = MappingProxyType(
    {kept.table: kept for kept in (*CALLS, *INCIDENTS, *PEOPLE, *AGENCIES, *REST)}
)
ERASABLE = tuple(kept for kept in REGISTRY.values() if kept.at is not None)
"""Tables whose personal data is erased on request and by age."""
BY_AGE = tuple(data_class for data_class in DataClass if MEANINGS[data_class].by_age)
