"""Escalation as rules over time: which step comes when, what stops it, what no clock and no restart can do to it."""

from dataclasses import replace
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.detection.assessment import Transition
from bot.core.incidents import escalation
from bot.core.incidents.actions import act
from bot.core.incidents.tracker import IncidentTracker
from bot.core.messages import incident_card
from bot.core.messages.compose import trail_line
from bot.core.model.action import ActionRequest
from bot.core.model.escalation import EscalationProgress, Policy, Step, ahead, plan, reminder, told
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.service import ServiceView
from bot.core.model.snapshot import Snapshot
from bot.core.text.inline import utc
from bot.store.codec import INCIDENT
from probes.model import State
from tests.support.stores import readable

START = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"api": "Claude API", "web": "claude.ai"})
ON_CALL = Policy("on-call", (Step(300, ("pagerduty",)), Step(600, ("slack:C1", "ntfy"))))
REMIND = reminder(3600, ("slack:C1",))


def step(at: float, event: Literal["opened", "changed"], state: State = State.PARTIAL) -> Transition:
    """What the detector says of the API."""
    return Transition(
        at=START + at,
        event=event,
        kind="failures",
        scope="service",
        vantage="",
        components=("api",),
        state=state,
        rate=0.3,
        low=0.2,
        high=0.4,
        started_at=START,
        why="because",
    )


class World:
    """One incident, the policies that routes want for it, and a judge that may die after any settling."""

    def __init__(self, *policies: Policy, state: State = State.PARTIAL) -> None:
        self.policies = policies
        self.reached: frozenset[str] = frozenset()
        self.cases = IncidentTracker(VIEW, {})
        self.cases.follow([step(0, "opened", state)])
        self.id = next(iter(self.cases.incidents))

    @property
    def incident(self) -> Incident:
        return self.cases.incidents[self.id]

    def press(self, at: float) -> list[str]:
        """Let the time be `at`; the lines that this adds, as they are said."""
        before = len(self.incident.timeline)
        self.cases.hush(START + at)
        before = len(self.incident.timeline)
        escalation.escalate_due(self.cases, lambda _: self.policies, START + at, lambda *_: self.reached)
        return [f"{line.event}: {line.text}" for line in self.incident.timeline[before:]]

    def restart(self) -> None:
        """Another judge goes on from what is written."""
        kept = readable(INCIDENT.load(INCIDENT.dump(self.incident)))
        self.cases = IncidentTracker(VIEW, {self.id: kept}, self.cases.silences)

    def do(self, at: float, verb: str, *more: str) -> None:
        act(
            self.cases,
            ActionRequest(START + at, verb, (self.id, *more), "slack:T1:U1", "slack:C1", "Ann", f"{verb}{at}"),
        )


def test_steps_come_in_their_order_each_after_its_wait() -> None:
    """Five minutes to the pager, ten more to the others, and then it is over."""
    world = World(ON_CALL)
    assert world.press(0) == []
    assert world.press(299) == []
    assert world.press(300) == ["escalated: step 1 of on-call, to pagerduty; nobody acknowledged for 5 min"]
    assert told(world.incident.courses) == ("pagerduty",)
    assert world.press(899) == []
    assert world.press(900) == ["escalated: step 2 of on-call, to slack:C1 and ntfy; nobody acknowledged for 15 min"]
    assert world.press(90_000) == []
    assert told(world.incident.courses) == ("pagerduty", "slack:C1", "ntfy")


def test_whom_a_step_calls_where_the_message_stands_already_is_reminded() -> None:
    """Told by a route before, nobody would see that it is for them now; whom the step tells first hears once."""
    world = World(Policy("p", (Step(300, ("pagerduty", "slack:C1")), Step(300, ("slack:C1", "ntfy")))))
    world.reached = frozenset({"slack:C1", "console"})
    world.press(0)
    assert world.press(300) == [
        "escalated: step 1 of p, to pagerduty and slack:C1; nobody acknowledged for 5 min",
        "reminded: still open, nobody acknowledged for 5 min",
    ]
    assert world.incident.timeline[-1].to == ("slack:C1",)
    world.press(600)
    assert world.incident.timeline[-1].to == ("slack:C1",)


def test_a_first_step_without_a_wait_is_told_with_the_opening() -> None:
    """It stands in the same commit as the incident."""
    world = World(Policy("now", (Step(0, ("pagerduty",)),)))
    assert world.press(0) == ["escalated: step 1 of now, to pagerduty"]


