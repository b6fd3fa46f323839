"""Quiet hours hold escalation back, too: no pager rings for what nobody was told of, unless a step says otherwise."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.model.escalation import EscalationProgress, Policy, Step
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import Snapshot
from bot.core.routing.quiet_hours import QuietHours
from bot.core.routing.tree import Route, Tree, policies_for
from probes.model import State

NIGHT = QuietHours(22 * 60, 7 * 60, frozenset(range(7)), ZoneInfo("UTC"))
AT = datetime(2026, 4, 14, 1, 0, tzinfo=UTC).timestamp()
MORNING = datetime(2026, 4, 14, 7, 0, tzinfo=UTC).timestamp()


def policies_at(at, in_quiet, quiet=(NIGHT,)):
    incident = Incident("4F7K", "s", "failures", IncidentStatus.OPEN, ("api",), State.MAJOR, at, at, worst=State.MAJOR)
    policy = Policy("call", (Step(600.0, ("pager",), in_quiet),))
    tree = Tree((Route("1", to=("slack",), quiet=quiet, escalation="call"),))
    return policies_for(tree, {"call": policy}, Snapshot(at, "s", "S", incident, None, (), ""), {})


def at(course):
    """When the next step is due."""
    assert course.due is not None
    return course.due.at


@pytest.mark.parametrize(
    ("in_quiet", "quiet", "wanted"),
    [(False, (NIGHT,), MORNING), (True, (NIGHT,), AT + 600), (False, (), AT + 600)],
)
def test_a_step_waits_for_the_end_of_quiet_hours(in_quiet, quiet, wanted):
    """By default; without quiet hours, or where the step says so, it comes in its own time."""
    (policy,) = policies_at(AT, in_quiet, quiet)
    assert at(EscalationProgress(policy, AT, AT)) == wanted


def test_by_day_it_comes_in_its_own_time():
    """And what began by night is called in the morning, not ten minutes later."""
    noon = AT + 11 * 3600
    (policy,) = policies_at(noon, in_quiet=False)
    assert at(EscalationProgress(policy, noon, noon)) == noon + 600
    assert at(EscalationProgress(policy, AT, AT)) == AT + 600
