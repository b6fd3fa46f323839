"""MTTR, MTBF, stages and joint failures: by hand, and as published."""

import random
from pathlib import Path

import pytest

from bot.core.ledger import vendor_history
from bot.core.ledger.reliability import FEWEST, estimate, reliability
from bot.core.model.ledger import LedgerEntry, Source

TABLE = Path(__file__).parents[4] / "shared/data/history/anthropic_incident_stages_2023_2024.csv"
H, D = 3600.0, 86_400.0
PUBLISHED = {
    "api.anthropic.com": (76, 2.81, 5.22, 1.04, 1.11, 1.37),
    "claude.ai": (86, 3.16, 4.79, 1.35, 1.72, 2.05),
    "console.anthropic.com": (72, 2.05, 5.73, 0.94, 0.34, 0.58),
}
"""Chu et al., ICPE 2025: incidents, MTTR in hours, MTBF in days, hours of investigation, repair and check."""


def mean(of):
    """The mean, which is there."""
    assert of.mean is not None
    return of.mean


def stated(at, length=None, components=("api",), **more):
    """A vendor's incident."""
    return LedgerEntry(
        "claude",
        components,
        Source.STATED,
        incident=f"v{at}",
        page_posted_at=at,
        page_ended_at=None if length is None else at + length,
        **more,
    )


def ours(incident, component, began, ended):
    """A row of an incident of ours."""
    return LedgerEntry("claude", (component,), Source.MEASURED, incident=incident, began_at=began, ended_at=ended)


@pytest.mark.skipif(not TABLE.is_file(), reason="the shared recordings are not beside the repository")
def test_the_published_table_comes_out():
    """Every figure as it was published, to the last digit."""
    rows = vendor_history.read(TABLE.read_bytes(), "claude", {})
    found = {of.component: of for of in reliability(rows)}
    assert set(found) == {"", *PUBLISHED}
    for name, (n, *published) in PUBLISHED.items():
        of = found[name]
        means = (
            mean(of.mttr) / H,
            mean(of.mtbf) / D,
            *(mean(s) / H for s in (of.investigating, of.repairing, of.checking)),
        )
        assert of.n == n
        assert [round(mean, 2) for mean in means] == published, name
        assert (of.mttr.low or 9e9) < mean(of.mttr) < (of.mttr.high or 0)
    whole = found[""]
    assert (whole.n, whole.named, whole.joint) == (141, 104, 74)


def test_our_incidents_are_one_each_however_many_components():
    """Joint ones last from the first failure of any component to the last one of any."""
    rows = [
        ours("A", "api", 0, 60),
        ours("A", "web", 30, 100),
        ours("B", "api", 1000, 1040),
        ours("C", "api", 5000, None),
    ]
    whole, api, web = reliability(rows)
    assert (whole.n, whole.unended, whole.joint, whole.named) == (3, 1, 1, 3)
    assert (whole.mttr.n, whole.mttr.mean) == (2, 70)
    assert whole.mtbf.mean == 2500
    assert (api.component, api.n, api.mttr.mean, api.joint) == ("api", 3, 50, 1)
    assert (web.component, web.n, web.mttr.mean, web.mtbf.mean) == ("web", 1, 70, None)


def test_what_was_written_of_only_afterwards_has_a_start_and_no_length():
    """Its post says when it was over, not how long it was."""
    (whole, _) = reliability([stated(0, 600), stated(1000, 0, afterwards=True), stated(4000, 1200)])
    assert (whole.n, whole.unended, whole.mttr.mean, whole.mtbf.mean) == (3, 1, 900, 2000)


def test_the_sources_are_never_mixed():
    """Ours first; what the page alone saw is no incident of ours."""
    page_only = LedgerEntry("claude", ("api",), Source.MEASURED, page_seen_at=50)
    found = reliability([ours("A", "api", 0, 60), page_only, stated(0, 600)])
    assert [(of.source.value, of.component, of.n) for of in found] == [
        ("measured", "", 1), ("measured", "api", 1), ("stated", "", 1), ("stated", "api", 1),
    ]  # fmt: skip


def test_a_mean_has_an_interval_from_five_values_on():
    """Around the mean, as wide as the values differ, longer upwards, never below zero."""
    assert (estimate([]).n, estimate([]).mean) == (0, None)
    few, many = estimate([1.0] * (FEWEST - 1)), estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    assert (few.mean, few.low) == (1.0, None)
    # t(4) = 2.7764, s = 1.5811: a factor of exp(2.7764 * 1.5811 / (3 * sqrt(5))).
    assert many.low == pytest.approx(3 / 1.9240, rel=2e-3)
    assert many.high == pytest.approx(3 * 1.9240, rel=2e-3)
    assert estimate([2.0] * 9).low == estimate([2.0] * 9).high == 2.0
    assert (estimate([0.0] * 9).mean, estimate([0.0] * 9).low) == (0.0, None)


def test_the_interval_covers_the_mean():
    """95% of samples of exponential gaps, to the accuracy of the count; worked out for 30 gaps, 2,000 samples."""
    draw = random.Random(7)
    covered = 0
    for _ in range(2000):
        of = estimate([draw.expovariate(1.0) for _ in range(30)])
        covered += (of.low or 0) <= 1.0 <= (of.high or 0)
    assert 0.93 < covered / 2000 < 0.97


@pytest.mark.parametrize("cell", ["", "yesterday", "0001-01-01T00:00:00Z", "9" * 99])
def test_a_line_without_a_possible_time_is_passed_over(cell):
    """The others of the table are taken."""
    table = (
        "incident_id,incident_impact_level,investigating_at,identified_at,monitoring_at,resolved_at,api\n"
        f"a,1,,,,{cell},1\nb,1,2024-05-01T10:00:00Z,,,2024-05-01T11:00:00Z,1\n"
    )
    (row,) = vendor_history.read(table.encode(), "x", {})
    assert (row.incident, row.components, row.impact) == ("b", ("api",), "1")


def test_the_stages_of_a_statuspage_incident():
    """The first update of each stage, in whatever order they are listed."""
    said = [
        ("resolved", "12:00"),
        ("monitoring", "11:30"),
        ("monitoring", "11:00"),
        ("identified", "10:20"),
        ("investigating", "10:00"),
    ]
    updates = ",".join(f'{{"status": "{s}", "created_at": "2026-04-13T{at}:00Z", "body": ""}}' for s, at in said)
    body = f'[{{"id": "x", "impact": "major", "resolved_at": "2026-04-13T12:00:00Z", "incident_updates": [{updates}]}}]'
    (row,) = vendor_history.read(body.encode(), "claude", {})
    (whole,) = reliability([row])
    assert [mean(s) / 60 for s in (whole.investigating, whole.repairing, whole.checking)] == [20, 40, 60]
    assert whole.mttr.mean == 2 * H
