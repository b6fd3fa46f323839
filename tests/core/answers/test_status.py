"""The answer to "status": no colour says more than was measured."""

import pytest

from bot.core.answers.status import overview, we_see
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from probes.model import State

NOW = 1_000_000.0


def measured(failed: int, total: int, state: State = State.OPERATIONAL, at: float | None = NOW) -> Measurement:
    """So many of so many failed."""
    return Measurement("gw", "Gateway", state, failed=failed, total=total, window_s=600.0, at=at, why="as usual")


def title(*what: Measurement) -> str:
    """The first line of the answer about one service with these components."""
    return overview([ServiceStatus("own", "Own", tuple(ComponentStatus(m) for m in what))], NOW).title


def test_a_component_that_only_fails_is_not_green_before_the_alert():
    """With a short interval it takes minutes until the evidence is enough for an alert: until then it is suspicious."""
    assert we_see(measured(15, 15), NOW).startswith("🟡 suspicious, 15 of 15 failed, no alert yet")
    assert title(measured(15, 15)) == "🟡 1 of 1 component suspicious, no alert yet: Gateway"


@pytest.mark.parametrize(("failed", "total"), [(0, 20), (2, 2), (3, 20)])
def test_a_few_failures_are_as_usual(failed, total):
    """Failures happen: the count beside the word says so."""
    assert we_see(measured(failed, total), NOW).startswith(f"🟢 operational, {failed} of {total} failed")
    assert title(measured(failed, total)) == "🟢 the component is operational"


def test_elsewhere_is_said_only_where_there_is_one():
    """With everything unknown nothing was measured elsewhere, neither trouble nor health."""
    unknown = measured(0, 0, State.UNKNOWN, at=None)
    assert title(unknown) == "⚪ 1 of 1 component unknown: Gateway"
    assert title(unknown, measured(0, 9)).endswith("Gateway; no trouble measured elsewhere")
