"""How long trouble lasted: one number in history, bars, page, API, digest, ledger, postmortem and messages."""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.core.answers.digest import Period, ServiceDigest, digest
from bot.core.answers.history import history_answer, share_up
from bot.core.answers.incidents import incidents
from bot.core.answers.should_i import ShouldIContext, should_i
from bot.core.detection.assessment import AssessorSettings
from bot.core.history.lengths import PastLengths, past_lengths
from bot.core.history.ranges import SPANS, RangeHistory, past
from bot.core.history.rollups import Rollup
from bot.core.judging.judgement import Judgement
from bot.core.ledger.reliability import reliability
from bot.core.model.action import ActionRequest
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.service import ServiceView
from bot.core.model.status import ServiceStatus
from bot.core.postmortem.casefile import Casefile, data
from bot.core.postmortem.report import postmortem
from bot.core.text.durations import duration
from bot.web.api import shapes
from bot.web.pages.bars import day_words
from bot.web.pages.rows import incident_row
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State, Timings

START = 1_776_038_400.0
"""A midnight, so that a day is one column."""
NAMES = {"api": "Claude API", "code": "Claude Code"}
VIEW = ServiceView("claude", "Claude", NAMES, {"api": "k1", "code": "k2"})
BEGINS_S, STEP_S = 3600.0, 20.0
DAY = SPANS["24h"]


@dataclass(frozen=True)
class World:
    """What each component does, and until when: (from, to, share of failures), seconds after `BEGINS_S`."""

    fails: dict[str, tuple[tuple[float, float, float], ...]]
    slow: tuple[float, float] | None = None
    resolved_at: float | None = None
    looked_s: float = 9000.0


WORLDS = {
    "six minutes of all": World({"api": ((0, 360, 1.0),)}),
    "a third for an hour": World({"api": ((0, 3600, 0.35),)}),
    "two apart": World({"api": ((0, 1500, 1.0),), "code": ((600, 2400, 1.0),)}),
    "twice": World({"api": ((0, 400, 1.0), (6000, 6500, 1.0))}, looked_s=12_000),
    "again before it was over": World({"api": ((0, 400, 1.0), (800, 1200, 1.0))}),
    "slow, and failing for a while": World({"api": ((1800, 2400, 1.0),)}, slow=(0, 4200)),
    "called over by a person while it was quiet": World({"api": ((0, 600, 1.0),)}, resolved_at=1000.0),
}


@dataclass
class Played:
    """A world as it was judged, and what was kept of it."""

    world: World
    incidents: dict[str, Incident] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    buckets: dict[Any, Any] = field(default_factory=dict)
    quiet: list[tuple[Incident, float]] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    voices: dict[str, Any] = field(default_factory=dict)
    now: float = START

    def run(self):
        """Judge it to its end."""
        judgement = Judgement(VIEW, AssessorSettings(components=tuple(NAMES), interval_s=STEP_S))
        dice, at, acts = random.Random(7), START, self.world.resolved_at
        for at in (START + n * STEP_S for n in range(int((BEGINS_S + self.world.looked_s) / STEP_S))):
            if acts is not None and at >= START + BEGINS_S + acts:
                acts = None
                judgement.command(ActionRequest(at, "resolve", ("", ""), "slack:T1:U1", "slack:C1", "Ann", "a1"))
            for component in NAMES:
                self.seen.append(self.look(component, at, dice))
                judgement.see(self.seen[-1])
            claims = tuple(Claim(k, NAMES[c], State.OPERATIONAL) for c, k in VIEW.page_ids.items())
            judgement.see(Observation("page", "claude", "", "eu", at, Outcome.OK, page=Page("https://x", claims)))
            self.keep(judgement.settle(at), judgement, at)
        self.now = at
        self.keep(judgement.settle(at + 3 * 3600), judgement, at + 3 * 3600)
        return self

    def look(self, component: str, at: float, dice: random.Random) -> Observation:
        """One result."""
        t, slow = at - START - BEGINS_S, self.world.slow
        spans = self.world.fails.get(component, ())
        share = next((share for begin, end, share in spans if begin <= t < end), 0.0)
        how = (Outcome.OK, Fault.NONE, Layer.OK, "")
        if slow and component == "api" and slow[0] <= t < slow[1]:
            how = (Outcome.SLOW, Fault.NONE, Layer.OK, "slow")
        if dice.random() < share:
            how = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "http_500")
        ms = 9000.0 if how[0] is Outcome.SLOW else 500.0
        return Observation(f"{component}/hello", "claude", component, "eu", at, *how, timings=Timings(total=ms))

    def keep(self, decided, judgement, now):
        """What a store has after a commit."""
        chunks, _ = judgement.take(now)
        for chunk in chunks:
            for number, text in chunk.buckets.items():
                self.buckets.setdefault((chunk.component, chunk.level, number), Rollup()).add(Rollup.unpacked(text))
        self.rows += decided.ledger
        self.incidents |= {one.id: one for one in decided.incidents}
        self.quiet += [(one, now) for one in decided.incidents if one.status is IncidentStatus.MONITORING]
        self.voices = decided.voices if decided.whole else self.voices | decided.voices

    def past(self, component: str) -> RangeHistory:
        """A component's last day."""
        kept = {(level, n): r for (part, level, n), r in self.buckets.items() if part == component}
        theirs = tuple(i for i in self.incidents.values() if component in i.components)
        name = NAMES[component]
        return RangeHistory("claude", component, name, DAY, self.now, self.now, past(kept, DAY, self.now), theirs)

    def failed(self, component: str, outcome: Outcome) -> list[float]:
        """When a component failed, or was slow."""
        return [o.at for o in self.seen if o.component == component and o.outcome is outcome]


