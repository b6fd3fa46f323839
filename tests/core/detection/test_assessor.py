"""What the assessor makes of observations: alarms, their absence, their end, and what it can say about them."""

import math
import re
from itertools import pairwise

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from bot.core.detection.classification import classified
from bot.core.text.inline import utc
from probes.model import Fault, Layer, Outcome, State
from tests.support.results import START, assessor, failing, fed, look, quiet, timed

HOUR = 3600.0


def opened(steps):
    return [s for s in steps if s.event == "opened"]


@pytest.mark.parametrize(("rate", "minutes"), [(1.0, 3), (0.5, 4), (0.2, 12), (0.1, 30)])
def test_finds_outages_of_any_rate(rate, minutes):
    """From a total outage to one request in ten: found in minutes, with a first failure and words."""
    judge = assessor()
    fed(judge, quiet(6))
    begins = START + 6 * HOUR
    found = opened(fed(judge, failing(rate, minutes, begins)))
    assert len(found) == 1
    assert found[0].components == ("api",)
    assert begins <= found[0].started_at <= found[0].at
    assert found[0].low <= rate <= found[0].high
    assert "HTTP 500" in found[0].why


def bursts(judge, count, symptom="http_503"):
    """Bursts of five failures, every three hours; what was told."""
    steps = []
    for burst in range(count):
        at = START + burst * 3 * HOUR
        steps.append(fed(judge, [look(at + i * 5, failed=True, symptom=symptom) for i in range(5)]))
        steps[-1] += fed(judge, quiet(2.9, at + 30))
    return steps


def test_spells_are_learned_from_the_target_and_said():
    """The first total failure of a clean target is told; what turns out to be its habit no more, and `why` says so."""
    judge = assessor()
    told = bursts(judge, 8)
    assert opened(told[0])
    assert not any(opened(steps) for steps in told[-3:])
    lines = judge.explain("api", START + 24 * HOUR).lines
    assert any("it had 7 spells of up to 30 s in the last week" in line for line in lines)


def test_spells_count_as_soon_as_single_failures_do():
    """With an incident every few hours nothing is quiet for long enough to be learned: spells show all the same."""
    judge, turns = assessor(), 20
    for turn in range(turns):
        at = START + turn * 3 * HOUR
        for n in range(6):
            single = at + n * 900
            fed(judge, [look(single, failed=True), *(look(single + i * 5) for i in range(1, 10))])
            fed(judge, quiet(0.2, single + 60))
        spell = at + 5400
        fed(judge, [look(spell + i * 5, failed=i < 3, symptom="http_503") for i in range(10)])
        fed(judge, quiet(0.9, spell + 60))
        fed(judge, [look(at + 9000, failed=True), *quiet(0.4, at + 9005)])
        judge.episodes.detector.begin_anew(())
    (stream,) = judge.episodes.detector.streams.values()
    assert stream.entry * turns * 3 * HOUR > turns / 2


def test_a_total_outage_is_found_in_a_target_with_spells_too():
    """The habit delays an alert and prevents none; a cause that lasts, never seen in a spell, is none."""
    for symptom, at_most in (("http_503", 300), ("refused", 40)):
        judge = assessor()
        bursts(judge, 8)
        at = START + 24 * HOUR
        steps = opened(fed(judge, [look(at + i * 5, failed=True, symptom=symptom) for i in range(100)]))
        assert steps[0].at - at <= at_most


@pytest.mark.parametrize(
    "given",
    [
        {"fault": Fault.OURS, "layer": Layer.OUR_QUOTA},
        {"fault": Fault.OURS, "layer": Layer.OUR_KEY},
        {"outcome": Outcome.INCONCLUSIVE, "fault": Fault.UNKNOWN},
        {"fault": Fault.VENDOR, "layer": Layer.NO_ANSWER, "control": False},
        {"fault": Fault.UNKNOWN},
    ],
)
def test_what_is_not_the_vendors_says_nothing(given):
    """Our quota, our key, bot challenges and our own network never open an incident."""
    judge = assessor()
    fed(judge, quiet(3))
    assert classified(look(START, failed=True, **given)) is None
    assert not fed(judge, [look(START + 3 * HOUR + i * 5, failed=True, **given) for i in range(500)])


