"""What a scrape says: read by Prometheus' own parser, and the figures of the desk."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from bot.core.ledger.accuracy import honesty
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.model.statuspage import PageStatus
from bot.core.text.symptoms import present
from bot.web.metrics.collector import Collector, incidents_of
from bot.web.metrics.counts import CheckCounts
from bot.web.metrics.exposition import rendered
from bot.web.metrics.families import FAMILIES
from bot.web.metrics.reading import BudgetReading, Reading, ServiceReading, lags, lead
from probes.model import Observation, Outcome, State, Timings
from tests.support.situations import API, CODE, HELD, INCIDENT, NOW

VOICES = (
    ComponentStatus(replace(API, latency_ms=840.0, usual_latency_ms=410.0), HELD, Reports(7, 2)),
    ComponentStatus(replace(CODE, at=NOW - 9_000), PageStatus(unreadable="HTML")),
)
STANDING = ServiceStatus("claude", "Claude", VOICES, (INCIDENT,), "https://status.example")
READING = Reading(
    (
        ServiceReading(
            STANDING,
            judged_at=NOW - 2,
            discrepancies={"claude-api": DiscrepancyKind.UNACKNOWLEDGED},
            lags={"0.5": 1500.0, "0.9": 4000.0},
            lead_s=1380.0,
            unjudged=3,
            waiting={"slack": 1},
            undeliverable=0,
            spending=BudgetReading(0.012, 4_200, 1, 0.05),
        ),
    ),
    read_at=NOW - 1,
    up=True,
)


def counted():
    """A few results."""
    counts = CheckCounts([("claude", "claude-api")])
    for n, outcome in enumerate((Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.INCONCLUSIVE)):
        timings = Timings(total=100.0 * 3**n, first_token=40.0)
        counts.take(
            Observation("claude-api/hello", "claude", "claude-api", "eu", NOW - 30 + n, outcome, timings=timings)
        )
    return counts


def scraped(reading=READING, counts=None, now=NOW, *, openmetrics=True):
    """The text of one scrape."""
    rows = Collector("1.2.3").rows(reading, now, {("slack", "delivered"): 4})
    rows |= (counts or counted()).rows(now, incidents_of(reading), {"claude"}, openmetrics=openmetrics)
    return rendered(rows, openmetrics=openmetrics)


def samples(text):
    """The samples by name and labels."""
    found = {}
    for family in read_openmetrics(f"{text}# EOF\n"):
        for sample in family.samples:
            found[sample.name, *sorted(sample.labels.values())] = sample.value
    return found


def test_every_family_is_exported_as_declared():
    """Type, help, labels and sample names of the table are those of the text."""
    slow = replace(READING.services[0], standing=replace(
        STANDING, voices=(*VOICES, ComponentStatus(replace(API, component="slow", slow=True, state=State.DEGRADED)))
    ))  # fmt: skip
    families = {
        family.name: family for family in read_openmetrics(scraped(replace(READING, services=(slow,))) + "# EOF\n")
    }

    assert families.keys() == FAMILIES.keys()
    for name, declared in FAMILIES.items():
        assert (families[name].type, families[name].documentation) == (declared.type, declared.help)
        for sample in families[name].samples:
            assert sample.name in declared.samples
            assert set(sample.labels) - {"le"} == set(declared.labels)


def test_the_figures_are_the_desks():
    """State, share with interval, latency, ages, page, discrepancy, reports."""
    found = samples(scraped())

    assert found["groundtruth_component_state", "claude", "claude-api", "partial_outage"] == 1
    assert found["groundtruth_component_state", "claude", "claude-api", "operational"] == 0
    assert found["groundtruth_failure_ratio", "claude", "claude-api"] == API.rate
    assert found["groundtruth_failure_ratio_low", "claude", "claude-api"] == API.low
    assert found["groundtruth_failure_ratio_high", "claude", "claude-api"] == API.high
    assert found["groundtruth_latency_seconds", "claude", "claude-api"] == 0.84
    assert found["groundtruth_result_age_seconds", "claude", "claude-api"] == 4
    assert found["groundtruth_page_state", "claude", "claude-api", "operational"] == 1
    assert found["groundtruth_page_discrepancy", "claude", "claude-api", "unacknowledged"] == 1
    assert found["groundtruth_user_reports", "affected", "claude", "claude-api"] == 7
    assert found["groundtruth_incidents_open", "claude"] == 1
    assert found["groundtruth_detection_lead_seconds", "claude"] == 1380
    assert found["groundtruth_deliveries_total", "delivered", "slack"] == 4


def test_what_is_old_is_unknown_and_has_no_figures():
    """Never green, and no share of what is long past."""
    found = samples(scraped())

    assert found["groundtruth_component_state", "claude", "claude-code", "unknown"] == 1
    assert sum(v for k, v in found.items() if k[0] == "groundtruth_component_state" and "claude-code" in k) == 1
    assert found["groundtruth_page_state", "claude", "claude-code", "unknown"] == 1
    assert ("groundtruth_failure_ratio", "claude", "claude-code") not in found


def test_time_alone_makes_it_unknown():
    """What was written for the last scrape is not repeated when it has become old."""
    collector = Collector("1")
    fresh = rendered(collector.rows(READING, NOW, {}), openmetrics=True)
    later = rendered(collector.rows(READING, NOW + 3600, {}), openmetrics=True)

    assert 'claude-api",state="partial_outage"} 1' in fresh
    assert 'claude-api",state="unknown"} 1' in later
    assert 'groundtruth_failure_ratio{service="claude",component="claude-api"}' not in later


@given(st.lists(st.tuples(st.text(min_size=1), st.sampled_from(State), st.booleans()), max_size=6))
def test_one_state_a_component_whatever_it_is_called(components):
    """Hostile names are escaped; each component has one state, and unknown is one of them."""
    voices = [
        ComponentStatus(Measurement(name, name, state, at=NOW - 1 if known else None))
        for name, state, known in {c[0]: c for c in components}.values()
    ]
    text = scraped(Reading((ServiceReading(ServiceStatus("s", "S", tuple(voices))),), NOW, up=True))
    found = {}
    for family in read_openmetrics(f"{text}# EOF\n"):
        if family.name == "groundtruth_component_state":
            found = {s.labels["component"]: s.labels["state"] for s in family.samples if s.value}

    assert found == {voice.measured.component: present(voice.measured, NOW) for voice in voices}


def test_histograms_and_outcomes():
    """Answers are timed, failures are not; a failure's exemplar names the open incident."""
    text = scraped()
    found = samples(text)
    hello = ("claude", "claude-api", "claude-api/hello", "eu")

    def value(name, *more):
        return found[name, *sorted((*hello, *more))]

    assert value("groundtruth_check_duration_seconds_count") == 2
    assert value("groundtruth_check_duration_seconds_sum") == pytest.approx(0.4)
    assert value("groundtruth_check_duration_seconds_bucket", "0.1") == 1
    assert value("groundtruth_check_results_total", "failed") == 1
    assert value("groundtruth_check_results_total", "inconclusive") == 1
    assert '# {incident_id="4F7K"} 1.0' in text
    assert "4F7K" not in scraped(openmetrics=False)
    assert not any("4F7K" in key for key in found)


