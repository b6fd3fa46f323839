"""Observations for tests of the assessor."""

import random
from typing import Any

from bot.core.detection.assessment import AssessorSettings, Transition
from bot.core.detection.assessor import Assessor
from probes.model import Fault, Layer, Observation, Outcome, Timings

START = 1_775_001_600.0
INTERVAL = 30.0


def look(at, failed=False, component="api", vantage="eu", symptom="http_500", **more):
    """One observation of the check named like its component."""
    given: dict[str, Any] = {
        "outcome": Outcome.FAILED if failed else Outcome.OK,
        "fault": Fault.VENDOR if failed else Fault.NONE,
        "layer": Layer.APP_BACKEND if failed else Layer.OK,
        "symptom": symptom if failed else "",
    } | more
    return Observation(check=component, service="s", component=component, vantage=vantage, at=at, **given)


def timed(at, ms, component="api", vantage="eu"):
    """A success that took so long."""
    return look(at, component=component, vantage=vantage, timings=Timings(total=ms))


def assessor(components=("api",), budget=0.1, state=None):
    return Assessor(AssessorSettings(components=components, false_alarms_per_month=budget), state)


def fed(judge, observations) -> list[Transition]:
    """All transitions, each instant settled at once."""
    steps = []
    for seen in observations:
        steps += judge.see(seen)
        steps += judge.advance(seen.at)
    return steps


def quiet(hours, start=START, component="api", vantage="eu", every=INTERVAL):
    """Successes only."""
    return [look(start + i * every, component=component, vantage=vantage) for i in range(int(hours * 3600 / every))]


def failing(rate, minutes, start, seed=1, component="api", vantage="eu", every=5.0):
    """Looks of which a share fails by chance, with changing symptoms."""
    rng = random.Random(seed)
    return [
        look(
            start + i * every, rng.random() < rate, component, vantage, rng.choice(["http_500", "http_529", "timeout"])
        )
        for i in range(int(minutes * 60 / every))
    ]
