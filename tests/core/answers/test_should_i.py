"""The answer to `should-i` in words: what to do first, then why, and the end only where there is trouble."""

from dataclasses import replace

from bot.core.answers.should_i import ShouldIContext, should_i
from bot.core.history.lengths import PastLengths
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from probes.model import State
from tests.support import options
from tests.support.options import NOW

DOWN = Measurement("claude-api", "Claude API", State.MAJOR, 1.0, 0.9, 1.0, 30, 30, 600.0, NOW - 600, NOW - 5, down=True)
PAST = PastLengths((900.0, 3_600.0, 7_200.0) * 5, component=True, stated=3)


def told(own: Measurement, deadline_s: float | None = None, *offered):
    answer = should_i(ShouldIContext(ComponentStatus(own), "Claude", None, offered, PAST, deadline_s), NOW).plainly()
    return answer.title, dict(answer.lines), answer.data


def test_switch_says_to_what_and_how_we_know() -> None:
    title, lines, data = told(DOWN, 300.0, options.live("bedrock"))

    assert title == "🔴 Claude API: switch to The bedrock, which is up (front door only, inference not measured)"
    assert "operational" in lines["Instead"]
    assert data["switch_to"]["component"] == "bedrock"
    assert data["verdict"] == "switch"


def test_wait_says_until_when_by_what_and_that_nothing_else_is_up() -> None:
    title, lines, data = told(DOWN, 300.0, options.failing("bedrock"))

    assert title.startswith("🔴 Claude API: wait; half of such incidents end within ")
    assert lines["Instead"] == "no alternative is measured up here"
    assert "80% of such incidents end between" in lines["Expected end"]
    assert "chance that it is over in 5 min" in lines["By then"]
    assert lines["From"].startswith("15 past incidents of Claude API, 3 as the vendor states them, and what is usual")
    remaining = data["end"]["remaining_s"]
    assert 0 < remaining["p10"] < remaining["p50"] < remaining["p90"]
    assert data["end"]["at"]["p50"] == NOW + remaining["p50"]


def test_what_works_has_no_end() -> None:
    title, lines, data = told(replace(DOWN, state=State.OPERATIONAL, rate=0.0, high=0.0, failed=0, down=False))

    assert title == "🟢 Claude API: fix your code; we measure it up"
    assert "Expected end" not in lines
    assert data["end"] is None
