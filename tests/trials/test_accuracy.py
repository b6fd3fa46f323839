"""The worlds of `groundtruth accuracy`, its arithmetic, and what it prints."""

import json
from dataclasses import replace
from itertools import pairwise
from math import inf, isinf
from statistics import median

import pytest

from bot.cli.main import main
from bot.core.replay.other_monitors import PRODUCTS
from bot.core.replay.scoring import AFTER_S, TrueInterval
from bot.core.stats.intervals import poisson
from bot.trials.accuracy import OURS, PAGE, RULE_NOTES, Outcome, Trial, _outcome, summed, tried
from bot.trials.incidents import APART_S, COMPONENTS, LONGEST_MIN, happenings, world
from bot.trials.published import GAPS_H, LENGTHS_MIN, ONLY_AFTERWARDS, PAGE_LAGS_MIN, TOGETHER, at_share
from bot.trials.worlds import SLOT_S

QUIET_ENOUGH = Trial(1.0, 300.0, 10.0, 30)
"""Two incidents, of 21 and 36 minutes."""
SMALL = ("accuracy", "--rate", "100", "--interval", "300", "--jobs", "1")


@pytest.mark.parametrize("quantiles", [LENGTHS_MIN, GAPS_H, PAGE_LAGS_MIN])
def test_between_deciles(quantiles):
    """Each decile is met, and it only rises between them."""
    assert [at_share(quantiles, n / 10) for n in range(11)] == pytest.approx(list(quantiles))
    found = [at_share(quantiles, n / 997) for n in range(998)]
    assert found == sorted(found)


def test_incidents_are_as_published():
    """Lengths, joint failures and the page's silence over many of them; never two at once."""
    found = list(happenings(5, 4000))
    lengths = [(one.end - one.start) * SLOT_S / 60 for one in found]
    assert len(found) > 500
    assert median(lengths) == pytest.approx(LENGTHS_MIN[5], rel=0.15)
    assert max(lengths) <= LONGEST_MIN
    together = sum(n for names, n in TOGETHER.items() if len(names) > 1) / sum(TOGETHER.values())
    assert sum(len(one.components) > 1 for one in found) / len(found) == pytest.approx(together, abs=0.06)
    assert sum(one.posted_s is None for one in found) / len(found) > ONLY_AFTERWARDS - 0.05
    assert all(b.start - a.end >= APART_S / SLOT_S - 1 for a, b in pairwise(found))
    assert list(happenings(5, 4000)) == found
    assert list(happenings(6, 4000)) != found


def test_in_an_incident_that_share_fails():
    """Of the named components, and of no other."""
    played, truths, told = world(0.5, 30.0, 60, 5)
    assert [(t.start_s, t.end_s) for t in truths] == [(o.start * SLOT_S, o.end * SLOT_S) for o in told]
    for one in told:
        for place in played.places:
            seen = place.seen[one.start : one.end]
            share = 1 - seen.count(".") / len(seen)
            assert (0.3 < share < 0.7) if place.component in one.components else share < 0.2
    assert played.components == COMPONENTS


def test_openings_against_the_truth():
    """Late, missed, soon after the end, and false."""
    truth = (TrueInterval(1000, 2000), TrueInterval(50_000, 51_000))
    found = _outcome("rule", Trial(0.1, 60.0, days=2), [500.0, 1300.0, 1900.0, 2000 + AFTER_S, 90_000.0], truth)
    assert found.delays_min == (5.0, inf)
    assert found.false_alarms == 2
    assert found.quiet_days == pytest.approx(2 - (2000 + 2 * AFTER_S) / 86_400)


