"""Behaviours, decisions and a story's clock."""

import statistics

import pytest

from bot.demo.scenario import QUIET, Behaviour, Kind, Step, Story, decide
from bot.demo.scenario_files import behaviour, load, names, parse
from bot.errors import UserError


def test_decisions_repeat_and_come_at_their_rate():
    """The same request of the same seed is answered alike; the share of failures is the rate."""
    quarter = Behaviour(rate=0.25)
    kinds = [decide(quarter, "/", "", bad=False, key=(7, "claude-api", "/", n)).kind for n in range(4000)]
    again = [decide(quarter, "/", "", bad=False, key=(7, "claude-api", "/", n)).kind for n in range(4000)]
    assert kinds == again
    assert kinds.count(Kind.HTTP_500) == 1013
    assert kinds.count(Kind.OK) == 2987


def test_kinds_come_by_weight():
    """Three to one is three to one."""
    mixed = behaviour({"rate": 1, "kinds": {"http_500": 3, "overloaded_529": 1}})
    kinds = [decide(mixed, "/", "", bad=False, key=(n,)).kind for n in range(4000)]
    assert kinds.count(Kind.HTTP_500) / 4000 == pytest.approx(0.75, abs=0.02)
    assert set(kinds) == {Kind.HTTP_500, Kind.OVERLOADED_529}


def test_latency_has_its_median_and_spread():
    """Log-normal about the median; without spread it is the median itself."""
    waits = [decide(Behaviour(latency_ms=100, spread=0.5), "/", "", bad=False, key=(n,)).wait_ms for n in range(2000)]
    assert statistics.median(waits) == pytest.approx(100, rel=0.05)
    assert statistics.quantiles(waits, n=100)[83] == pytest.approx(165, rel=0.1)
    assert decide(Behaviour(latency_ms=5, spread=0), "/", "", bad=False, key=(1,)).wait_ms == 5


def test_failures_keep_to_their_paths_and_models():
    """A failure of inference leaves hello alone, a failure of one model leaves the others."""
    some = behaviour({"rate": 1, "paths": "/v1/messages", "models": ["claude-opus-4-7"]})
    assert decide(some, "/v1/messages", "claude-opus-4-7", bad=False, key=(1,)).kind is Kind.HTTP_500
    assert decide(some, "/v1/messages", "claude-haiku-4-5", bad=False, key=(1,)).kind is Kind.OK
    assert decide(some, "/api/hello", "claude-opus-4-7", bad=False, key=(1,)).kind is Kind.OK


@pytest.mark.parametrize(
    "wrong",
    [{"rate": 1.5}, {"rate": -0.1}, {"kinds": {}}, {"kinds": {"http_500": 0}}, {"latency_ms": -1}, {"tempo": 3}],
)
def test_figures_without_sense_are_refused(wrong: dict[str, object]):
    """A wrong figure or an unknown word is an error where it is written."""
    with pytest.raises(ValueError, match=r"."):
        behaviour(wrong)


def test_the_clock_of_a_story_goes_both_ways():
    """15:40:43 is 16.7 seconds into the minute of 13 April, and back."""
    story = load("april-13")
    assert story.seconds == pytest.approx(60)
    assert story.at("15:31") == pytest.approx(14 * 60 / 85)
    assert story.clock(story.at("15:40:43")) == "15:40:43"
    assert story.paced(1).at("16:19") == 62 * 60
    assert story.at("15:31") > 9.5, "the detector needs a healthy past first"


def test_a_story_may_cross_midnight():
    """A clock time before the beginning belongs to the next day."""
    story = Story("night", "", QUIET.begins + 23 * 3600, QUIET.begins + 25 * 3600, 60)
    assert story.at("23:30") == 30
    assert story.at("00:30") == 90


def test_events_are_told_in_order():
    """The narration carries the story's clock and the demo's seconds."""
    events = load("april-13").events()
    assert [event.clock for event in events][1:4] == ["15:31:00", "15:40:43", "16:16:54"]
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)


def test_all_components_fail_from_1531_to_1619():
    """The script of 13 April: a quarter of requests on all three, never before and never after."""
    story = load("april-13")
    for component in ("claude-ai", "claude-api", "claude-code"):
        rates = [
            story.step(component, story.time(c)).behaviour.rate for c in ("15:30:59", "15:31", "16:18:59", "16:19")
        ]
        assert rates == [0, 0.25, 0.25, 0]
    assert story.step("openai", story.time("15:45")).behaviour.rate == 0


def test_login_alone_stays_broken_on_15_april():
    """After 15:01 the API is well, claude.ai half, and of Claude Code only the login."""
    story = load("april-15")
    at = story.time("15:30")
    assert story.step("claude-api", at).behaviour.rate == 0
    assert story.step("claude-ai", at).behaviour.rate == 0.25
    assert story.step("claude-code", at).behaviour.paths == ("/v1/oauth/hello",)


def test_steps_written_out_of_order_are_put_in_order():
    """A story's time line may be written in any order."""
    raw = {"name": "x", "title": "x", "date": "2026-01-01", "begins": "10:00", "ends": "11:00", "speed": 1}
    later, sooner = {"at": "10:30", "components": ["a"], "rate": 0}, {"at": "10:10", "components": ["a"], "rate": 1}
    story = parse({**raw, "timeline": [later, sooner]})
    assert [s.behaviour.rate for s in story.steps] == [1, 0]
    assert story.step("a", story.time("10:20")) == Step(story.time("10:10"), ("a",), Behaviour(rate=1))


def test_an_unknown_story_gets_the_nearest():
    """One sentence with the name that was meant."""
    assert names() == ["april-13", "april-15"]
    with pytest.raises(UserError, match="did you mean 'april-13'"):
        load("april13")
    with pytest.raises(UserError):
        load("../pages/claude")
    with pytest.raises(ValueError, match="speed"):
        QUIET.paced(0)
