"""Results that say nothing: ⚪ with the reason within a minute, never green; gone with the next good one."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.core.answers.incidents import why
from bot.core.answers.status import overview
from bot.core.detection.assessment import AssessorSettings
from bot.core.health.connectivity import State as Network
from bot.core.health.signs import Kind, SignHistory, watched
from bot.core.health.text import seeing
from bot.core.judging.judgement import Judgement
from bot.core.model.service import ServiceView
from bot.core.model.status import ServiceStatus
from probes.model import Fault, Layer, Outcome, State
from tests.support.results import START, look

VIEW = ServiceView("gw", "Gateway EU", {"api": "API"})
REASONS = {
    Layer.OUR_NETWORK: "no control host answers from eu",
    Layer.OUR_KEY: "our key is missing, or not accepted",
    Layer.CAPTIVE_PORTAL: "login page of a network",
    Layer.EDGE_BOT_BLOCK: "takes you for a robot",
    Layer.UNKNOWN: "cannot be placed",
}


def unusable(at, layer):
    return look(at, outcome=Outcome.INCONCLUSIVE, fault=Fault.OURS, layer=layer)


def answers(judgement, now):
    decisions = judgement.settle(now)
    voices = tuple(decisions.voices.values())
    standing = ServiceStatus("gw", "Gateway EU", voices)
    status = overview([standing], now)
    reason = why(voices[0], standing, decisions.explanations["api"], now)
    said = [status.title, dict(status.lines)["We measure"], reason.title, dict(reason.lines)["We measure"]]
    return voices[0].measured, said


@pytest.mark.parametrize(("layer", "words"), REASONS.items())
@pytest.mark.parametrize("before", [0, 20])
def test_blind_is_said_everywhere_within_a_minute(layer, words, before):
    """From the first look on, or after good times; a restart changes nothing."""
    judgement = Judgement(VIEW, AssessorSettings(("api",), 20.0))
    for n in range(before):
        judgement.see(look(START + n * 20.0))
        judgement.settle(START + n * 20.0)
    at = START + before * 20.0
    for n in range(4):
        judgement.see(unusable(at + n * 20.0, layer))
        judgement.settle(at + n * 20.0)
    judgement = Judgement(VIEW, AssessorSettings(("api",), 20.0), judgement.state())
    measured, said = answers(judgement, at + 60.0)
    assert measured.state is State.UNKNOWN
    assert all("🟢" not in text and ("⚪" in text) for text in said)
    assert all(words in text for text in said[1:])
    assert not any("not measured yet" in text or "no result yet" in text for text in said)
    judgement.see(look(at + 61.0))
    measured, said = answers(judgement, at + 61.0)
    assert "🟢" in said[0]
    assert not measured.blind


def test_one_result_that_says_nothing_is_no_news():
    """Nor are some between good ones."""
    judgement = Judgement(VIEW, AssessorSettings(("api",), 20.0))
    for n in range(40):
        at = START + n * 20.0
        judgement.see(unusable(at, Layer.OUR_QUOTA) if n % 3 else look(at))
        measured, _ = answers(judgement, at)
        assert n % 3 == 2 or measured.state is State.OPERATIONAL


@pytest.mark.parametrize("connectivity", [Network.BLIND, Network.BLOCKED])
def test_our_own_health_says_it_with_what_mends_it(connectivity):
    """Told within half a minute, once; names the setting."""
    courses: Mapping[str, SignHistory] = {}
    told: list[Any] = []
    for second in range(0, 60, 15):
        sign = seeing("eu", connectivity, START + second)
        courses, news = watched(courses, [sign], START + second)
        told += [(second, one) for one in news]
    assert [(second, one.courses[0].kind) for second, one in told] == [(15, Kind.NETWORK)]
    assert 'set "control"' in told[0][1].courses[0].sentence
    assert seeing("eu", Network.CLEAR, START).ok
