"""Laws that hold for any stream of observations, tried with generated ones."""

import json
import math
import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.detection import detector
from bot.core.detection.baseline import CAP, FLOOR
from bot.core.detection.detector import LOW
from bot.core.detection.hypotheses import after_success
from bot.core.detection.severity import Severity
from bot.core.stats.intervals import beyond_half
from tests.support.results import START, assessor, fed, look, quiet

Q = settings(max_examples=30, deadline=None)
STREAMS = [(c, v) for c in ("a", "b") for v in ("eu", "us")]
RESULTS = st.lists(
    st.tuples(st.sampled_from(STREAMS), st.booleans(), st.sampled_from(["x", "y"]), st.sampled_from([0, 5, 30])),
    min_size=1,
    max_size=150,
)


def observed(results, names=None):
    at, seen = START, []
    for (component, vantage), failed, symptom, step in results:
        at += step
        c, v = (names or {}).get(component, component), (names or {}).get(vantage, vantage)
        seen.append(look(at, failed, c, v, symptom))
    return seen


def facts(steps, names=None):
    back = {new: old for old, new in (names or {}).items()}
    return [
        (s.at, s.event, s.scope, sorted(back.get(c, c) for c in s.components), s.state, back.get(s.vantage, s.vantage))
        for s in steps
    ]


@Q
@given(RESULTS)
def test_relabelling_changes_nothing(results):
    """Other names for components and vantages: the same decisions under the other names."""
    names = {"a": "zebra", "b": "m", "eu": "west", "us": "east"}
    one, other = assessor(("a", "b")), assessor(("zebra", "m"))
    assert facts(fed(one, observed(results))) == facts(fed(other, observed(results, names)), names)
    assert math.isclose(one.episodes.evidence(0), other.episodes.evidence(0), rel_tol=1e-6)


@Q
@given(RESULTS, st.randoms(use_true_random=False))
def test_order_within_one_instant_does_not_matter(results, rng):
    """Results of one instant in any order leave the same state behind."""
    seen = observed(results)
    shuffled = sorted(seen, key=lambda o: (o.at, rng.random()))
    states = []
    for order in (seen, shuffled):
        judge, steps = assessor(("a", "b")), []
        for o in order:
            steps += judge.see(o)
        steps += judge.advance(seen[-1].at + 1)
        states.append((facts(steps), {tuple(s[:2]): s[2] for s in judge.dump()["suspicions"]}))
    assert states[0] == states[1]


@Q
@given(RESULTS, st.integers(0, 150))
def test_a_restored_state_has_the_same_future(results, cut):
    """Dump, JSON, restore at any point: what follows is identical to the last digit."""
    seen = observed(results)
    whole, first = assessor(("a", "b")), assessor(("a", "b"))
    expected = fed(whole, seen)
    steps = fed(first, seen[:cut])
    second = assessor(("a", "b"), state=json.loads(json.dumps(first.dump())))
    assert steps + fed(second, seen[cut:]) == expected
    assert second.dump() == whole.dump()


def test_restored_anywhere_in_trouble_that_ends_the_future_is_the_same():
    """The same at every look of a course that goes from quiet to suspicion, to an episode, and back to quiet."""
    suspicion = [look(START + 600 + i * 30, i in {0, 2}, symptom=f"s{i}") for i in range(20)]
    trouble = [look(START + 1200 + i * 5, i % 3 == 0, symptom=f"s{i % 2}") for i in range(60)]
    seen = [*quiet(600 / 3600), *suspicion, *trouble, *quiet(0.3, START + 1500)]
    whole = assessor()
    expected = fed(whole, seen)
    assert [s.event for s in expected][:1] == ["opened"]
    for cut in range(len(seen)):
        first = assessor()
        steps = fed(first, seen[:cut])
        second = assessor(state=json.loads(json.dumps(first.dump())))
        assert steps + fed(second, seen[cut:]) == expected
        assert second.dump() == whole.dump()


@Q
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 39))
def test_one_more_failure_never_lowers_the_evidence(failed, index):
    """Turning the last success into a failure cannot make trouble less likely."""
    index %= len(failed)
    trial = [*failed[:index], False]
    evidences = []
    for last in (False, True):
        judge = assessor()
        fed(judge, quiet(2))
        # symptoms change, so that none of the failures looks like a usual spell
        fed(judge, [look(START + 7200 + i * 30, f, symptom=f"s{i}") for i, f in enumerate([*trial[:-1], last])])
        opened = judge.episodes.standing
        evidences.append(math.inf if opened else judge.episodes.evidence(0))
    assert evidences[1] >= evidences[0]