def test_a_missed_incident_is_later_than_any():
    """Quantiles are over all incidents: a rule that finds half of them has no p90."""
    trial = Trial(0.1, 60.0)
    outcomes = [Outcome("rule", trial, (1.0, 2.0, 3.0), 1, 15.0), Outcome("rule", trial, (4.0, inf), 2, 15.0)]
    report = summed(outcomes)
    (of,) = report.figures
    assert (of.incidents, of.found, of.recall, of.median_min) == (5, 4, 0.8, 3.0)
    assert isinf(of.p90_min)
    (alarms,) = report.alarms
    assert (alarms.a_month, alarms.quiet_days) == (3.0, 30.0)
    assert report.plain()["figures"][0]["p90_min"] is None


def test_the_interval_of_a_count():
    """Beside the exact one: 3 counted, 0.62 to 8.77; none counted, 0 to 3.69."""
    assert poisson(3) == pytest.approx((0.62, 8.77), abs=0.05)
    assert poisson(0) == pytest.approx((0.0, 3.69), abs=0.05)


@pytest.mark.parametrize(
    ("interval_s", "failures", "alarmed"), [(60.0, 5, False), (60.0, 6, True), (30.0, 10, False), (30.0, 11, True)]
)
def test_for_five_minutes(interval_s, failures, alarmed):
    """The first failure and every one until five minutes later."""
    played, _, _ = world(0.1, interval_s, 10, 5)
    rule = PRODUCTS["blackbox, for: 5m"].make(played)
    assert [rule.see(True) for _ in range(failures)][-1] is alarmed
    assert not rule.see(False)


def test_every_rule_on_one_world():
    """Two incidents in which everything fails, a check every five minutes: only we check again at once."""
    ours, *others = tried(QUIET_ENOUGH)
    assert [ours.rule, *(one.rule for one in others)] == [OURS, *PRODUCTS, PAGE]
    by_name = {one.rule: one for one in others}
    assert max(ours.delays_min) < min(by_name["Gatus"].delays_min)
    assert ours.false_alarms == 0
    assert ours.intervals == len(ours.delays_min)
    assert 0 < ours.bound_min < min(ours.delays_min)
    assert (by_name["Uptime Kuma"].false_alarms or 0) > 10
    assert by_name[PAGE].false_alarms is None


@pytest.fixture
def known(monkeypatch):
    """Every rule finds two incidents of three after ten minutes."""

    def told(trial):
        found = [
            Outcome(rule, trial, (10.0, 10.0, inf), None if rule == PAGE else 1, 30.0)
            for rule in (OURS, *PRODUCTS, PAGE)
        ]
        return [replace(found[0], covered=1, intervals=2, bound_min=3.0), *found[1:]]

    monkeypatch.setattr("bot.trials.accuracy.tried", told)


@pytest.mark.usefixtures("known")
def test_the_command(capsys):
    """The same figures in a table, in Markdown and as JSON."""
    assert main(SMALL) == 0
    table = capsys.readouterr().out
    assert main([*SMALL, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert main([*SMALL, "--markdown"]) == 0
    markdown = capsys.readouterr().out
    rules = [OURS, *PRODUCTS, PAGE]
    assert [one["rule"] for one in data["figures"]] == rules
    assert [one["rule"] for one in data["false_alarms"]] == rules
    ours = data["figures"][0]
    assert (ours["found"], ours["incidents"], ours["median_min"], ours["p90_min"]) == (2, 3, 10.0, None)
    for rule in rules:
        alarms = "–" if rule == PAGE else "1.0 (0.01 to 5.6)"
        assert f"| {rule} | {alarms} | 67% 10 / never |" in markdown
        assert f"\n{rule} " in table
        assert rule == PAGE or f"- {rule}: {RULE_NOTES[rule]}." in markdown
    assert "contained the true rate in 1 of 2 incidents (50.0%)" in table


def test_what_cannot_be_is_told_at_once(capsys):
    """Every complaint in one answer."""
    assert main(["accuracy", "--rate", "0", "--interval", "7", "--days", "1", "--jobs", "0"]) == 2
    said = capsys.readouterr().err
    assert [line.partition(":")[0] for line in said.splitlines()] == ["--rate", "--interval", "--days", "--jobs"]