@pytest.mark.parametrize("at", [math.nan, math.inf, -math.inf, -1.0, 4.2e9])
def test_times_that_no_clock_shows_say_nothing(at):
    """Results from outside 1970 to 2100, or from no time at all, are not used."""
    assert classified(look(at, failed=True)) is None


def seen_from_two(late_s, interval_s=0.3, slots=60):
    """Three components fail from `us` at START + 30 intervals; nothing comes from `eu`, which is well, for `late_s`."""
    judge = Assessor(AssessorSettings(("a", "b", "c"), interval_s))
    fails = START + 30 * interval_s
    rows = [
        look(at, v == "us" and slot >= 30, c, v)
        for slot in range(slots)
        for i, c in enumerate(("a", "b", "c"))
        for v, at in (("us", START + slot * interval_s + i * 0.05), ("eu", START + slot * interval_s + i * 0.05 + 0.1))
        if v == "us" or slot < 29 or at >= fails + late_s
    ]
    return fails, opened(fed(judge, sorted(rows, key=lambda row: row.at)))


@pytest.mark.parametrize("late_s", [0.0, 0.2, 0.5, 1.0, 2.0, 4.0])
def test_another_vantage_is_heard_before_the_components_are_named(late_s):
    """One vantage fails totally and the other's next results come a little late: the components are never named."""
    fails, told = seen_from_two(late_s)
    assert [(s.scope, s.vantage) for s in told] == [("vantage", "us")]
    assert told[0].at <= fails + late_s + 1


@pytest.mark.parametrize("interval_s", [0.3, 1.0, 5.0, 30.0])
def test_a_vantage_that_is_overdue_delays_nothing_for_long(interval_s):
    """The other vantage falls silent just as the failures begin: told all the same, and at once when it is overdue."""
    fails, told = seen_from_two(math.inf, interval_s)
    assert told[0].scope != "vantage"
    assert told[0].at <= fails + max(6.0, min(15.0, interval_s + 5.0)) + 2 * interval_s


def test_one_vantage_alone_is_its_own_trouble():
    """Everything seen from one vantage fails, the others are well: said as such, and no vendor incident."""
    judge = assessor(("a", "b"))
    vantages, components = ("eu", "us", "ap"), ("a", "b")
    seen = [
        look(START + slot * 5, slot > 8640 and v == "eu" and slot % 2 == 0, c, v, f"x{slot % 3}")
        for slot in range(9200)
        for i, (v, c) in enumerate((v, c) for v in vantages for c in components)
        if slot % 6 == i or slot > 8640
    ]
    steps = fed(judge, seen)
    assert [s.scope for s in opened(steps)] == ["vantage"]
    assert opened(steps)[0].vantage == "eu"
    beliefs = judge.assessments(seen[-1].at)
    assert beliefs["a"].state is State.OPERATIONAL
    assert "eu" in beliefs["a"].why
    last = max(s.at for s in seen if s.outcome is Outcome.FAILED)
    later = [
        look(seen[-1].at + 5 + slot * 5, component=c, vantage=v)
        for slot in range(1440)
        for c in components
        for v in vantages
    ]
    over = [s for s in fed(judge, later) if s.event == "resolved"]
    assert [(s.vantage, s.failed_at) for s in over] == [("eu", last)]


