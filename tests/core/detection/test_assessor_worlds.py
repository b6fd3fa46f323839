"""Laws over random worlds of vantages: appearing, falling silent, coming back, renamed, failing alone first.

The worlds are made here and judged by what they contain, never by what the assessor remembers.
"""

import random
from collections import defaultdict, deque
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.detection import detector
from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from tests.support.results import START, fed, look, quiet

FIVE_MIN = 300.0
LENGTH_S = 2400.0
GRACE_S = 40.0
"""A stream that falls silent is noticed within a tenth of the time that makes it silent; results come every 30 s."""

SPANS = st.tuples(st.floats(0, LENGTH_S), st.floats(60, LENGTH_S))
VANTAGES = st.lists(
    st.fixed_dictionaries(
        {
            "alive": SPANS,
            "back": st.one_of(st.none(), SPANS),
            "alone": st.one_of(st.none(), SPANS),
            "every": st.sampled_from([10.0, 30.0]),
            "measures": st.sets(st.integers(0, 2), min_size=1),
        }
    ),
    min_size=1,
    max_size=4,
)
OUTAGES = st.lists(
    st.tuples(SPANS, st.sets(st.integers(0, 2), min_size=1), st.sampled_from([1.0, 1.0, 1.0, 0.3])), max_size=3
)
SYMPTOMS = ("http_500", "refused", "timeout")


def within(span, at):
    return span is not None and span[0] <= at < span[0] + span[1]


def world(vantages, outages, seed):
    """All results, in order of time."""
    rng = random.Random(seed)
    rows = []
    for number, one in enumerate(vantages):
        for component in sorted(one["measures"]):
            at = rng.random() * one["every"]
            word = rng.choice(SYMPTOMS)
            while at < LENGTH_S:
                alive = within(one["alive"], at) or within(one["back"], at)
                rate = max([r for span, whom, r in outages if within(span, at) and component in whom], default=0.0)
                failed = within(one["alone"], at) or rng.random() < rate
                if alive:
                    rows.append(look(START + at, failed, f"c{component}", f"v{number}", word))
                at += one["every"]
    return sorted(rows, key=lambda o: o.at)


def all_fail(streams, silence_s, now):
    """Whether every stream with a fresh result has only failed for five minutes, or for as long as it has results."""
    for rows in streams.values():
        while rows and rows[0].at <= now - FIVE_MIN:
            rows.popleft()
    lately = [rows for rows in streams.values() if rows and now - rows[-1].at <= silence_s]
    began = min((o.at for rows in lately for o in rows), default=now)
    return bool(lately) and now - began >= FIVE_MIN - 31 and all(bool(o.symptom) for rows in lately for o in rows)


def vantage(alive, alone=None, measures=(0,)):
    return {"alive": alive, "back": None, "alone": alone, "every": 10.0, "measures": set(measures)}


LATE_WITNESS = [
    vantage((273.6, 2289.3), (1475.2, 1388.1), (0, 1)),
    vantage((0.0, 2069.2), (1675.4, 609.5), (0, 1)),
    vantage((1482.7, 493.1)),
    vantage((0.0, 60.0)),
]
"""Two fail alone while a third measures well; it fails once and falls silent: they failed long before that once."""


@settings(max_examples=25, deadline=None)
@given(VANTAGES, OUTAGES, st.integers(0, 999))
@example(LATE_WITNESS, [((1965.2, 60.0), {0}, 1.0)], 0)
def test_where_every_fresh_stream_fails_for_five_minutes_an_incident_is_open(vantages, outages, seed):
    """Whatever other vantages were, are or have become."""
    judge = Assessor(AssessorSettings(("c0", "c1", "c2")))
    seen: dict[str, dict[str, deque[Any]]] = defaultdict(lambda: defaultdict(deque))
    due: dict[str, float] = {}
    for o in world(vantages, outages, seed):
        fed(judge, [o])
        seen[o.component][o.vantage].append(o)
        for component, streams in seen.items():
            if not all_fail(streams, judge.settings.silence_s, o.at):
                due.pop(component, None)
            elif component not in judge.episodes.standing:
                waited = o.at - due.setdefault(component, o.at)
                assert waited <= GRACE_S, f"{component} fails everywhere and nothing is open, {o.at - START:.0f} s"


@settings(max_examples=25, deadline=None)
@given(VANTAGES, OUTAGES, st.integers(0, 999))
def test_no_component_with_a_clean_record_is_ever_named(vantages, outages, seed):
    """Each component that a transition names has failures of its own within the last minutes when it is first named."""
    judge = Assessor(AssessorSettings(("c0", "c1", "c2")))
    failures: dict[str, list[float]] = defaultdict(list)
    named: set[Any] = set()
    for o in world(vantages, outages, seed):
        if o.symptom:
            failures[o.component].append(o.at)
        for step in fed(judge, [o]):
            if step.event == "resolved":
                named -= set(step.components)
                continue
            for component in set(step.components) - (named if step.scope != "vantage" else set()):
                lately = [at for at in failures[component] if at > step.at - 1800]
                assert len(lately) >= (1 if step.scope == "vantage" else 2), f"{component}: {len(lately)} of {step}"
            if step.scope != "vantage":
                named |= set(step.components)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.sampled_from(["eu", "us", "ap"]),
            st.booleans(),
            st.sampled_from(["x", "y", "refused"]),
            st.sampled_from([0.0, 0.0, 0.001, 1.0, 5.0, 30.0, 400.0, -1.0, -30.0, -500.0, -5000.0, 1e6]),
            st.booleans(),
        ),
        max_size=200,
    )
)
def test_nothing_raises_whatever_the_clocks_do(rows):
    """Jumps, ties, late rows, many at one instant: an answer every time, and a state that can be written and read."""
    judge = Assessor(AssessorSettings(("a", "b")))
    at = START
    for component, vantage, failed, symptom, step, settle in rows:
        at = max(0.0, at + step)
        judge.see(look(at, failed, component, vantage, symptom))
        if settle:
            judge.advance(at)
    judge.advance(at)
    for belief in judge.assessments(at).values():
        assert 0 <= belief.low <= belief.high <= 1
        assert judge.explain(belief.component, at).summary
    assert Assessor(judge.settings, judge.dump()).dump() == judge.dump()


