"""Replays of made-up worlds, with small fixed seeds: a broken threshold, a slow rule or a wrong score shows here."""

import argparse
import gzip
import json
from pathlib import Path

import pytest

from bot.cli import replay
from bot.core.replay import other_monitors
from bot.core.replay.engine import Replay
from bot.core.replay.events import events, openings
from bot.core.replay.lorden_bound import bound_min, information
from bot.core.replay.scoring import TrueInterval, scored, truths
from bot.core.replay.trace import read
from bot.trials.worlds import Habits, Trouble, hard_stop, made

PACK = Path(__file__).parents[4] / "shared" / "data" / "traces"
SHIPPED = Path(__file__).parents[2] / "data" / "traces"
needs_pack = pytest.mark.skipif(not PACK.is_dir(), reason="the public traces are not here")


def score_of(world, truth):
    return scored(world.name, openings(Replay(world).run(), world.start), truth, world.days)


@pytest.mark.parametrize(
    ("habits", "seed"),
    [(Habits(), 71), (Habits(), 72), (Habits(rate=0.012), 73), (Habits(daily=True), 74), (Habits(spells_a_day=2), 75)],
)
def test_two_months_of_usual_failures_raise_no_alarm(habits, seed):
    """Ten months in all at a budget of 0.1: a threshold a hundred times too low would be seen."""
    world, truth = made("quiet", seed, 60, habits)
    assert score_of(world, truth).false_alarms == 0


def test_the_threshold_is_not_beyond_reach_either():
    """Evidence of usual failures comes within a few hundredths of the threshold: the budget is used, not only kept."""
    world, _ = made("quiet", 76, 20, Habits())
    loose = [t for t in Replay(world, 300.0).run() if t.event == "opened"]
    assert loose


@pytest.mark.parametrize(
    ("trouble", "at_most"),
    [(Trouble(0.1), 9.5), (Trouble(0.2), 4.5), (Trouble(0.5), 2.0), (Trouble(1.0), 2.0), (Trouble(0.3, 60), 6.0)],
)
def test_outages_are_found_in_time(trouble, at_most):
    """One stream, twenty outages or more of each kind: medians as promised, none of the total ones missed."""
    world, truth = made("outages", 77, 6, Habits(), trouble)
    score = score_of(world, truth)
    assert score.incidents >= 20
    assert score.median_min <= at_most
    assert score.flaps <= 0.15 * score.incidents
    assert score.missed <= (0 if trouble.rate == 1.0 else 1)


def test_nine_streams_know_at_once():
    """All of three vantages and components fail totally: less than twenty seconds; one vantage alone: no incident."""
    world, truth = made("nine", 78, 3, Habits(), Trouble(1.0), components=3, vantages=3)
    assert score_of(world, truth).median_min <= 0.34
    world, truth = made("one", 79, 3, Habits(), Trouble(0.5, vantages=1), components=3, vantages=3)
    assert not truth
    assert score_of(world, truth).false_alarms == 0


def test_skipping_quiet_stretches_is_the_same_as_looking(monkeypatch):
    """The replay's leap over successes and a look at each of them come to the same transitions."""
    world, _ = made("leap", 80, 3, Habits(), Trouble(0.3))
    leaping = list(Replay(world).run())
    monkeypatch.setattr(Replay, "_skip", lambda _self, slot: slot)
    stepping = list(Replay(world).run())
    assert [(t.at, t.event, t.components) for t in leaping] == [(t.at, t.event, t.components) for t in stepping]


def test_the_rate_is_within_its_interval():
    """On synthetic truth the interval at the end of an incident contains the true rate nearly always."""
    hits = total = 0
    for seed, rate in ((81, 0.1), (82, 0.3), (83, 0.6)):
        world, truth = made("rates", seed, 5, Habits(), Trouble(rate))
        told = list(Replay(world).run())
        for t in truth:
            said = [x for x in told if t.start_s <= x.at - world.start <= t.end_s + 3600 and x.event == "resolved"]
            total += len(said)
            hits += sum(x.low <= rate <= x.high for x in said)
    assert total > 40
    assert hits >= 0.88 * total


def test_scoring_counts_delays_misses_flaps_and_false_alarms():
    """The four figures by hand."""
    truth = (TrueInterval(100, 700), TrueInterval(10_000, 10_600))
    score = scored("x", [50.0, 220.0, 400.0, 800.0, 9000.0], truth, 30.0)
    assert (score.median_min, score.missed, score.flaps, score.false_alarms) == (2.0, 1, 2, 2)
    assert score.false_per_month == 2.0


def test_events_end_as_changes_while_others_go_on():
    """Of two components that recover one after the other the first is a change, the second the end."""
    world, _ = made("two", 84, 3, Habits(), Trouble(0.5, components=2), components=3, vantages=2)
    told = list(events(Replay(world).run(), world.start))
    assert sum(e["event"] == "opened" for e in told) == sum(e["event"] == "resolved" for e in told)
    assert {"t_s", "event", "scope", "components", "state", "rate", "low", "high"} <= told[0].keys()


@pytest.mark.parametrize(
    ("rule", "looks", "alarmed"),
    [
        (other_monitors.InARow(3, 2), "FFoFFo", "------"),
        (other_monitors.InARow(3, 2), "FFFoFoo", "--AAAA-"),
        (other_monitors.OfTheLast(2, 4), "FoooFoF", "------A"),
        (other_monitors.InARow(1, 1), "oFo", "-A-"),
    ],
)
def test_rivals_follow_their_rules(rule, looks, alarmed):
    """Rules by hand: F fails, o works, A is alarmed."""
    assert "".join("A" if rule.see(c == "F") else "-" for c in looks) == alarmed


