"""Every figure in messages, answers, reports and pagers beside what was really seen and kept: one number, one truth."""

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from bot.channels.paging import body
from bot.core.answers import incidents
from bot.core.answers.answer import Answer
from bot.core.answers.digest import Period, ServiceDigest, digest
from bot.core.answers.history import history_answer
from bot.core.answers.status import overview
from bot.core.detection.assessment import AssessorSettings
from bot.core.history.ranges import SPANS, RangeHistory, past, touches
from bot.core.history.rollups import Rollup
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.model.action import ActionRequest
from bot.core.model.incident import IncidentStatus
from bot.core.model.report import Report
from bot.core.model.service import ServiceView
from bot.core.model.severity import TROUBLE
from bot.core.model.status import ServiceStatus
from bot.core.postmortem.casefile import Casefile
from bot.core.postmortem.report import postmortem
from bot.core.text.inline import utc
from bot.core.text.numbers import percent, span
from bot.core.text.symptoms import present
from bot.web.api.shapes import component as shown_component
from bot.web.api.shapes import incident as summary_of
from bot.web.api.shapes import timeline
from bot.web.metrics.collector import Collector
from bot.web.metrics.exposition import rendered
from bot.web.metrics.reading import Reading, ServiceReading
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State
from tests.support.figures import Record, Text, wrong
from tests.support.surfaces import SURFACES, surfaces

START = 1_776_000_000.0
HEALTHY_S, AFTER_S = 3600.0, 2700.0
PAGES = {"api": "k1", "code": "k2"}
NAMES = {"api": "Claude API", "code": "Claude Code"}


@dataclass(frozen=True)
class World:
    """What happens: shares of failures by component for a while, when the page turns red and green, what people do."""

    seed: int
    shares: dict[str, float]
    lasts_s: float = 1500.0
    red: tuple[float, float] | None = None
    acts: tuple[tuple[float, str, tuple[str, ...]], ...] = ()
    reports: tuple[float, ...] = ()


WORLDS = {
    "a third of one": World(1, {"api": 0.35}, red=(600.0, 2000.0)),
    "a quarter, never admitted": World(2, {"api": 0.25}, lasts_s=2400.0),
    "half, in bursts": World(3, {"api": 0.5}, lasts_s=900.0, red=(120.0, 1800.0)),
    "all of one": World(4, {"api": 1.0}, red=(300.0, 1500.0), reports=(60.0, 90.0, 200.0)),
    "two alike": World(5, {"api": 0.4, "code": 0.4}, red=(900.0, 2400.0)),
    "two unequal, taken": World(6, {"api": 0.9, "code": 0.3}, acts=((300.0, "ack", ("",)), (900.0, "unack", ("",)))),
    "silenced for a while": World(7, {"api": 0.6}, acts=((240.0, "silence", ("api", "10m", "known")),)),
    "red long before": World(8, {"api": 0.4}, red=(-1500.0, 2400.0)),
    "called over": World(9, {"api": 0.7}, acts=((600.0, "resolve", ("", "seen enough")),)),
}


def rows_of(world: World) -> list[Observation]:
    """All looks and readings, in order."""
    dice = random.Random(world.seed)
    rows = []
    ends = HEALTHY_S + world.lasts_s
    for place, component in enumerate(NAMES):
        for n in range(int((ends + AFTER_S) / 30)):
            at = 30.0 * n + 7 * place
            share = world.shares.get(component, 0.0) if HEALTHY_S <= at < ends else 0.0
            word, layer, status = (
                ("api_error", Layer.APP_BACKEND, 500) if place else ("http_500", Layer.EDGE_OR_GATEWAY, 500)
            )
            bad = (Outcome.FAILED, Fault.VENDOR, layer, word, status)
            good = (Outcome.OK, Fault.NONE, Layer.OK, "", 200)
            how = bad if dice.random() < share else good
            rows.append(Observation(f"{component}/hello", "claude", component, "eu", START + at, *how))
    for n in range(int((ends + AFTER_S) / 60)):
        at = 60.0 * n + 13
        red = world.red is not None and HEALTHY_S + world.red[0] <= at < HEALTHY_S + world.red[1]
        claims = (
            Claim("k1", NAMES["api"], State.PARTIAL if red else State.OPERATIONAL),
            Claim("k2", NAMES["code"], State.OPERATIONAL),
        )
        page = Page("https://status.example", claims, words="Elevated errors" if red else "All Systems Operational")
        rows.append(Observation("claude:page", "claude", "", "eu", START + at, Outcome.OK, page=page))
    return sorted(rows, key=lambda row: row.at)