@Q
@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from([0.0, START, START + 1e8, -1.0, 4e9, 1e308]), st.floats()),
            st.booleans(),
            st.one_of(st.sampled_from(["a", "b"]), st.text(max_size=8)),
            st.text(max_size=80),
        ),
        max_size=60,
    )
)
@example([(START + 1e8, True, "a", "x"), (START, True, "a", "x"), (START, False, "a", "x")])
def test_no_input_breaks_it(rows):
    """Times backwards, equal, years apart, infinite; streams and symptoms of any name."""
    judge = assessor(("a",))
    for at, failed, name, symptom in rows:
        judge.see(look(at, failed, name, name[::-1], symptom))
        judge.advance(at)
        judge.reported(at, name, 3)
    now = START + 10
    judge.advance(now)
    assert json.loads(json.dumps(judge.dump(), allow_nan=False))
    for belief in judge.assessments(now).values():
        assert 0 <= belief.low <= belief.high <= 1
        assert judge.explain(belief.component, now).summary
    assert all(p.until_s > now for p in judge.attention(now).values())


def test_streams_are_bounded(monkeypatch):
    """Thousands of made-up streams do not fill memory."""
    judge = assessor()
    monkeypatch.setattr(detector, "STREAMS", 100)
    for i in range(300):
        judge.see(look(START + i, component=f"c{i}"))
    judge.advance(START + 3000)
    assert len(judge.episodes.detector.streams) <= 101


def test_waiting_successes_read_the_same_as_told_ones():
    """Reading evidence changes nothing: asked after every look or never, the state is the same."""
    asked, silent = assessor(), assessor()
    for o in [*quiet(1), look(START + 3600, failed=True), *quiet(1, START + 3605)]:
        fed(asked, [o])
        fed(silent, [o])
        asked.explain("api", o.at)
        asked.assessments(o.at)
    assert asked.dump() == silent.dump()


@Q
@given(st.floats(FLOOR, CAP), st.floats(0, 0.02), st.floats(0.01, 600))
def test_a_success_never_speaks_for_an_outage(usual, entered, dt):
    """However soon after the last one it comes, and whatever is usual."""
    expected = entered + (1 - entered) * usual
    assert all(odds < 1 for odds in after_success(usual, expected, dt))


def test_looks_that_are_near_each_other_and_all_good_are_quiet():
    """Ten minutes of two good looks a second: no evidence, no alert (it was one of "0 of 1,794 failed")."""
    judge = assessor(("a", "b"))
    rows = [look(START + n * 0.5, component=c) for n in range(1200) for c in ("a", "b")]
    assert fed(judge, rows) == []
    assert judge.episodes.evidence(judge.now) < LOW


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.sampled_from([1.0, 5.0, 30.0]))
def test_down_is_said_only_where_half_of_the_requests_cannot_be_what_fails(failed, every):
    """Of any results whatever, at any time: either what was counted or the rate of now excludes a half."""
    severity, before = Severity(), True
    for n, one in enumerate(failed):
        severity.take(START + n * every, every, one, before)
        severity.classify()
        before = one
        if severity.down and not beyond_half(severity.failed, severity.total):
            assert severity.interval()[0] > 0.5
    if all(failed):
        assert severity.down == (len(failed) >= 6)


def test_what_fails_half_of_the_time_is_hardly_ever_called_down():
    """Whoever counts from the first failure of an outage of one half says "down" in one of forty."""
    rng, called, runs = random.Random(5), 0, 1000
    for _ in range(runs):
        severity, before, down = Severity(), True, False
        for n in range(40):
            failed = rng.random() < 0.5
            severity.take(START + n * 5, 5.0, failed, before)
            severity.classify()
            before, down = failed, down or severity.down
        called += down
    assert called / runs < 0.04


def test_nine_of_ten_are_enough_to_call_it_down():
    """Whichever of the first ten results worked."""
    for worked in range(10):
        severity = Severity()
        for n in range(10):
            severity.take(START + n * 5, 5.0, n != worked, n - 1 != worked)
            severity.classify()
        assert severity.down