def test_all_components_failing_is_one_service_incident():
    """Three components fail together: one opening, and soon all three named, each by its own results."""
    judge = assessor(("a", "b", "c"))
    for i, c in enumerate("abc"):
        for v in ("eu", "us"):
            judge.see(look(START + i, component=c, vantage=v))
    at = START + 30
    seen = [look(at + n * 10 + i, n > 400, c, v, f"x{n % 3}") for n in range(420) for i, (c, v) in
            enumerate((c, v) for c in "abc" for v in ("eu", "us"))]  # fmt: skip
    steps = fed(judge, seen)
    assert len(opened(steps)) == 1
    assert (steps[-1].scope, steps[-1].components) == ("service", ("a", "b", "c"))
    assert next(s for s in steps if len(s.components) == 3).at - steps[0].at <= 20


def test_monitoring_comes_before_resolved_and_resolved_takes_its_time():
    """After a total outage the assessment says monitoring, and resolved follows after twelve quiet minutes at least."""
    judge = assessor()
    fed(judge, quiet(6))
    at = START + 6 * HOUR
    assert opened(fed(judge, failing(1.0, 20, at)))
    over = at + 20 * 60
    calm = quiet(0.1, over, every=5)
    assert not [s for s in fed(judge, calm) if s.event == "resolved"]
    belief = judge.assessments(calm[-1].at)["api"]
    assert belief.monitoring
    assert belief.state is State.MAJOR
    ends = [s for s in fed(judge, quiet(1, calm[-1].at + 5, every=5)) if s.event == "resolved"]
    assert len(ends) == 1
    assert 12 * 60 <= ends[0].at - over <= 46 * 60


def test_a_gap_without_data_is_neither_quiet_nor_trouble():
    """Forty minutes without results in an incident: still the same one, and unknown meanwhile."""
    judge = assessor()
    fed(judge, quiet(6))
    at = START + 6 * HOUR
    assert opened(fed(judge, failing(0.3, 20, at)))
    resumed = at + 60 * 60
    assert not judge.advance(resumed)
    assert judge.assessments(resumed)["api"].state is State.UNKNOWN
    steps = fed(judge, failing(0.3, 20, resumed, seed=5))
    assert not [s for s in steps if s.event != "changed"]


def test_nothing_measured_is_unknown_never_green():
    """A component of the configuration without evidence is unknown, with the reason."""
    belief = assessor(("api", "web")).assessments(START)["web"]
    assert belief.state is State.UNKNOWN
    assert belief.why


def test_slow_answers_open_a_slowness_incident():
    """Three times the usual latency for most requests is found and ends; as usual it is not."""
    judge = assessor()
    usual = [timed(START + i * 30, 700 + 100 * (i % 5)) for i in range(1000)]
    assert not fed(judge, usual)
    at = usual[-1].at + 30
    found = fed(judge, [timed(at + i * 30, 2600 if i % 3 else 800) for i in range(20)])
    assert [(s.event, s.kind, s.state) for s in found] == [("opened", "slowness", State.DEGRADED)]
    assert judge.assessments(at + 600)["api"].slow
    ends = fed(judge, [timed(at + 600 + i * 30, 700) for i in range(120)])
    assert [(s.event, s.kind) for s in ends] == [("resolved", "slowness")]


def test_slowness_ends_with_its_last_slow_answer_whatever_fails_meanwhile():
    """One failure early in an hour of slow answers is no end of it; nor is the time when the quiet was long enough."""
    judge = assessor()
    usual = [timed(START + i * 30, 700 + 100 * (i % 5)) for i in range(1000)]
    fed(judge, usual)
    at = usual[-1].at + 30
    slow = [timed(at + i * 30, 2600) for i in range(120)]
    slow[4] = look(slow[4].at, failed=True)
    steps = fed(judge, [*slow, *(timed(at + 3600 + i * 30, 700) for i in range(120))])
    assert [(s.event, s.kind) for s in steps] == [("opened", "slowness"), ("resolved", "slowness")]
    assert steps[-1].failed_at == slow[-1].at < steps[-1].at - 60


