"""The life of an incident, step by step."""

from dataclasses import replace

from bot.core.detection.assessment import Transition
from bot.core.incidents import lifecycle
from bot.core.incidents.tracker import IncidentTracker
from bot.core.messages.compose import card
from bot.core.model.incident import IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.statuspage import PageStatus
from bot.core.text.durations import dated
from probes.model import State
from tests.support.incidents import VIEW
from tests.support.situations import ANNA, API, INCIDENT, MIN, NOW, START, told, voices

OPENING = Transition(
    100.0, "opened", "service", ("api", "code"), State.PARTIAL, 0.2, 0.1, 0.3, started_at=70.0, why="20% fail"
)


def test_opening():
    """An incident begins with the first failure, not with the alarm, and knows why."""
    incident = lifecycle.opened("claude", OPENING)

    assert (incident.started_at, incident.opened_at, incident.status) == (70.0, 100.0, IncidentStatus.OPEN)
    assert (incident.components, incident.active, incident.peak_rate) == (("api", "code"), ("api", "code"), 0.2)
    assert [(e.event, e.text) for e in incident.timeline] == [("opened", "20% fail")]
    assert incident == lifecycle.opened("claude", OPENING)


def test_it_widens_and_remembers_its_worst():
    """More components and a higher rate are kept; an easier state later does not erase the worst one."""
    incident = lifecycle.opened("claude", OPENING)
    wider = lifecycle.widened(
        incident,
        replace(OPENING, at=160.0, event="changed", components=("ai", "api", "code"), state=State.MAJOR, rate=0.7),
        " and ".join,
    )
    eased = lifecycle.widened(
        wider, replace(OPENING, at=220.0, event="changed", components=("ai", "api", "code"), rate=0.1), " and ".join
    )

    assert wider.active == ("ai", "api", "code")
    assert (eased.state, eased.worst, eased.peak_rate) == (State.PARTIAL, State.MAJOR, 0.7)
    assert eased.version > wider.version > incident.version
    assert [(e.event, e.said) for e in eased.timeline[1:]] == [("widened", "ai fails too"), ("changed", "")]


def test_it_ends_with_its_last_component():
    """Components leave one by one; those that were ever affected stay on record."""
    incident = lifecycle.opened("claude", OPENING)
    one = lifecycle.narrowed(incident, replace(OPENING, at=400.0, event="resolved", components=("code",)), " and ".join)
    over = lifecycle.narrowed(one, replace(OPENING, at=500.0, event="resolved", components=("api",)), " and ".join)

    assert (one.status, one.active) == (IncidentStatus.OPEN, ("api",))
    assert (over.status, over.active, over.resolved_at) == (IncidentStatus.RESOLVED, (), 500.0)
    assert (over.components, over.timeline[-1].event) == (("api", "code"), "resolved")
    assert [e.said for e in over.timeline[1:]] == ["code recovered", "🟢 api and code recovered after 7 min"]


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


def test_a_page_that_was_red_long_before_admits_nothing():
    """What it is red about nobody can tell: it is noted, and no lag is made of it; its next word counts."""
    incident = lifecycle.opened("claude", replace(OPENING, at=2_000.0, started_at=1_980.0))
    before = {"api": PageStatus(State.PARTIAL, "Elevated errors", 2_010.0, 1_200.0)}

    noted = lifecycle.admitted(incident, before, {"api": "API"})

    assert (noted.page_first_at, noted.page_red_since) == (None, 1_200.0)
    assert "since 00:20 UTC, before our first failure" in noted.timeline[-1].text
    assert lifecycle.admitted(noted, before, {}) is noted
    worse = {"api": PageStatus(State.MAJOR, "Elevated errors", 2_100.0, 2_100.0)}
    assert lifecycle.admitted(noted, worse, {}).page_first_at == 2_100.0
    assert lifecycle.admitted(incident, {"api": replace(before["api"], since=1_900.0)}, {}).page_first_at == 1_900.0


def test_what_was_learnt_late_stands_where_it_belongs():
    """The timeline is told by the time of what happened."""
    incident = lifecycle.noted(lifecycle.opened("claude", OPENING), 200.0, "changed", "worse")
    told = lifecycle.admitted(incident, {"api": PageStatus(State.MAJOR, "down", 210.0, 150.0)}, {})

    assert [entry.at for entry in told.timeline] == [100.0, 200.0, 150.0]
    assert [entry.at for entry in told.in_order] == [100.0, 150.0, 200.0]


