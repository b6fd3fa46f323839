"""The answer to "status": no colour says more than was measured."""

from dataclasses import replace

import pytest

from bot.core.answers.status import overview, snapshot, we_see
from bot.core.messages.facts import measured_facts
from bot.core.messages.incident_card import headline
from bot.core.messages.sources import seen
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import utc
from probes.model import Fault, Layer, Observation, Outcome, State, symptom_of

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
    assert title(measured(failed, total)) == "🟢 Gateway is operational"


def test_elsewhere_is_said_only_where_there_is_one():
    """With everything unknown nothing was measured elsewhere, neither trouble nor health."""
    unknown = measured(0, 0, State.UNKNOWN, at=None)
    assert title(unknown) == "⚪ 1 of 1 component unknown: Gateway"
    assert title(unknown, measured(0, 9)).endswith("Gateway; no trouble measured elsewhere")


def test_what_shows_no_failures_lately_is_called_so_by_answer_and_incident():
    """No rate of the past is told as the present, and both have one colour."""
    quiet = replace(
        measured(12, 80, State.PARTIAL), rate=0.04, low=0.01, high=0.09, monitoring=True, stale_after_s=300.0
    )
    failing = replace(quiet, component="api", name="API", monitoring=False)
    incident = Incident("4F7K", "own", "failures", IncidentStatus.MONITORING, ("gw",), State.PARTIAL, NOW - 900, NOW)
    standing = ServiceStatus("own", "Own", (ComponentStatus(quiet),), (incident,))

    said = utc(we_see(quiet, NOW), NOW)

    assert said == ("🟡 no failures lately, not over yet; before that 12 of 80 failed in 10 min; just now")
    assert headline(incident, snapshot(incident, standing, NOW), NOW).startswith("🟡 Own Gateway: no failures lately")
    assert title(quiet) == "🟡 1 of 1 component with no failures lately, not yet over: Gateway"
    assert title(quiet, failing) == "🟠 1 of 2 components in trouble: API; no failures lately on Gateway"


def test_no_sentence_counts_failures_of_before_as_if_they_still_happened():
    """What was counted ends with the last failure; a run of successes that is no chance is told."""
    before = replace(
        measured(39, 118, State.MAJOR), rate=0.4, low=0.2, high=0.6, since=NOW - 240, failed_at=NOW - 160, well=79
    )
    quiet, mending = replace(before, monitoring=True), replace(before, total=44, well=5, failed_at=NOW - 25, rate=0.9)
    incident = Incident("4F7K", "own", "failures", IncidentStatus.MONITORING, ("gw",), State.PARTIAL, NOW - 900, NOW)

    assert we_see(quiet, NOW).startswith("🟡 no failures for 3 min, not over yet; before that 39 of 39")
    assert measured_facts(incident, [ComponentStatus(quiet)], "Own", NOW) == [
        "no failures for 3 min; before that 39 of 39 failed in 80 s"
    ]
    assert seen(quiet, NOW).startswith("no failures for 3 min; before that 39 of 39 failed in 80 s")
    assert "39 of 44 requests failed in 10 min, none of the last 5" in measured_facts(
        incident, [ComponentStatus(mending)], "Own", NOW
    )
    assert ", none of the last 5" in we_see(mending, NOW)
    assert "none of" not in we_see(replace(mending, rate=0.2), NOW)


def test_one_failure_has_one_name():
    """The word of the body and the bare status are one kind; what an edge or a stream says keeps its name."""
    seen = Observation("c", "s", "gw", "eu", NOW, Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error", 500)

    assert symptom_of(seen) == "http_500"
    assert symptom_of(replace(seen, symptom="overloaded_error", status=529, layer=Layer.CAPACITY)) == "http_529"
    assert symptom_of(replace(seen, symptom="cf_522", status=522, layer=Layer.EDGE_TO_ORIGIN)) == "cf_522"
    assert symptom_of(replace(seen, symptom="stream_error", status=200, layer=Layer.STREAM)) == "stream_error"
    assert symptom_of(replace(seen, symptom="upstream_503", status=503)) == "upstream_503"


def test_an_open_incident_names_only_what_still_fails():
    """A component whose failures have stopped is not named beside one that fails."""
    failing = replace(measured(30, 80, State.PARTIAL), rate=0.4, low=0.3, high=0.5)
    quiet = replace(failing, component="api", name="API", monitoring=True)
    incident = Incident(
        "4F7K", "own", "failures", IncidentStatus.OPEN, ("api", "gw"), State.PARTIAL, NOW - 900, NOW, ("api", "gw")
    )
    standing = ServiceStatus("own", "Own", (ComponentStatus(failing), ComponentStatus(quiet)), (incident,))

    said = headline(incident, snapshot(incident, standing, NOW), NOW)

    assert "Gateway" in said
    assert "API" not in said