def test_results_of_others_are_nobodys():
    """What the configuration does not name makes no series."""
    counts = counted()
    counts.take(Observation("x", "claude", "made-up", "eu", NOW, Outcome.OK))
    counts.take(Observation("x", "other", "claude-api", "eu", NOW, Outcome.OK))

    assert "made-up" not in scraped(counts=counts)
    assert 'service="other"' not in scraped(counts=counts)


def test_a_check_that_is_gone_is_forgotten():
    assert "claude-api/hello" not in scraped(now=NOW + 90_000)


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool here (Debian: prometheus)")
def test_promtool_has_nothing_to_say():
    """Names, help and types by Prometheus' own rules."""
    text = scraped(openmetrics=False)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert {family.name for family in read_plain(text)}


def test_the_lead_is_the_latest_that_both_told():
    """From our alert to the page's first word; negative where the page was first."""

    def row(began, alerted, seen):
        return LedgerEntry("claude", ("claude-api",), Source.MEASURED, f"I{began}", began, alerted, page_seen_at=seen)

    rows = [row(1, 100.0, 700.0), row(2, 2000.0, 1940.0), row(3, 3000.0, None)]
    assert lead(rows) == -60
    assert lead(rows[:1]) == 600
    assert lead(rows[2:]) is None
    assert lags(honesty("claude", rows[:1])) == {"0.5": 699.0, "0.9": 699.0}
    assert lags(honesty("claude", [])) == {}