def test_why_counts_and_leaves_naming_the_state_to_the_state():
    """A word of its own for the class, as "degraded" beside a partial outage, would be a second name for one thing."""
    judge = assessor()
    fed(judge, quiet(6))
    seen = failing(0.35, 10, START + 6 * HOUR)
    fed(judge, seen)
    belief = judge.assessments(seen[-1].at)["api"]
    assert belief.state is State.PARTIAL
    assert re.match(r"\d+ of \d+ failed \(", belief.why)


def test_failures_end_with_the_last_of_them_also_if_all_is_judged_in_one_go():
    """A process that comes back reads failures and the good results after them together."""
    judge = assessor()
    fed(judge, quiet(6))
    at = START + 6 * HOUR
    fed(judge, [look(at + i * 5, failed=True) for i in range(10)])
    rest = [*(look(at + 50 + i * 5, failed=True) for i in range(10)), *quiet(2, at + 100, every=5.0)]
    steps = [step for seen in rest for step in judge.see(seen)]
    over = (steps + judge.advance(rest[-1].at))[-1]
    assert (over.event, over.failed_at) == ("resolved", at + 95)


def test_reports_bring_an_alarm_forward_but_make_none():
    """A flood of reports beside healthy probes opens nothing; beside failing ones it hurries."""
    flooded = assessor()
    fed(flooded, quiet(6))
    at = START + 6 * HOUR
    for minute in range(60):
        assert not flooded.reported(at + minute * 60, "api", 10**9)
        assert not fed(flooded, [look(at + minute * 60 + s) for s in (10, 40)])
    alone, heard = assessor(), assessor()
    fed(alone, quiet(6))
    fed(heard, quiet(6))
    for minute in range(3):
        heard.reported(at + minute * 60, "api", 5)
    trouble = failing(0.2, 30, at + 200)
    assert opened(fed(heard, trouble))[0].at <= opened(fed(alone, trouble))[0].at


def test_why_says_how_far_what_leads_and_what_would_close_it():
    """Before an alert the distance to it; while it stands when it was raised, after what, and what would close it."""
    judge = assessor()
    fed(judge, quiet(6))
    at = START + 6 * HOUR
    fed(judge, [look(at, failed=True)])
    before = judge.explain("api", at + 1)
    assert any("needed for an alert" in line for line in before.lines)
    assert before.leading.startswith("everything fails together")
    assert not before.raised
    found = opened(fed(judge, failing(1.0, 3, at + 5)))[0]
    said = judge.explain("api", at + 180)
    assert said.recent
    assert "closes after another 13 min" in said.closes
    assert "major outage" in said.summary
    raised = utc(said.raised, said.at)
    assert raised.endswith(f"UTC, {found.at - at:.0f} s after the first failure")
    assert raised in said.lines
    assert not any("needed" in line or "_5" in line for line in said.lines)


def test_the_failure_that_began_it_is_counted_for_people():
    """The words count as many failures as symptoms: the first one, no sample of the rate, among them."""
    judge = assessor()
    fed(judge, quiet(6))
    found = opened(fed(judge, failing(1.0, 10, START + 6 * HOUR)))[0]
    failed, total = (int(n) for n in found.why.split(" failed")[0].split(" of "))
    kinds = found.why.partition("(")[2].partition(")")[0]
    assert failed == total == sum(int(kind.rpartition("×")[2]) for kind in kinds.split(", "))


def test_a_failure_asks_for_another_look_soon_and_a_bounded_number_of_them():
    """Plans begin after a failure and rest after 240 looks in a row."""
    judge = assessor()
    fed(judge, quiet(1))
    at = START + HOUR
    fed(judge, [look(at, failed=True)])
    plan = judge.attention(at + 1)["api"]
    assert plan.from_s == at + 5
    assert plan.until_s <= at + 60
    planned = 0
    for i in range(1, 700):
        now = at + i * 5
        planned += "api" in judge.attention(now)
        fed(judge, [look(now, failed=True)])
    assert 240 <= planned <= 480


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.3, 0.45, 0.6, 0.75, 1.0])
def test_a_constant_rate_settles_once(rate):
    """Class and state of a constant failure rate change once at most after the opening, and never back."""
    for seed in range(6):
        judge = assessor()
        fed(judge, quiet(1))
        steps = fed(judge, failing(rate, 60, START + HOUR, seed=seed))
        states = [s.state for s in steps]
        assert states
        assert sum(a is not b for a, b in pairwise(states)) <= 1
        assert len(states) <= 3


