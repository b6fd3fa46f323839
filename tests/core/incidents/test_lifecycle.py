"""The life of an incident, step by step."""

from dataclasses import replace

from bot.core.detection.assessment import Transition
from bot.core.incidents import lifecycle
from bot.core.model.incident import IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.statuspage import PageStatus
from probes.model import State

OPENING = Transition(
    100.0, "opened", "service", ("api", "code"), State.PARTIAL, 0.2, 0.1, 0.3, started_at=70.0, why="20 % fail"
)


def test_opening():
    """An incident begins with the first failure, not with the alarm, and knows why."""
    incident = lifecycle.opened("claude", OPENING)

    assert (incident.started_at, incident.opened_at, incident.status) == (70.0, 100.0, IncidentStatus.OPEN)
    assert (incident.components, incident.active, incident.peak_rate) == (("api", "code"), ("api", "code"), 0.2)
    assert [(e.event, e.text) for e in incident.timeline] == [("opened", "20 % fail")]
    assert incident == lifecycle.opened("claude", OPENING)


def test_it_widens_and_remembers_its_worst():
    """More components and a higher rate are kept; an easier state later does not erase the worst one."""
    incident = lifecycle.opened("claude", OPENING)
    wider = lifecycle.widened(
        incident,
        replace(OPENING, at=160.0, event="changed", components=("ai", "api", "code"), state=State.MAJOR, rate=0.7),
    )
    eased = lifecycle.widened(
        wider, replace(OPENING, at=220.0, event="changed", components=("ai", "api", "code"), rate=0.1)
    )

    assert wider.active == ("ai", "api", "code")
    assert (eased.state, eased.worst, eased.peak_rate) == (State.PARTIAL, State.MAJOR, 0.7)
    assert eased.version > wider.version > incident.version


def test_it_ends_with_its_last_component():
    """Components leave one by one; those that were ever affected stay on record."""
    incident = lifecycle.opened("claude", OPENING)
    one = lifecycle.narrowed(incident, replace(OPENING, at=400.0, event="resolved", components=("code",)), {})
    over = lifecycle.narrowed(one, replace(OPENING, at=500.0, event="resolved", components=("api",)), {})

    assert (one.status, one.active) == (IncidentStatus.OPEN, ("api",))
    assert (over.status, over.active, over.resolved_at) == (IncidentStatus.RESOLVED, (), 500.0)
    assert (over.components, over.timeline[-1].event) == (("api", "code"), "resolved")


def test_monitoring_is_left_again_when_failures_return():
    """Quiet is watched before it is called over; saying the same twice changes nothing."""
    incident = lifecycle.opened("claude", OPENING)
    quiet = lifecycle.watched(incident, quiet=True, now=300.0)
    again = lifecycle.watched(quiet, quiet=False, now=320.0)

    assert quiet.status is IncidentStatus.MONITORING
    assert lifecycle.watched(quiet, quiet=True, now=310.0) is quiet
    assert (again.status, again.timeline[-1].event) == (IncidentStatus.OPEN, "reopened")


def test_the_page_s_first_admission_is_kept_once():
    """The earliest red component counts, by our clock; later readings do not move it."""
    incident = lifecycle.opened("claude", OPENING)
    green = {
        "api": PageStatus(State.OPERATIONAL, "fine", 120.0, 10.0),
        "code": PageStatus(State.OPERATIONAL, "fine", 120.0, 10.0),
    }
    red = {
        "api": PageStatus(State.MAJOR, "Claude.ai down", 180.0, 180.0),
        "code": PageStatus(State.PARTIAL, "x", 180.0, 150.0),
    }

    assert lifecycle.admitted(incident, green, {}) is incident

    told = lifecycle.admitted(incident, red, {"code": "Claude Code"})

    assert told.page_first_at == 150.0
    assert lifecycle.admitted(told, {"api": replace(red["api"], since=140.0)}, {}) is told


def test_a_long_timeline_keeps_its_beginning_and_its_end():
    """What goes is the middle."""
    incident = lifecycle.opened("claude", OPENING)
    for number in range(500):
        incident = lifecycle.noted(incident, 200.0 + number, "changed", str(number))

    assert len(incident.timeline) <= lifecycle.TIMELINE
    assert (incident.timeline[0].event, incident.timeline[-1].text) == ("opened", "499")


def test_the_peak_is_the_highest_rate_that_was_sure():
    """Also between two changes of state; a guess, slowness and lower rates leave it as it is."""
    incident = lifecycle.opened("claude", OPENING)
    sure = Measurement("api", "API", State.PARTIAL, rate=0.28, low=0.2, high=0.36, failed=28, total=100)
    for other in (
        replace(sure, low=0.0, high=0.9, rate=0.6),
        replace(sure, rate=0.1, low=0.05, high=0.15),
        replace(sure, rate=0.9, slow=True),
        replace(sure, total=0),
    ):
        assert lifecycle.peaked(incident, [other]) is incident

    assert lifecycle.peaked(incident, [sure]).peak_rate == 0.28
    assert lifecycle.peaked(incident, []) is incident