def test_a_round_is_taken_again_and_reminds_those_who_were_told() -> None:
    """Twice in all; in the second round the same people hear that it is still open."""
    world = World(Policy("p", (Step(60, ("a",)), Step(60, ("b",))), repeat=1, again_s=600))
    for at in (0, 60, 120):
        world.press(at)
    assert world.press(719) == []
    assert world.press(720) == [
        "escalated: step 1 of p (round 2), to a; nobody acknowledged for 12 min",
        "reminded: still open, nobody acknowledged for 12 min",
    ]
    assert world.incident.timeline[-1].to == ("a",)
    assert world.press(780)[0].startswith("escalated: step 2 of p (round 2), to b")
    assert world.press(900_000) == []


def test_an_acknowledgement_stops_it_however_bad_it_becomes() -> None:
    """As PagerDuty does: who has it in hand sees that it is worse; handing back goes on, with the wait begun anew."""
    world = World(ON_CALL)
    world.press(0)
    world.press(300)
    world.do(400, "ack")
    assert world.press(5_000) == []
    world.cases.follow([step(5_100, "changed", State.MAJOR)])
    assert world.press(9_000) == []
    world.do(10_000, "unack")
    assert world.press(10_000) == []
    assert world.press(10_599) == []
    [line] = world.press(10_600)
    assert line == "escalated: step 2 of on-call, to slack:C1 and ntfy; nobody acknowledged for 10 min"


def test_silence_and_maintenance_stop_it_and_their_end_begins_the_wait_anew() -> None:
    """Nobody is paged for what people asked to be quiet about."""
    for verb in ("silence", "maintenance"):
        world = World(ON_CALL)
        world.press(0)
        act(world.cases, ActionRequest(START + 10, verb, ("api", "1h"), "slack:T1:U1", "slack:C1", "Ann", verb))
        assert world.press(300) == []
        assert world.press(3_000) == []
        assert world.press(3_700) == []
        assert world.press(3_999) == []
        assert len(world.press(4_000)) == 1


def test_a_due_step_waits_while_no_failures_come() -> None:
    """Nobody is woken for what is quiet; failures again, and it is taken at once."""
    world = World(ON_CALL)
    world.press(0)
    world.cases.put(replace(world.incident, status=IncidentStatus.MONITORING))
    assert world.press(1_000) == []
    world.cases.put(replace(world.incident, status=IncidentStatus.OPEN))
    assert len(world.press(1_001)) == 1


def test_the_end_is_the_end() -> None:
    """What is resolved goes to nobody any more."""
    world = World(ON_CALL)
    world.press(0)
    world.do(100, "resolve")
    assert world.press(300) == []
    assert world.press(9_000) == []


def test_a_minimum_counts_from_when_it_was_reached() -> None:
    """Degraded wakes nobody; a major outage does, after the wait from then."""
    world = World(replace(ON_CALL, minimum=State.MAJOR))
    world.press(0)
    assert world.press(5_000) == []
    world.cases.follow([step(5_000, "changed", State.MAJOR)])
    assert world.press(5_010) == []
    assert world.press(5_300) == []
    assert len(world.press(5_310)) == 1


def test_a_leap_of_the_clock_brings_one_step_and_a_clock_set_back_brings_none() -> None:
    """A day ahead: the next step, not all; an hour back: the wait begins anew."""
    world = World(ON_CALL)
    world.press(0)
    assert len(world.press(86_400)) == 1
    assert world.press(86_401) == []
    assert world.press(40_000) == []
    assert world.press(40_599) == []
    assert len(world.press(40_600)) == 1


def test_a_policy_changed_on_the_way_counts_as_it_is_now_and_one_no_longer_wanted_goes_on() -> None:
    """What routes say later does not leave an incident half escalated."""
    world = World(ON_CALL)
    world.press(0)
    world.press(300)
    world.policies = (replace(ON_CALL, steps=(ON_CALL.steps[0], Step(60, ("email",)))),)
    assert world.press(301) == []
    world.policies = ()
    [line] = world.press(361)
    assert line.startswith("escalated: step 2 of on-call, to email;")


def test_reminders_come_for_as_long_as_nobody_acknowledges_and_are_for_their_own() -> None:
    """Every hour, to the branch's targets; they add nobody and announce nothing."""
    world = World(REMIND)
    world.press(0)
    assert world.press(3_600) == ["reminded: still open, nobody acknowledged for 1h 0m"]
    assert world.incident.timeline[-1].to == ("slack:C1",)
    assert world.press(3_601) == []
    assert len(world.press(7_200)) == 1
    assert told(world.incident.courses) == ()
    assert ahead(world.incident.courses) is None
    world.do(7_300, "ack")
    assert world.press(90_000) == []