def test_a_success_after_failures_of_one_instant_ends_nothing():
    """The case that ended the process: many failures that count as of one moment, then a success of that moment."""
    judge = Assessor(AssessorSettings(("api",)))
    for n in range(50):
        judge.see(look(START, failed=True, symptom="x", request_id=str(n)))
        judge.advance(START)
    judge.see(look(START))
    judge.advance(START + 1)
    assert judge.assessments(START + 1)["api"].total


@pytest.mark.parametrize("late_s", [20.0, 120.0, 500.0])
def test_late_failures_weigh_as_much_as_the_same_on_time(late_s):
    """Eight failures that arrive together after a cut are the same evidence as eight that arrive one by one."""
    rows = [look(START + 3600 + n * 5, n % 7 in {0, 3}, symptom=f"s{n}") for n in range(8)]
    on_time, late = (Assessor(AssessorSettings(("api",))) for _ in range(2))
    for judge in (on_time, late):
        fed(judge, quiet(1))
    fed(on_time, rows)
    late.advance(rows[-1].at + late_s)
    for o in rows:
        late.see(o)
    late.advance(rows[-1].at + late_s)
    assert late.episodes.evidence(0) == pytest.approx(on_time.episodes.evidence(0), rel=1e-6)
    assert late.episodes.evidence(0) > 1000


def test_late_failures_are_told_as_on_time():
    """A total failure whose rows come a minute later, all at once, is an incident that began when it did."""
    judge = Assessor(AssessorSettings(("api",)))
    fed(judge, quiet(1))
    at = START + 3600
    steps = judge.advance(at + 100)
    for n in range(8):
        steps += judge.see(look(at + n * 5, True))
    steps += judge.advance(at + 101)
    assert [(s.event, s.started_at) for s in steps] == [("opened", at)]


def test_a_vantage_under_a_new_name_is_heard_at_once():
    """The host's name changes with a restart, and everything fails from then on: told at once."""
    judge = Assessor(AssessorSettings(("api",), interval_s=5.0))
    fed(judge, quiet(0.2, every=5.0, vantage="first"))
    at = START + 720
    steps = fed(judge, [look(at + n * 5, True, vantage="second") for n in range(8)])
    assert [s.event for s in steps if s.scope != "vantage"][:1] == ["opened"]
    assert steps[0].at - at <= 20


@pytest.mark.parametrize("others", [1, 2])
def test_silent_vantages_have_no_say(others):
    """With any number of vantages that are silent, the one that measures is believed as if it were alone."""
    judge = Assessor(AssessorSettings(("api",)))
    for n in range(others):
        fed(judge, quiet(0.5, vantage=f"v{n}"))
    at = START + 7200
    fed(judge, quiet(0.5, at - 1800))
    steps = fed(judge, [look(at + n * 5, True) for n in range(12)])
    assert [(s.event, s.scope) for s in steps][:1] == [("opened", "component")]
    gone = judge.silent(at + 60)
    assert [s.vantage for s in gone] == [f"v{n}" for n in range(others)]
    assert gone[0].components == ("api",)


def test_trouble_of_its_own_does_not_silence_the_vendors():
    """One of two vantages fails alone, which is said; then everything fails everywhere: an incident all the same."""
    judge = Assessor(AssessorSettings(("api",)))
    rows = []
    for n in range(2000):
        t = n * 5.0
        rows.append(look(START + t, t >= 3600, "api", "eu"))
        rows.append(look(START + t + 1, t >= 6000, "api", "us"))
    steps = fed(judge, rows)
    assert [(s.event, s.scope) for s in steps if s.event == "opened"] == [
        ("opened", "vantage"),
        ("opened", "component"),
    ]
    vendor = next(s for s in steps if s.scope == "component")
    assert vendor.at - START - 6000 <= 60


def test_streams_are_forgotten_and_make_room(monkeypatch):
    """A vantage without results for a week is gone; where there is no room, the longest silent goes first."""
    monkeypatch.setattr(detector, "STREAMS", 100)
    judge = Assessor(AssessorSettings(("api",)))
    for n in range(150):
        fed(judge, [look(START + n * 200, True, vantage=f"pod-{n}")])
    names = {s.vantage for s in judge.episodes.detector.streams.values()}
    assert "pod-149" in names
    assert len(names) <= 100
    fed(judge, [look(START + 30 * 86400, True, vantage="new")])
    assert {s.vantage for s in judge.episodes.detector.streams.values()} == {"new"}