@pytest.mark.parametrize("name", [*other_monitors.RULES, "2-in-row/7", "3-of-20"])
def test_rivals_leap_over_successes_to_the_same_end(name):
    """Passing over successes in one step opens exactly what a look at each of them opens."""
    world, _ = made("rivals", 85, 2, Habits(), Trouble(0.3), components=2, vantages=2)
    stepping, rules = [], [other_monitors.rule(name)(world) for _ in world.places]
    alarms: set[int] = set()
    for slot in range(world.slots):
        for index, place in enumerate(world.places):
            if (slot - place.offset) % world.every:
                continue
            before = bool(alarms)
            alarms.discard(index)
            alarms |= {index} if rules[index].see(place.seen[slot] != ".") else set()
            stepping += [slot * world.slot_s] if alarms and not before else []
    assert other_monitors.opened(world, other_monitors.rule(name)) == stepping


def test_burn_rates_need_both_windows():
    """Two failures in five minutes of an hour with enough burn alarm; an old one alone does not."""
    burn = other_monitors.Burn(30.0)
    assert not any(burn.see(False) for _ in range(720))
    assert burn.see(True) or burn.see(True)
    assert not any([burn.see(False) for _ in range(200)][60:])


def test_unknown_rules_are_named():
    """A wrong rule says which there are."""
    with pytest.raises(ValueError, match="3-in-row"):
        other_monitors.rule("0-of-0")
    assert callable(other_monitors.rule("4-in-row/1"))
    assert callable(other_monitors.rule("3-of-20"))


def test_the_bound_by_hand():
    """ln(864000)/KL looks at a total outage, two per component and 30 s."""
    assert information(1.0, 0.005) == pytest.approx(5.298, abs=1e-3)
    assert bound_min(0.1, 0.005, 1, 1, 1, 30, 5, 0.1) == pytest.approx(4.66, abs=0.02)
    assert bound_min(0.001, 0.005, 1, 1, 1, 30, 5, 0.1) == float("inf")


@pytest.mark.parametrize(
    "broken", [{}, {"format": "x"}, {"format": "groundtruth-trace/1"}, {"format": "groundtruth-trace/1", "slots": -1}]
)
def test_broken_recordings_are_refused_in_words(broken):
    """What is no recording says so."""
    with pytest.raises(ValueError, match="recording"):
        read(broken)


def test_the_shipped_recordings_give_the_figures_of_the_readme(capsys):
    """The command of README and benchmarks in a clone: the traces there, all rivals, and the headline of its table."""
    parser = argparse.ArgumentParser()
    replay.arguments(parser)
    assert replay.run(parser.parse_args([str(SHIPPED), "--score", "--against", "all", "--json"])) == 0
    found = {(r["scenario"], r["rule"]): r for r in json.loads(capsys.readouterr().out)}
    ours, theirs = found["one-in-five", "groundtruth"], found["one-in-five", "3-in-row"]
    assert ours["median_min"] < 4
    assert theirs["median_min"] > 20
    assert (ours["missed"], ours["flaps"], ours["false_alarms"]) == (0, 0, 0)
    assert theirs["missed"] >= 10
    one, five = found["one-of-three", "groundtruth"], found["one-of-three", "5-of-60"]
    assert one["median_min"] < 2
    assert five["median_min"] > 4
    assert found["one-vantage", "groundtruth"]["false_alarms"] == 0 < found["one-vantage", "5-of-60"]["false_alarms"]
    assert found["quiet", "groundtruth"]["false_alarms"] <= 1
    assert found["quiet", "burn-rate"]["false_alarms"] > 100


def test_the_shipped_recordings_are_small():
    """A clone stays light."""
    assert sum(p.stat().st_size for p in SHIPPED.iterdir()) < 60_000


@needs_pack
@pytest.mark.parametrize(
    ("name", "at_most_min", "openings_at_most"),
    [("single-100", 2.0, 60), ("flapping", 5.0, 11), ("gap", 10.0, 7), ("slow", 10.0, 9), ("own-network", None, 0)],
)
def test_goals_on_the_public_traces(name, at_most_min, openings_at_most):
    """Some of the goals of the design on the traces themselves; the benchmark has them all."""
    with gzip.open(PACK / f"{name}.json.gz") as file:
        world = read(json.load(file))
    truth = truths(json.loads((PACK / "labels.json").read_text())[name], world.slot_s)
    opened = openings(Replay(world).run(), world.start)
    score = scored(name, opened, truth, world.days)
    assert len(opened) <= openings_at_most
    assert score.missed == score.false_alarms == 0
    if at_most_min is not None:
        assert score.median_min <= at_most_min


@pytest.mark.parametrize(("interval_s", "days", "at_most_s"), [(5.0, 2, 20), (30.0, 6, 30)])
def test_a_hard_stop_of_a_target_without_spells_is_told_at_once(interval_s, days, at_most_s):
    """From the first outage on, in the median since it began; nothing else is told."""
    world, truth = hard_stop("hard-stop", 84, days, interval_s=interval_s, symptoms="5")
    score = score_of(world, truth)
    assert score.incidents >= 4
    assert (score.missed, score.false_alarms) == (0, 0)
    assert score.median_min * 60 <= at_most_s