def test_down_is_said_at_once_and_without_doubt():
    """A clean target that fails totally: told within 20 s at 5 s intervals, as down, with an interval that tells."""
    judge = Assessor(AssessorSettings(("api",), interval_s=5.0))
    fed(judge, quiet(0.5, every=5.0))
    at = START + HOUR / 2
    found = opened(fed(judge, [look(at + n * 5, True) for n in range(10)]))[0]
    assert found.at - at <= 17
    assert (found.state, found.rate, found.high) == (State.MAJOR, 1.0, 1.0)
    assert found.low >= 0.4
    assert judge.episodes.courses["api"].severity.down


def test_components_that_do_not_fail_together_are_two_incidents():
    """A of four fails for a minute, is well, then C fails: the first names A, the second C, none B or D."""
    judge = Assessor(AssessorSettings(tuple("abcd"), interval_s=2.0))
    rows = [
        look(START + n * 2 + i / 4, (c == "a" and 600 <= n * 2 < 658) or (c == "c" and n * 2 >= 748), c)
        for n in range(500)
        for i, c in enumerate("abcd")
    ]
    steps = fed(judge, rows)
    assert [(s.event, s.components) for s in steps if s.event == "opened"] == [("opened", ("a",)), ("opened", ("c",))]
    assert not any({"b", "d"} & set(s.components) for s in steps)
    assert {c: b.state for c, b in judge.assessments(rows[-1].at).items() if c in "bd"} == {
        "b": State.OPERATIONAL,
        "d": State.OPERATIONAL,
    }


def test_every_component_of_a_large_service_is_measured():
    """No component of a large service is left out."""
    names = tuple(f"c{n}" for n in range(600))
    judge = assessor(names)
    fed(judge, [look(START + n / 100, component=name) for n, name in enumerate(names)])
    assert {a.state for a in judge.assessments(START + 10).values()} == {State.OPERATIONAL}


def test_counts_and_rates_of_different_times_stand_in_no_line_together():
    """While it fails, the rate is that of now. Where all failed, and at the end, the counts stand alone."""
    judge = assessor()
    fed(judge, quiet(6))
    begins = START + 6 * HOUR
    (total,) = opened(fed(judge, failing(1.0, 3, begins)))
    assert "interval" not in total.why
    half = fed(judge, failing(0.5, 30, begins + 200))
    assert any("95% interval" in step.why for step in half)
    ended = [step for step in fed(judge, quiet(2, begins + 2100)) if step.event == "resolved"]
    assert len(ended) == 1
    assert re.search(r"\d+ of \d+ failed \(", ended[0].why)
    assert "about" not in ended[0].why


def test_a_hard_outage_of_a_clean_target_is_said_to_be_mended_at_once_and_closes_soon():
    """All fail for a minute and a half, then all work: within half a minute no more failures, over after 13 min."""
    judge = assessor()
    fed(judge, quiet(1, every=5))
    at = START + HOUR
    assert opened(fed(judge, failing(1.0, 1.5, at)))
    over = at + 90
    fed(judge, quiet(25 / HOUR, over, every=5))
    assert not judge.assessments(over + 20)["api"].monitoring
    fed(judge, [look(over + 25)])
    belief = judge.assessments(over + 27)["api"]
    assert belief.monitoring
    assert (belief.well, belief.failed_at) == (6, over - 5)
    assert f"{belief.failed + 1} of {belief.failed + 1} failed" in belief.why
    assert belief.why.endswith("none for 30 s")
    ends = [s for s in fed(judge, quiet(0.5, over + 30, every=5)) if s.event == "resolved"]
    assert [s.at - over for s in ends] == [pytest.approx(750, abs=10)]


