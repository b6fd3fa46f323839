"""What a poller of Statuspages reads from us, read back by our own dialect."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.incident import IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.silence import ActiveSilence, Silence
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.model.statuspage import MaintenanceWindow, PageStatus
from bot.core.text.symptoms import present
from bot.web.statuspage.documents import DOCUMENTS, View, document
from probes.dialects import atlassian
from probes.dialects.content import opened
from probes.model import State
from tests.support.situations import ANNA, API, CODE, INCIDENT, MIN, NOW, START

STANDING = ServiceStatus(
    "claude", "Claude", (ComponentStatus(API), ComponentStatus(replace(CODE, at=NOW - 9_000))), (INCIDENT,)
)
VIEW = View("Ground <truth>", "https://status.example", NOW, (STANDING,), (INCIDENT,))


def made(name, view, now=NOW):
    """The document of that name."""
    found = document(name, view, now)
    assert found is not None
    return found


def read(name, view, now=NOW):
    """The document as our own dialect reads it."""
    return atlassian.read(json.dumps(made(name, view, now)).encode(), {})


@given(st.lists(st.tuples(st.sampled_from(State), st.one_of(st.none(), st.floats(0, 1000))), min_size=1, max_size=9))
def test_the_dialect_reads_back_every_state(measured):
    """Each component's present state survives the round trip; what is unknown or old is never operational."""
    voices = [
        ComponentStatus(Measurement(f"c{n}", f"C {n}", state, at=None if age is None else NOW - age))
        for n, (state, age) in enumerate(measured)
    ]
    page = read("summary", View("us", "", NOW, (ServiceStatus("s", "S", tuple(voices)),)))
    claims = {claim.id: claim.state for claim in page.claims}

    assert claims == {
        **{voice.measured.component: present(voice.measured, NOW) for voice in voices},
        "service.s": claims["service.s"],
    }
    if State.UNKNOWN in {present(voice.measured, NOW) for voice in voices}:
        assert claims["service.s"] is not State.OPERATIONAL
        assert made("status", View("us", "", NOW, (ServiceStatus("s", "S", tuple(voices)),)), NOW) != (
            {"indicator": "none"}
        )


def test_unknown_is_said_and_never_none():
    """Where nobody knows, neither the indicator nor the words are those of a page that is well."""
    blind = replace(STANDING, voices=(STANDING.voices[1],), incidents=())
    summary = made("summary", replace(VIEW, standings=(blind,)), NOW)

    assert summary["status"] == {"indicator": "unknown", "description": "1 of 1 components unknown: Claude Code"}
    assert summary["components"][1]["status"] == "unknown"
    assert summary["components"][1]["description"] == "No fresh measurement: the state is unknown"
    assert made("status", View("us", "", NOW), NOW)["status"] == {
        "indicator": "unknown",
        "description": "Nothing is measured yet",
    }


def test_an_incident_is_read_back():
    """Its id, times, impact and components; who did what stays with the team."""
    told = (
        *INCIDENT.timeline,
        TimelineEntry(START + 5 * MIN, "acknowledged", "by Anna"),
        TimelineEntry(START + 6 * MIN, "escalated", "told Bob", ("slack:C1",)),
        TimelineEntry(START + 9 * MIN, "resolved", "by Anna: seen enough"),
    )
    over = replace(
        INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=START + 9 * MIN, resolved_by=ANNA, timeline=told
    )
    view = replace(VIEW, standings=(replace(STANDING, incidents=()),), incidents=(over,))
    (incident,) = read("incidents", view).incidents

    assert (incident.id, incident.status, incident.impact) == ("4F7K", "resolved", "major")
    assert (incident.started_at, incident.posted_at) == (START, START + 3 * MIN)
    assert incident.resolved_at == START + 9 * MIN
    assert incident.components == ("claude-api",)
    assert incident.url == "https://status.example/i/4F7K"
    assert "Anna" not in json.dumps(document("incidents", view, NOW))
    assert "Bob" not in json.dumps(document("incidents", view, NOW))
    assert not read("incidents/unresolved", view).incidents


def test_maintenance_is_read_back():
    """What people announced is planned or under way, as it is on the vendor's page."""
    ours = Silence("claude-api", NOW + 600, NOW + 1200, ANNA, "gateway upgrade", work=True, id="SABCD")
    theirs = MaintenanceWindow("m1", "Database work", NOW - 60, NOW + 600, NOW - 9)
    heard = PageStatus(State.OPERATIONAL, read_at=NOW, works=(theirs,))
    standing = replace(
        STANDING, voices=(ComponentStatus(API, heard), STANDING.voices[1]), silences=(ActiveSilence(ours),)
    )
    view = replace(VIEW, standings=(standing,), incidents=())
    page = read("summary", view)

    assert [(w.name, w.started_at, w.ends_at, w.components) for w in page.planned] == [
        ("gateway upgrade", NOW + 600, NOW + 1200, ("claude-api",))
    ]
    assert [(w.name, w.status) for w in page.incidents] == [("Database work", "in_progress")]
    upcoming = made("scheduled-maintenances/upcoming", view, NOW)["scheduled_maintenances"]
    active = made("scheduled-maintenances/active", view, NOW)["scheduled_maintenances"]
    assert ([w["name"] for w in upcoming], [w["name"] for w in active]) == (["gateway upgrade"], ["Database work"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_our_pages_are_taken_for_statuspages(name):
    """Whoever sniffs the platform finds Statuspage's."""
    assert atlassian.fits(opened(json.dumps(document(name, VIEW, NOW)).encode()))


def test_no_other_made():
    assert document("nothing", VIEW, NOW) is None