def troubled(pieces, record, component) -> dict[State, float]:
    """Time by state as it turned out: in trouble from the first failure to the last, well before and after."""
    found: dict[State, float] = {}
    failed = [r.at for r in record.looks(component, pieces[-1][1]) if r.outcome is Outcome.FAILED]
    runs: list[list[Any]] = []
    for begin, end, state, began in pieces:
        if state in TROUBLE:
            if not runs or runs[-1][1] != begin:
                runs.append([began, begin, state, began])
            runs[-1][1] = end
    for begin, end, state, _ in pieces:
        at = begin
        for first, over, level, _ in runs:
            last = max(f for f in failed if f < over)
            inside = min(end, last) - max(at, first)
            if inside > 0:
                bad = state if state in TROUBLE else level
                found[bad] = found.get(bad, 0.0) + inside
    whole = sum(end - begin for begin, end, state, _ in pieces if state is not State.UNKNOWN)
    return found | {State.OPERATIONAL: whole - sum(found.values())}


class Played:
    """A world that was judged, with every text that came of it."""

    def __init__(self, world: World) -> None:
        view = ServiceView("claude", "Claude", NAMES, PAGES, "https://status.example", refresh_s=60.0)
        self.judgement = Judgement(view, AssessorSettings(components=tuple(NAMES), interval_s=30.0))
        self.view, self.rows = view, rows_of(world)
        self.record = Record([r for r in self.rows if r.component], NAMES)
        self.record.readings = [r.at for r in self.rows if r.page is not None]
        self.texts: list[Text] = []
        self.collector = Collector("1")
        self.dossiers: dict[Any, Any] = {}
        self.buckets: dict[Any, Any] = {}
        self.believed: dict[str, list[Any]] = {}
        self.now = START
        acts = [(START + HEALTHY_S + at, verb, args) for at, verb, args in world.acts]
        people = [START + HEALTHY_S + at for at in world.reports]
        states: dict[str, tuple[State, float | None]] = {}
        self.record.begins = self.rows[0].at
        for number, row in enumerate(self.rows):
            self.now = row.at
            while acts and acts[0][0] <= row.at:
                at, verb, args = acts.pop(0)
                self.judgement.command(ActionRequest(at, verb, args, "slack:T1:U1", "slack:C1", "Ann", f"a{at}"))
            while people and people[0] <= row.at:
                self.judgement.report(Report(people.pop(0), "api", f"p{len(people)}", place="work"))
            self.judgement.see(row)
            decided = self.judgement.settle(row.at)
            self.held(states, self.rows[number - 1].at if number else row.at)
            states = {c: (v.measured.state, v.measured.since) for c, v in decided.voices.items()}
            self.told(decided, asked=number % 30 == 0)
        self.afterwards()

    def held(self, states, since: float) -> None:
        """The states that were believed until now, and since when."""
        for component, (state, began) in states.items():
            self.believed.setdefault(component, []).append((since, self.now, state, began))

    def told(self, decided, *, asked: bool) -> None:
        """Keep what was decided, and every message of it; now and then somebody asks."""
        self.record.incidents |= {i.id: i for i in decided.incidents}
        self.record.disputes |= {d.id: d for d in decided.discrepancies}
        self.record.peaks[self.now] = {i.peak_rate for i in self.record.incidents.values()}
        chunks, dossiers = self.judgement.take(self.now)
        self.dossiers |= dossiers
        self.judgement.state()
        for chunk in chunks:
            for number, packed in chunk.buckets.items():
                self.buckets.setdefault((chunk.component, chunk.level, number), Rollup()).add(Rollup.unpacked(packed))
        standing = self.standing(decided)
        for notice in decided.notices:
            seen = notice.snapshot
            made = card(seen, self.now)
            self.say(
                "pager" if notice.edition % 2 else "message", body(made, 4000, trail=True), seen.incident, seen.voices
            )
            self.say("message", made.headline, seen.incident, seen.voices)
            for name, words in surfaces(made):
                self.say(name, words, seen.incident, seen.voices)
        if asked and self.now >= START + HEALTHY_S:
            self.answered(standing, decided)

    def standing(self, decided) -> ServiceStatus:
        """As the desk reads it."""
        going = tuple(i for i in self.record.incidents.values() if i.status is not IncidentStatus.RESOLVED)
        return ServiceStatus("claude", "Claude", tuple(decided.voices.values()), going, self.view.page_url)

    def answered(self, standing: ServiceStatus, decided) -> None:
        """What somebody is told who asks now."""
        self.answer(overview([standing], self.now), None, standing.voices)
        for voices in standing.voices:
            told = decided.explanations.get(voices.measured.component)
            self.answer(incidents.why(voices, standing, told, self.now), None, standing.voices)
        for one in standing.incidents:
            self.answer(incidents.incident(one, standing, self.now, ()), one, standing.voices)
        self.asked_by_programs(standing)
        found = [(i, standing) for i in self.record.incidents.values()]
        self.answer(incidents.incidents(found, self.now), None, standing.voices)

    def asked_by_programs(self, standing: ServiceStatus) -> None:
        """What the API and a scrape say at this moment, in the words in which people read the same figures."""
        for voices in standing.voices:
            one = shown_component(standing, voices, self.now, inside=False)
            self.say("api", f"{one.name}: {one.summary}", None, standing.voices)
            for ratio in filter(None, (one.failure, one.slow)):
                counted = f"{ratio.failed} of {ratio.total} failed" if ratio.failed else ""
                self.say("api", f"{counted} about {percent(ratio.ratio)}", None, (voices,))
        for incident in standing.incidents:
            told = summary_of(incident, standing, self.now, inside=False)
            self.say("api", told.headline, incident, standing.voices)
            for line in timeline(incident, inside=False):
                self.say("api", line.text, incident, standing.voices)
        self.scraped(standing)

    def scraped(self, standing: ServiceStatus) -> None:
        """What a scrape says: ratios, their intervals, states."""
        scraped = self.collector.rows(Reading((ServiceReading(standing),), self.now, up=True), self.now, {})
        text = rendered(scraped, openmetrics=True) + "# EOF\n"
        by_name = {v.measured.component: v for v in standing.voices}
        ends: dict[str, list[float]] = {}
        for family in text_string_to_metric_families(text):
            if family.name in {"groundtruth_failure_ratio_low", "groundtruth_failure_ratio_high"}:
                for sample in family.samples:
                    ends.setdefault(sample.labels["component"], []).append(sample.value)
            if family.name in {"groundtruth_failure_ratio", "groundtruth_slow_ratio"}:
                for sample in family.samples:
                    voices = by_name[sample.labels["component"]]
                    self.say("metrics", f"about {percent(sample.value)}", None, (voices,))
            if family.name == "groundtruth_component_state":
                shown = {s.labels["component"]: s.labels["state"] for s in family.samples if s.value}
                assert shown == {name: present(v.measured, self.now) for name, v in by_name.items()}
        for name, (low, high) in ends.items():
            self.say("metrics", f"95% interval {span(low, high)}", None, (by_name[name],))

    def afterwards(self) -> None:
        """The reports, the history and the digest at the end."""
        self.record.held = {c: troubled(pieces, self.record, c) for c, pieces in self.believed.items()}
        incidents = list(self.record.incidents.values())
        for one in incidents:
            records = [d for d in self.record.disputes.values() if d.incident == one.id]
            case = Casefile(one, "Claude", NAMES, self.dossiers.get(one.id), records)
            self.say("report", postmortem(case, self.now).text, one, ())
        chunks, _ = self.judgement.take(self.now + 400)
        for chunk in chunks:
            for number, packed in chunk.buckets.items():
                self.buckets.setdefault((chunk.component, chunk.level, number), Rollup()).add(Rollup.unpacked(packed))
        day = SPANS["24h"]
        pasts = []
        for c, name in NAMES.items():
            kept = {(level, n): r for (part, level, n), r in self.buckets.items() if part == c}
            theirs = tuple(i for i in incidents if c in i.components and touches(i, day, self.now))
            pasts.append(RangeHistory("claude", c, name, day, self.now, self.now, past(kept, day, self.now), theirs))
            self.answer(replace(history_answer(pasts[-1:], "Claude", self.now), footer=""), None, ())
        period = Period("day", self.now - 86_400, self.now)
        told = digest(period, [ServiceDigest("claude", "Claude", pasts, incidents=incidents)], ())
        self.answer(replace(told, title="", footer=""), None, ())

    def answer(self, made: Answer, incident, voices) -> None:
        """An answer as it is printed."""
        rows = [" | ".join(row) for row in made.table.rows] if made.table else []
        lines = [f"{label}: {text}" for label, text in made.lines]
        self.say("answer", "\n".join([made.title, *rows, *lines, made.footer]), incident, voices)

    def say(self, kind, words, incident, voices) -> None:
        """Keep a text; moments that each reader sees in his own zone are in UTC."""
        self.texts.append(Text(self.now, kind, utc(words, self.now), incident, tuple(voices)))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_every_figure_is_the_records(world):
    """What a sentence says was counted, measured or kept, to the digit; and a new kind of figure is not let through."""
    played = Played(world)
    faults, counts = wrong(played.texts, played.record)

    assert sum(counts.values()) > 500
    assert min(counts.get(kind, 0) for kind in (*SURFACES, "message", "answer", "report", "api", "metrics")) > 20
    assert not faults, f"{len(faults)} of {sum(counts.values())} figures:\n" + "\n".join(faults[:12])
    print(sum(counts.values()), counts)  # noqa: T201  the count of figures compared
