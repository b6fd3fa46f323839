"""Roll-ups against brute force: whatever comes, in whatever order, every span is the sum of exactly what lies in it."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.detection.classification import classified
from bot.core.history.ranges import SPANS, failure_rate, past, uptime
from bot.core.history.recorder import AHEAD_S, EVERY_S, MANY, Rolled, RollupRecorder
from bot.core.history.rollups import DAYS, HELD, HOURS, LEVELS, MINUTES, Rollup
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.stats.histogram import BINS, ERROR, LONGEST_MS, bin_of, quantile_ms, value_of
from probes.model import Fault, Layer, Observation, Outcome, State, Timings
from tests.support.rolled import through_json

START = 1_776_000_000.0
NAMES = {"api": "Claude API"}


def look(at, kind="ok", ms=80.0, component="api"):
    """One result of the kind."""
    how = {
        "ok": (Outcome.OK, Fault.NONE),
        "slow": (Outcome.SLOW, Fault.NONE),
        "failed": (Outcome.FAILED, Fault.VENDOR),
        "ours": (Outcome.FAILED, Fault.OURS),
        "unclear": (Outcome.INCONCLUSIVE, Fault.UNKNOWN),
    }[kind]
    return Observation(
        "api/hello", "claude", component, "eu", at, *how, Layer.OK, timings=Timings(total=ms, first_token=ms / 3)
    )


class Kept:
    """What a store does with chunks: adds them to what is there."""

    def __init__(self):
        self.buckets = {}

    def write(self, chunks):
        for chunk in chunks:
            for number, text in chunk.buckets.items():
                more = Rollup.unpacked(text)
                assert more is not None
                assert more.packed() == text
                self.buckets.setdefault((chunk.level, number), Rollup()).add(more)

    def span(self, name, now):
        return past(self.buckets, SPANS[name], now)


def brute(looks, begin, end):
    """Counts, latencies and first tokens of the looks in [begin, end), one by one."""
    inside = [o for o in looks if begin <= o.at < end]
    kinds = Counter("unusable" if classified(o) is None else o.outcome.value for o in inside)
    good = [o.timings.total for o in inside if o.outcome in (Outcome.OK, Outcome.SLOW)]
    spoke = [ms / 3 for ms in good]
    return [kinds[k] for k in ("ok", "slow", "failed", "unusable")], *(Counter(map(bin_of, ms)) for ms in (good, spoke))


def times(days):
    """On and beside the borders of minutes, hours and days, and anywhere within so many days."""
    borders = st.builds(
        lambda day, hour, minute, apart: START + day * 86_400 + hour * 3_600 + minute * 60 + apart,
        st.integers(0, days - 1), st.sampled_from([0, 1, 23]), st.sampled_from([0, 59]), st.sampled_from([0.0, -0.001]),
    )  # fmt: skip
    return borders | st.floats(START, START + days * 86_400)


KINDS = st.sampled_from(["ok", "slow", "failed", "ours", "unclear"])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SPANS)), st.data())
def test_every_span_is_exactly_what_lies_in_it(name, data):
    """Rows in any order, late by days, written whenever, through restarts: equal to counting one by one."""
    days = 1 if name == "24h" else 80  # as minutes are kept for two, and hours for 91
    looks = data.draw(st.lists(st.builds(look, times(days), KINDS, st.floats(0.01, 10 * LONGEST_MS)), max_size=30))
    now = data.draw(times(days))
    kept, rolling, clock = Kept(), RollupRecorder(NAMES, Rolled()), START
    for seen in looks:
        rolling.count(seen, classified(seen))
        clock = max(clock + EVERY_S, seen.at)
        if data.draw(st.booleans()):
            rolling = RollupRecorder(NAMES, through_json(rolling.state()))
        if data.draw(st.booleans()):
            kept.write(rolling.take(clock))
    kept.write(rolling.take(clock + EVERY_S))
    points, span = kept.span(name, now), SPANS[name]
    counts, bins, first_tokens = brute(looks, span.ends(now) - span.seconds, span.ends(now))

    assert [sum(p.sums.counts[i] for p in points) for i in range(4)] == counts
    assert sum((Counter(p.sums.bins) for p in points), Counter()) == bins
    assert sum((Counter(p.sums.first_tokens) for p in points), Counter()) == first_tokens
    assert sum(p.seconds for p in points) == span.seconds
    for point in points:
        assert point.sums.counts == brute(looks, point.begins, point.begins + point.seconds)[0]


STEPS = st.tuples(
    st.floats(-600.0, 4_000.0), st.sampled_from([*HELD, State.UNKNOWN]), st.sampled_from([0.0, 90.0, 700.0])
)


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=25), st.integers(0, 10**9))
def test_time_per_state_is_counted_once(steps, phase):
    """To the millisecond, through restarts and a clock set back: no time twice, none in a state that had grown old."""
    now, rolling, kept = START + phase / 1000, RollupRecorder(NAMES, Rolled()), Kept()
    rolling.hold({}, now)
    to, believed, until = int(now * 1000), State.UNKNOWN, 0
    expected: Counter[tuple[State, int]] = Counter()
    for apart, state, fresh in steps:
        now += apart
        rolling.hold({"api": voice(state, now, fresh)}, now)
        for minute in range(to // 60_000, int(now * 1000) // 60_000 + 1):
            inside = min(int(now * 1000), until, (minute + 1) * 60_000) - max(to, minute * 60_000)
            expected[believed, minute] += max(0, inside)
        to = max(to, int(now * 1000))
        believed, until = state, int((now + fresh) * 1000)
        rolling = RollupRecorder(NAMES, through_json(rolling.state()))
    kept.write(rolling.take(now + EVERY_S))
    found = {
        (state, number): ms
        for (level, number), rollup in kept.buckets.items()
        for state, ms in zip(HELD, rollup.held_ms, strict=True)
        if level is MINUTES and ms
    }

    assert found == {k: ms for k, ms in expected.items() if ms and k[0] is not State.UNKNOWN}
    for (level, _), rollup in kept.buckets.items():
        assert rollup.known_ms <= level.seconds * 1000


def voice(state, at, fresh):
    """A component judged to be so at a time, for as long as that stays fresh."""
    return ComponentStatus(Measurement("api", "Claude API", state, at=at, stale_after_s=fresh))


def test_a_clock_that_was_far_ahead_costs_nothing():
    """A judge or a prober that believed in another year leaves no buckets there and goes on counting."""
    rolling, kept = RollupRecorder(NAMES, Rolled()), Kept()
    rolling.hold({"api": voice(State.OPERATIONAL, START, 90.0)}, START)
    rolling.hold({"api": voice(State.OPERATIONAL, START + 1e9, 90.0)}, START + 1e9)
    rolling.hold({"api": voice(State.OPERATIONAL, START + 30, 90.0)}, START + 30)
    rolling.hold({"api": voice(State.OPERATIONAL, START + 60, 90.0)}, START + 60)
    far = look(START + 1e9)
    near = look(START + AHEAD_S - 60)
    for seen in (far, near):
        rolling.count(seen, classified(seen))
    kept.write(rolling.take(START + 60))
    minutes = {n: r for (level, n), r in kept.buckets.items() if level is MINUTES}

    assert sum(r.ok for r in minutes.values()) == 2
    assert minutes[MINUTES.number(START + 60)].ok == 1, "what cannot be from the future counts as of now"
    assert minutes[MINUTES.number(near.at)].ok == 1
    assert sum(r.known_ms for r in minutes.values()) == 120_000


def test_what_is_gathered_is_bounded():
    """A prober that was cut off for a month comes back: it is written at once, not kept."""
    rolling = RollupRecorder(NAMES, Rolled())
    rolling.take(START)
    for n in range(MANY + 1):
        seen = look(START - 60.0 * n)
        rolling.count(seen, classified(seen))

    assert rolling.take(START + 1), "it is not yet time, but too much to carry"
    assert rolling.take(START + 2) == ()
    assert rolling.state().pending == {}


def test_only_configured_components_and_honest_times_are_kept():
    """Neither names nor times from the stream can make buckets of their own."""
    rolling = RollupRecorder(NAMES, Rolled())
    for seen in (look(START, component="other"), look(float("nan")), look(float("inf")), look(-1.0), look(1e300)):
        rolling.count(seen, classified(seen))

    assert rolling.state().pending == {}
    ancient = look(0.0)
    rolling.count(ancient, classified(ancient))
    assert rolling.take(START) == (), "what no level keeps any more is not written"


@given(st.lists(st.floats(1.0, LONGEST_MS), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_quantiles_are_within_the_stated_error(values, share):
    """Against the nearest rank of the sorted values."""
    exact = sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]
    found = quantile_ms(dict(Counter(map(bin_of, values))), share)

    assert found == pytest.approx(exact, rel=ERROR + 1e-9)


@given(st.floats())
def test_any_latency_has_a_bin(ms):
    """However absurd."""
    assert 0 <= bin_of(ms) < BINS
    assert value_of(bin_of(ms)) > 0


@given(st.text(max_size=60) | st.from_regex(r"[0-9,]{0,20}(;[0-9]{0,4};[0-9,]{0,20}){0,3}", fullmatch=True))
def test_a_bucket_of_another_version_is_none(text):
    """Passed over or read, never an error."""
    found = Rollup.unpacked(text)
    assert found is None or len(found.counts) == 4


def test_reads_are_few_at_any_age():
    """Keys and buckets of a span, whenever it ends."""
    for now in range(int(START), int(START) + 200 * 86_400, 12_345):
        for span in SPANS.values():
            assert len(span.buckets(now)) <= (365 if span.name == "1y" else 170)
            assert len(span.chunks(now)) <= 9


def test_a_bucket_outlives_the_spans_it_is_part_of():
    """No span asks for what a level does not keep any more."""
    for now in range(int(START), int(START) + 200 * 86_400, 54_321):
        for span in SPANS.values():
            assert all(level.left_s(chunk, now) > 0 for level, chunk in span.chunks(now))
    assert [level.kind for level in LEVELS] == ["minutes", "hours", "days"]


def test_figures_where_nothing_is_known():
    """No division by nothing, and unknown is neither up nor down."""
    assert uptime(Rollup()) is None
    assert failure_rate(Rollup()) is None
    assert uptime(Rollup(held_ms=[900, 0, 50, 50, 5000])) == 0.9
    assert DAYS.seconds == 24 * HOURS.seconds