@pytest.fixture(scope="module", params=[*WORLDS.values()], ids=[*WORLDS])
def played(request):
    return Played(request.param).run()


def test_history_has_the_minutes_of_the_incidents(played):
    """By component, to the millisecond: in the answer, in the words of a day's bar, and in the uptime."""
    for component in NAMES:
        expected = sum(
            (one.ended_at - one.started_at if len(one.components) == 1 else own(played, component))
            for one in played.incidents.values()
            if component in one.components and one.kind == "failures"
        )
        sums = played.past(component).sums
        held = dict(zip(("ok", "slow", "partial", "major", "work"), sums.held_ms, strict=True))
        assert (held["partial"] + held["major"]) / 1000 == expected
        (told,) = history_answer([played.past(component)], "Claude", played.now).data["history"]
        assert sum(told["state_s"].get(s.value, 0.0) for s in (State.PARTIAL, State.MAJOR)) == expected
        assert f"uptime {share_up(1 - expected / (sums.known_ms / 1000))}" in day_words(sums, 86_400)
        only = [w for w, ms in (("partial outage", held["partial"]), ("major outage", held["major"])) if ms]
        if len(only) == 1:
            assert f"{only[0]} {duration(expected)}" in day_words(sums, 86_400)
            assert f"{only[0]} {duration(expected)}" in dict(history_lines(played, component))["Uptime"]
        assert held["slow"] / 1000 == slow_alone(played, component)


def own(played, component):
    """From a component's first failure to its last."""
    failed = played.failed(component, Outcome.FAILED)
    return failed[-1] - failed[0]


def slow_alone(played, component):
    """From its first slow answer to its last, without the time in which it failed."""
    slow = played.failed(component, Outcome.SLOW)
    return slow[-1] - slow[0] - own(played, component) if slow else 0.0


def history_lines(played, component):
    return history_answer([played.past(component)], "Claude", played.now).lines


def test_every_other_figure_is_that_of_the_incident(played):
    """Lists, pages, API, postmortem, digest, cards and the ledger name one beginning, one end and one length."""
    for one in played.incidents.values():
        lasted = one.ended_at - one.started_at
        standing = ServiceStatus("claude", "Claude", tuple(played.voices.values()))
        assert lasted > 0
        listed = incidents([(one, standing)], played.now).table
        assert listed is not None
        assert listed.rows[0][2] == duration(lasted)
        assert incident_row(one, standing, played.now).lasted == duration(lasted)
        shown = shapes.incident(one, standing, played.now, inside=True)
        assert (shown.started_at, shown.ended_at) == (one.started_at, one.ended_at)
        case = Casefile(one, "Claude", NAMES)
        assert data(case, played.now)["duration_s"] == lasted
        assert f"Lasted | {duration(lasted)} |" in postmortem(case, played.now).text
        period = Period("day", played.now - 86_400, played.now)
        said = digest(period, [ServiceDigest("claude", "Claude", incidents=[one])], ())
        assert any(duration(lasted) in text for _, text in said.lines)
        if one.resolved_by is None:
            assert one.timeline[-1].said.endswith(f" recovered after {duration(lasted)}")
            assert f"after {duration(lasted)}" in shown.headline


def test_the_ledger_has_them_by_component(played):
    """Its rows, what reliability makes of them, and the lengths from which an end is foretold."""
    ours = [one for one in played.incidents.values() if one.kind == "failures"]
    rows = [row for row in played.rows if row.began_at is not None]
    assert len(rows) == sum(len(one.components) for one in ours)
    for row in rows:
        one = played.incidents[row.incident]
        (component,) = row.components
        failed = [at for at in played.failed(component, Outcome.FAILED) if one.started_at <= at <= one.ended_at]
        assert (row.began_at, row.ended_at) == (failed[0], failed[-1])
    lengths = sorted(one.ended_at - one.started_at for one in ours)
    assert sorted(past_lengths(ours, (), "api").seconds) == lengths
    (whole, *_) = reliability(rows)
    assert whole.mttr.mean == pytest.approx(sum(lengths) / len(lengths))


def test_what_nothing_fails_of_any_more_has_lasted_until_its_last_failure(played):
    """Before it is called over: in the list, on the page, and where somebody asks how long it will last."""
    assert played.quiet
    for one, at in played.quiet:
        component, later = one.components[0], one.failed_at + 1000
        outcome = Outcome.SLOW if one.kind == "slowness" else Outcome.FAILED
        known = [when for c in one.components for when in played.failed(c, outcome) if when <= at]
        lasted = f"{duration(max(known) - one.started_at)} so far"
        standing = ServiceStatus("claude", "Claude", tuple(played.voices.values()), (one,))
        listed = incidents([(one, standing)], later).table
        assert listed is not None
        assert listed.rows[0][2] == lasted == incident_row(one, standing, later).lasted
        asked = should_i(ShouldIContext(played.voices[component], "Claude", one, (), PastLengths()), later)
        assert asked.data["end"] is None or asked.data["end"]["elapsed_s"] == max(known) - one.started_at