def test_the_message_says_what_comes_next() -> None:
    """The root names the next step until somebody has it in hand."""
    world = World(ON_CALL)
    world.press(0)

    def said(at: float) -> dict[str, str]:
        snapshot = Snapshot(START + at, "claude", "Claude", world.incident, None, (), "")
        return dict(incident_card.card(world.incident, snapshot, START + at, ()).lines)

    assert utc(said(10)["Next"], START) == "not acknowledged: goes to pagerduty at 13:25 UTC (step 1 of on-call)"
    world.press(300)
    coming = utc(said(310)["Next"], START)
    assert coming == "not acknowledged: goes to slack:C1 and ntfy at 13:35 UTC (step 2 of on-call)"
    assert trail_line(world.incident.timeline[-1], START + 300).endswith(
        "escalated: step 1 of on-call, to pagerduty; nobody acknowledged for 5 min"
    )
    world.do(320, "ack")
    world.press(321)
    assert "Next" not in said(330)


def test_the_plan_is_what_happens_if_nobody_acknowledges() -> None:
    """As `routes test` shows it."""
    policy = replace(ON_CALL, repeat=1, again_s=1800)
    assert [(due.at, due.number, due.round) for due in plan(policy, 0.0, lambda _: 0.0)] == [
        (300, 1, 1),
        (900, 2, 1),
        (2700, 1, 2),
        (3300, 2, 2),
    ]
    assert len(plan(REMIND, 0.0, lambda _: 0.0)) == 200


EVENTS = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 4_000)),
    st.tuples(st.just("back"), st.floats(0, 4_000)),
    st.tuples(st.sampled_from(["ack", "unack", "restart", "quiet", "again", "silence", "unsilence"]), st.just(0.0)),
)
POLICIES = st.builds(
    lambda waits, repeat: Policy("p", tuple(Step(w, (f"t{n}",)) for n, w in enumerate(waits)), repeat, 900.0),
    st.lists(st.floats(0, 2_000), min_size=1, max_size=4),
    st.integers(0, 2),
)


@settings(max_examples=300, deadline=None)
@given(policy=POLICIES, events=st.lists(EVENTS, max_size=40))
def test_whatever_happens_each_step_comes_once_a_round_in_order_and_never_while_it_is_in_hand(
    policy: Policy, events: list[tuple[str, float]]
) -> None:
    """Any sequence of times, clocks set back, acts and restarts."""
    world, now, taken = World(policy), 0.0, list[tuple[int, int]]()
    since = 0.0
    for name, much in [("wait", 0.0), *events]:
        match name:
            case "wait":
                now += much
            case "back":
                now -= much
            case "restart":
                world.restart()
            case "quiet" | "again":
                status = IncidentStatus.MONITORING if name == "quiet" else IncidentStatus.OPEN
                world.cases.put(replace(world.incident, status=status))
            case "silence":
                world.do(now, "silence", "30d")
            case _:
                world.do(now, name)
        before = world.incident.courses
        lines = [line for line in world.press(now) if line.startswith("escalated")]
        assert len(lines) <= 1
        in_hand = world.incident.acknowledged_at is not None or world.incident.silence is not None
        if in_hand or world.incident.status is IncidentStatus.MONITORING:
            assert lines == []
        since = min(since, now)
        if lines:
            due = before[0].going(START + now).due if before else EscalationProgress(policy, 0.0, START + now).due
            assert due is not None
            assert now - since >= min(*(s.after_s for s in policy.steps), policy.again_s) - 0.001
            taken.append((due.round, due.number))
            since = now
    wanted = [(r, n) for r in range(1, policy.repeat + 2) for n in range(1, len(policy.steps) + 1)]
    assert taken == wanted[: len(taken)]


@settings(max_examples=100, deadline=None)
@given(policy=POLICIES)
def test_none_is_lost_if_nobody_acts(policy: Policy) -> None:
    """Every step of every round comes, in any number of settlings, with a restart after each."""
    world = World(policy)
    lines = []
    for n in range(2_000):
        lines += [line for line in world.press(n * 20.0) if line.startswith("escalated")]
        world.restart()
        if len(lines) == len(policy.steps) * (policy.repeat + 1):
            break
    assert len(lines) == len(policy.steps) * (policy.repeat + 1)
