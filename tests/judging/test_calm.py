"""Waiting while all is calm, and looking at what is in trouble alone, change nothing that is decided.

Only figures of good times are ten seconds older.
"""

import random
from dataclasses import replace
from typing import Any

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.judgement import Judgement
from bot.core.model.action import ActionRequest
from bot.core.model.report import Report
from bot.core.model.service import ServiceView
from bot.judging.progress import KEEP_S
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State, Timings

START = 1_776_000_000.0
NAMES = {"api": "Claude API", "web": "claude.ai", "code": "Claude Code"}
VIEW = ServiceView("claude", "Claude", NAMES, {"api": "k8w", "web": "w3b"})
SETTINGS = AssessorSettings(tuple(NAMES), interval_s=10.0)


def world(seed):
    """An hour of results every ten seconds with a trouble of some kind, a page, reports and commands."""
    dice = random.Random(seed)
    begins, length, rate = dice.uniform(600, 1800), dice.uniform(60, 900), dice.choice((0.15, 0.5, 1.0))
    troubled = dice.sample(sorted(NAMES), dice.randint(1, 3))
    slow, red = dice.random() < 0.3, dice.random() < 0.5
    rows: list[Any] = []
    for component in NAMES:
        for n in range(360):
            at = 10.0 * n + dice.uniform(0, 3)
            ill = component in troubled and begins < at < begins + length and dice.random() < rate
            took = Timings(None, None, None, None, 4_000.0 if ill and slow else dice.uniform(80, 120))
            how: Any = (Outcome.OK,)
            if ill and not slow:
                how = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error")
            seen = Observation(f"{component}/x", "claude", component, "eu", START + at, *how)
            rows.append(replace(seen, timings=took))
    for n in range(60):
        at = 60.0 * n + 7
        state = State.MAJOR if red and begins + 200 < at < begins + length + 300 else State.OPERATIONAL
        page = Page("u", tuple(Claim(i, NAMES[c], state) for c, i in VIEW.page_ids.items()))
        rows.append(Observation("claude:page", "claude", "", "eu", START + at, Outcome.OK, page=page))
    rows.append(Report(START + begins + 50, "api", "u1"))
    rows.append(ActionRequest(START + begins + 90, "silence", ("web", "10m"), "slack:T1:U1", "slack:C1", "Ann", "a"))
    return sorted(rows, key=lambda row: row.at)


def decided(rows, *, waits):
    """What was decided, when, in one line each; and of each settling the states, and whether it was whole."""
    judgement, last = Judgement(VIEW, SETTINGS), 0.0
    found: list[Any] = []
    settled: dict[Any, tuple[dict[str, Any], bool]] = {}
    states: dict[str, Any] = {}
    for row in rows:
        match row:
            case Observation():
                judgement.see(row)
            case Report():
                judgement.report(row)
            case ActionRequest():
                judgement.command(row)
        if waits and judgement.calm(row.at) and row.at - last < KEEP_S:
            continue
        step = judgement.settle(row.at, whole=not waits or row.at - last >= KEEP_S)
        last = row.at if step.whole else last
        states |= {c: (v.measured.state, v.heard.state, v.silence) for c, v in step.voices.items()}
        settled[row.at] = (dict(states), step.whole)
        found += [("incident", row.at, i.id, i.status, i.state, i.active, i.version) for i in step.incidents]
        found += [("page", row.at, d.id, d.kind, d.closed_at is None) for d in step.discrepancies]
        found += [("notice", row.at, n.subject, n.edition) for n in step.notices if n.urgent]
    return found, settled


@pytest.mark.parametrize("seed", range(5))
def test_the_same_is_decided_at_the_same_moment(seed):
    rows = world(seed)
    every, all_settled = decided(rows, waits=False)
    waiting, settled = decided(rows, waits=True)

    assert waiting == every
    assert len(settled) < len(all_settled)
    assert all(states == all_settled[at][0] for at, (states, _) in settled.items())
    assert any(not whole for _, whole in settled.values())


def test_an_hour_in_which_all_is_well_is_settled_every_ten_seconds():
    rows = [row for row in world(1) if isinstance(row, Observation) and row.outcome is Outcome.OK]
    rows = [row for row in rows if row.page is None and (row.timings.total or 0) < 1_000]
    _, settled = decided(rows, waits=True)

    assert len(settled) <= 3600 / KEEP_S + 5


def test_figures_of_what_is_in_trouble_are_those_of_a_whole_settling():
    """While one of three fails, the others keep theirs for ten seconds; it has its own at once."""
    rows = [row for row in world(2) if isinstance(row, Observation) and row.page is None][200:700]
    one, other = Judgement(VIEW, SETTINGS), Judgement(VIEW, SETTINGS)
    parts, last = 0, 0.0
    for row in rows:
        one.see(row)
        other.see(row)
        every = one.settle(row.at)
        some = other.settle(row.at, whole=row.at - last >= KEEP_S)
        last = row.at if some.whole else last
        assert {c: every.voices[c] for c in some.voices} == some.voices
        assert {c: every.explanations[c] for c in some.explanations} == some.explanations
        assert (every.plans, every.incidents, every.notices) == (some.plans, some.incidents, some.notices)
        failing = {c for i in every.incidents for c in i.active}
        assert failing <= some.voices.keys()
        parts += not some.whole
    assert parts > 0.5 * len(rows)