def test_a_long_timeline_keeps_its_beginning_and_its_end():
    """What goes is the middle."""
    incident = lifecycle.opened("claude", OPENING)
    for number in range(500):
        incident = lifecycle.noted(incident, 200.0 + number, "changed", str(number))

    assert len(incident.timeline) <= lifecycle.TIMELINE
    assert (incident.timeline[0].event, incident.timeline[-1].text) == ("opened", "499")


def test_the_peak_is_the_highest_rate_that_was_sure():
    """Also between two changes of state; a guess, slowness and lower rates leave it as it is.

    It is sure from where messages name a rate, so that none of them said more than the report does.
    """
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
    said = replace(sure, rate=0.44, low=0.15, high=0.7)
    assert lifecycle.peaked(incident, [said]).peak_rate == 0.44
    assert lifecycle.opened("claude", replace(OPENING, rate=0.44, low=0.15, high=0.7)).peak_rate == 0.44
    assert lifecycle.opened("claude", replace(OPENING, rate=0.44, low=0.1, high=0.9)).peak_rate == 0.0
    assert lifecycle.opened("claude", replace(OPENING, kind="slowness")).peak_rate == 0.0
    assert lifecycle.peaked(incident, []) is incident


ENDING = replace(OPENING, at=START + 14 * MIN, event="resolved", components=INCIDENT.active, failed_at=START + 58)


def test_an_outage_is_as_long_as_its_failures_not_as_our_waiting_for_more():
    """It failed for 58 s, and was closed 13 minutes later; also where all of it was judged in one go."""
    failed = replace(INCIDENT, status=IncidentStatus.OPEN, started_at=START)
    quiet = lifecycle.watched(failed, quiet=True, now=START + 90)
    over = lifecycle.narrowed(quiet, ENDING, " and ".join)
    assert (quiet.ended_at, over.ended_at) == (None, START + 58)
    assert lifecycle.narrowed(failed, ENDING, " and ".join).ended_at == START + 58
    assert over.timeline[-1].said.endswith("recovered after 58 s")
    shown = card(told(over, voices(API)), START + 15 * MIN)
    assert "recovered after 58 s" in shown.headline
    assert shown.times == dated(("Began", START), ("Over", START + 58))


def test_the_last_failure_of_all_its_components_ends_it():
    """Also where the component that failed last was found well first, or the store knew an earlier one."""
    failed = replace(INCIDENT, active=("api", "code"), started_at=START, failed_at=START + 20)
    step = replace(ENDING, components=("code",), at=START + 10 * MIN, failed_at=START + 5 * MIN)
    one = lifecycle.narrowed(failed, step, " and ".join)
    assert (one.failed_at, one.ended_at) == (START + 5 * MIN, None)
    over = lifecycle.narrowed(one, replace(ENDING, components=("api",)), " and ".join)
    assert over.ended_at == START + 5 * MIN
    by_hand = replace(over, resolved_by=ANNA)
    assert (by_hand.ended_at, by_hand.started_at + by_hand.over_after_s) == (over.ended_at, over.resolved_at)
    people = lifecycle.narrowed(replace(INCIDENT, failed_at=None), replace(ENDING, failed_at=None), " and ".join)
    assert people.ended_at == people.resolved_at


def test_slowness_and_failures_of_one_component_go_quiet_each_for_itself():
    """And what all vantages measure together says nothing of one vantage's own trouble."""
    failures = replace(INCIDENT, components=("api",), active=("api",), status=IncidentStatus.OPEN)
    slowness = replace(failures, id="SLOW", kind="slowness")
    vantage = replace(failures, id="VANT", scope="vantage", vantage="eu")

    def statuses(measured):
        cases = IncidentTracker(VIEW, {i.id: i for i in (failures, slowness, vantage)})
        cases.watch({"api": replace(told_api, measured=measured)}, {}, NOW)
        return [cases.incidents[i.id].status.value for i in (failures, slowness, vantage)]

    (told_api,) = voices(API)
    failing = replace(API, state=State.PARTIAL, slow=False, monitoring=False)
    assert statuses(replace(failing, slow=True)) == ["open", "open", "open"]
    assert statuses(failing) == ["open", "monitoring", "open"]
    assert statuses(replace(failing, monitoring=True)) == ["monitoring", "monitoring", "open"]
    assert statuses(replace(failing, monitoring=True, slow=True)) == ["monitoring", "open", "open"]
