"""One line of a component: never green but for what works now, and a form that fits into JSON and a shell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers.status_line import HEAD, line
from bot.core.model.card import Colour
from bot.core.model.snapshot import ComponentStatus
from probes.model import State
from tests.support.site_world import measured

NOW = 1_776_094_980.0


def voices(state=State.OPERATIONAL, **more):
    return ComponentStatus(measured("claude-api", "Claude API", state, **({"at": NOW - 5, "total": 40} | more)))


@pytest.mark.parametrize(
    ("state", "more", "text", "advice"),
    [
        (State.OPERATIONAL, {}, "🟢 Claude operational", "Others do not see it"),
        (State.PARTIAL, {"rate": 0.18, "low": 0.1, "high": 0.3, "failed": 7}, "🟠 Claude ~18% failing", "not only you"),
        (State.PARTIAL, {"rate": 0.5, "low": 0.1, "high": 0.9, "failed": 2}, "🟠 Claude failures", "not only you"),
        (State.MAJOR, {"rate": 1.0, "low": 0.9, "high": 1.0, "failed": 40, "down": True}, "🔴 Claude down", "not only"),
        (State.DEGRADED, {"slow": True, "rate": 0.8, "failed": 30}, "🟡 Claude slow", "with more time"),
        (State.OPERATIONAL, {"failed": 3, "total": 4}, "🟡 Claude suspicious", "may not be only you"),
        (State.MAINTENANCE, {}, "🔵 Claude under maintenance", "is under maintenance"),
        (State.UNKNOWN, {}, "⚪ Claude unknown", "does not know"),
        (State.OPERATIONAL, {"at": NOW - 10_000}, "⚪ Claude unknown", "does not know"),
        (State.PARTIAL, {"blind": "our own network fails"}, "⚪ Claude unknown", "does not know"),
    ],
)  # fmt: skip
def test_the_line_by_what_is_measured(state, more, text, advice):
    """The name without what everybody knows, the words that are said elsewhere too."""
    found = line(voices(state, **more), NOW)
    assert found.text == text
    assert advice in found.advice
    assert found.wrong is (found.colour in {Colour.ORANGE, Colour.RED} or "slow" in text)


def test_what_was_not_read_lately_is_unknown():
    """Whatever it was."""
    found = line(voices(), NOW, fresh=False)
    assert (found.text, found.wrong) == ("⚪ Claude unknown", False)


@given(st.sampled_from(list(State)), st.text(max_size=80), st.text(max_size=80), st.floats(0, 20_000), st.booleans())
def test_only_what_works_now_is_green(state, name, why, age, fresh):
    """And each key is one line without a quote or a backslash, whatever a name has."""
    shown = voices(state, at=NOW - age)
    found = line(replace(shown, measured=replace(shown.measured, name=name, why=why)), NOW, fresh=fresh)
    assert (found.colour is not Colour.GREEN) or (state is State.OPERATIONAL and fresh and age <= 300)
    head, *pairs = found.written().removesuffix("\n").split("\n")
    assert head == HEAD
    assert [pair.partition(" ")[0] for pair in pairs] == ["state", "line", "name", "wrong", "detail", "advice"]
    assert not {'"', "\\", "\r", "\x1b", "\x00"} & set("".join(pairs))