def test_an_outage_that_comes_again_is_not_called_mended_at_once():
    """The first gap may look like the end; after it three minutes without a failure are asked for, and 15 to close."""
    judge = assessor()
    fed(judge, quiet(1, every=5))
    at = START + HOUR
    fed(judge, failing(1.0, 1.5, at))
    fed(judge, quiet(120 / HOUR, at + 90, every=5))
    fed(judge, failing(1.0, 1.5, at + 210))
    fed(judge, quiet(120 / HOUR, at + 300, every=5))
    assert not judge.assessments(at + 420)["api"].monitoring
    assert "closes after another 13 min" in judge.explain("api", at + 420).closes


@pytest.mark.parametrize("every", [5.0, 30.0])
def test_what_is_broken_and_mended_twice_is_one_incident_that_closes_soon(every):
    """A stranger stops his service for two minutes, starts it, stops it again: over a quarter of an hour later."""
    judge = Assessor(AssessorSettings(("api",), interval_s=every))
    fed(judge, quiet(1, every=every))
    at = START + HOUR
    down = [(0, 120), (300, 420)]
    rows = [look(at + n * 5, any(a <= n * 5 < b for a, b in down)) for n in range(480)]
    steps = fed(judge, rows)
    assert [s.event for s in steps if s.event != "changed"] == ["opened", "resolved"]
    assert 12 * 60 <= steps[-1].at - at - 420 <= 16 * 60


def test_a_vantage_that_is_silent_is_not_counted_among_those_that_measure():
    """What fails from the only one that still measures fails from all, not "only from" it."""
    judge = assessor()
    both = [look(START + i * 5, vantage=v) for i in range(120) for v in ("first", "second")]
    fed(judge, both)
    assert judge.assessments(START + 600)["api"].all_vantages == ("first", "second")
    fed(judge, [look(START + 600 + i * 5, failed=i > 60, vantage="first") for i in range(90)])
    belief = judge.assessments(START + 1050)["api"]
    assert belief.vantages == belief.all_vantages == ("first",)
    fed(judge, [look(START + 1050 + i * 5, failed=True, vantage="renamed") for i in range(60)])
    belief = judge.assessments(START + 1350)["api"]
    assert belief.vantages == belief.all_vantages == ("renamed",)


def test_what_was_mended_and_fails_again_is_counted_anew():
    """The counts of an outage that was over say nothing of the next one: it is down again with the third failure."""
    judge = assessor()
    fed(judge, quiet(1, every=5))
    at = START + HOUR
    fed(judge, failing(1.0, 1.5, at))
    fed(judge, quiet(60 / HOUR, at + 90, every=5))
    assert judge.assessments(at + 150)["api"].monitoring
    fed(judge, [look(at + 150, failed=True), look(at + 155, failed=True)])
    assert judge.assessments(at + 155)["api"].total > 20
    steps = fed(judge, failing(1.0, 0.5, at + 160))
    belief = judge.assessments(at + 190)["api"]
    assert belief.down
    assert belief.failed == belief.total == sum(n for _, n in belief.symptoms) - 1 == 7
    assert (belief.since, belief.window_s) == (at + 150, 40.0)
    assert not [s for s in steps if s.event == "opened"]
    fed(judge, [look(at + 190)])
    assert judge.assessments(at + 191)["api"].total == 8


def test_single_failures_after_the_mend_are_not_another_outage():
    """A usual failure or two do not begin the count again."""
    judge = assessor()
    fed(judge, quiet(1, every=5))
    at = START + HOUR
    fed(judge, failing(1.0, 5, at))
    fed(judge, quiet(60 / HOUR, at + 300, every=5))
    fed(judge, [look(at + 360 + i * 5, failed=i % 3 < 2) for i in range(9)])
    assert judge.assessments(at + 405)["api"].since == at
