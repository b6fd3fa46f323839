"""13 and 15 April 2026, minute by minute: the pages as they were, failures as the vendor stated or people wrote of."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.judgement import Judgement
from bot.core.model.discrepancy import DiscrepancyKind, Flavour
from bot.core.model.ledger import Source
from bot.core.model.service import ServiceView
from bot.demo.page import Documents
from bot.demo.scenario_files import identity, load
from bot.store.codec import REMEMBERED
from probes.dialects import atlassian
from probes.model import Fault, Layer, Observation, Outcome, State

SHARED = Path(__file__).parents[3] / "shared" / "data" / "status-pages"
IDS = {"claude-ai": "rwppv331jlwc", "claude-api": "k8w3r06qmzrp", "claude-code": "yyzkbfz2thpt"}
NAMES = {"claude-ai": "claude.ai", "claude-api": "Claude API", "claude-code": "Claude Code"}
CLAUDE = ServiceView("claude", "Claude", NAMES, IDS, "https://status.claude.com", (900.0, 3240.0))
LOOK_S, READ_S = 15.0, 60.0


@dataclass
class Day:
    """What was decided, by the clock of the day."""

    date: str
    records: dict[str, Any] = field(default_factory=dict)
    editions: list[Any] = field(default_factory=list)
    incidents: dict[str, Any] = field(default_factory=dict)
    ledger: list[Any] = field(default_factory=list)

    def at(self, clock):
        """Unix seconds of a time of day."""
        return datetime.fromisoformat(f"{self.date}T{clock}").replace(tzinfo=UTC).timestamp()

    def of(self, component, kind=DiscrepancyKind.UNACKNOWLEDGED):
        """The last edition of each disagreement of one component, oldest first."""
        return [r for r in self.records.values() if (r.component, r.kind) == (component, kind)]

    def row(self, component):
        """The ledger's first row of one component."""
        return next(row for row in self.ledger if row.components == (component,))


def looked(component, at, *, failed):
    """One look at one component, by its two checks in turn."""
    check = f"{component}/{'ab'[int(at / LOOK_S) % 2]}"
    seen = Observation(check, "claude", component, "fra", at, Outcome.OK, status=200)
    if not failed:
        return seen
    return replace(
        seen, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.APP_BACKEND, symptom="http_500", status=500
    )


def replay(date, begins, ends, rate, page, *, restarts=False):
    """Two checks that look every 30 s, a reading of the page every 60 s, all by the clock of the day; what was decided.

    `rate(component, at)` is the share of looks that fail then, spread evenly.
    """
    day = Day(date)
    settings = AssessorSettings(tuple(IDS), 2 * LOOK_S)
    judgement = Judgement(CLAUDE, settings)
    owed = dict.fromkeys(IDS, 0.0)
    now, last = day.at(begins), day.at(ends)
    while now < last:
        for n, component in enumerate(IDS):
            owed[component] += rate(component, now)
            failed = owed[component] >= 1
            owed[component] -= failed
            judgement.see(looked(component, now + n, failed=failed))
        if (now - day.at(begins)) % READ_S == 0:
            seen = atlassian.read(json.dumps(page(now + 5)).encode(), {})
            judgement.see(Observation("claude:page", "claude", "", "fra", now + 5, Outcome.OK, page=seen))
        decided = judgement.settle(now + 6)
        day.records |= {record.id: record for record in decided.discrepancies}
        day.editions += [(now + 6, record) for record in decided.discrepancies]
        day.incidents |= {incident.id: incident for incident in decided.incidents}
        day.ledger += decided.ledger
        if restarts and now % 300 == 0:
            kept = REMEMBERED.load(REMEMBERED.dump(judgement.state()))
            judgement = Judgement(CLAUDE, settings, kept)
        now += LOOK_S
    return day


def as_posted(name):
    """The page of a story at each moment."""
    story = load(name)

    def page(at):
        return Documents(identity(), [post for post in story.posts if post.at <= at], story.begins).summary()

    return page


def quarter_fails(date, begins, ends):
    """A quarter of all looks at all three components fail in between."""
    day = Day(date)
    return lambda _, at: 0.25 if day.at(begins) <= at < day.at(ends) else 0.0


@pytest.fixture(scope="module")
def april_13():
    """13 April: stated impact 15:31 to 16:19, on all three components."""
    rate = quarter_fails("2026-04-13", "15:31:00", "16:19:00")
    return replay("2026-04-13", "15:01:00", "19:00:00", rate, as_posted("april-13"))


def closed(day, component):
    """The one unacknowledged disagreement of a component, which has ended."""
    [record] = day.of(component)
    assert record.closed_at is not None
    return record


def test_13_april_all_three_are_said_within_minutes_of_the_first_failure(april_13):
    """One incident of all three components; each has its own disagreement with the page, well before 15:40."""
    [incident] = april_13.incidents.values()

    assert set(incident.components) == set(IDS)
    assert april_13.at("15:31:00") <= incident.started_at < april_13.at("15:33:30")
    for component in IDS:
        record = april_13.of(component)[0]
        assert record.opened_at < april_13.at("15:40:43"), component
        assert (record.first_failure_at, record.alerted_at) == (incident.started_at, incident.opened_at)


@pytest.mark.parametrize(
    ("component", "posted", "state"),
    [("claude-ai", "15:40:43.659", State.MAJOR), ("claude-code", "16:16:54.583", State.PARTIAL)],
)
def test_13_april_acknowledged_component_by_component(april_13, component, posted, state):
    """claude.ai at 15:40:43 and Claude Code at 16:16:54, each seen on the next reading and posted by its own update."""
    record = closed(april_13, component)

    assert (record.outcome, record.claimed) == ("page now agrees", state)
    assert record.page_posted_at == pytest.approx(april_13.at(posted))
    assert 0 < record.page_seen_at - record.page_posted_at <= READ_S
    assert record.closed_at - record.page_seen_at < LOOK_S


def test_13_april_the_api_was_never_acknowledged(april_13):
    """Not by the incident of claude.ai, which lists the API as operational; closed when our measurements are well."""
    record = closed(april_13, "claude-api")
    ended = april_13.row("claude-api").resolved_at

    assert (record.outcome, record.claimed, record.page_posted_at) == ("never admitted", State.OPERATIONAL, None)
    assert record.mention is None
    assert april_13.at("16:19:00") < record.closed_at == ended == record.resolved_at


def test_13_april_the_overall_indicator_would_have_been_wrong(april_13):
    """At 15:45 the page's indicator was red and so were we: "they agree", while two of three components were denied."""
    summary = as_posted("april-13")(april_13.at("15:45:00"))
    standing = {r.component for at, r in april_13.editions if at <= april_13.at("15:45:00")}
    ended = {r.component for at, r in april_13.editions if at <= april_13.at("15:45:00") and r.closed_at is not None}

    assert summary["status"]["indicator"] != "none"
    assert standing - ended == {"claude-api", "claude-code"}


def test_13_april_the_page_lingers(april_13):
    """Red until 16:35:58 though the last request failed before 16:19: in the ledger, for we are as slow to be sure."""
    for component in ("claude-ai", "claude-code"):
        row = april_13.row(component)
        assert april_13.at("16:17:00") < row.ended_at < april_13.at("16:19:00") < row.resolved_at
        assert 0 < row.page_ended_at - april_13.at("16:35:58.062") <= READ_S
        assert 17 * 60 < row.closing_s < 19 * 60


def test_13_april_in_the_ledger(april_13):
    """A row a component, each with all its times; the API's only after the page had two more hours to say so."""
    ai, api, code = (april_13.row(c) for c in ("claude-ai", "claude-api", "claude-code"))

    assert len(april_13.ledger) == 3
    assert {row.source for row in april_13.ledger} == {Source.MEASURED}
    assert [round(row.ack_s / 60) if row.ack_s else None for row in (ai, api, code)] == [9, None, 45]
    assert not any(row.page_first for row in april_13.ledger)
    assert ai.page_ended_at == code.page_ended_at
    assert (api.told_at, api.page_ended_at) == (None, None)


def test_13_april_with_a_restart_every_five_minutes(april_13):
    """What is written between two commits is all there is: the same notices, the same rows."""
    rate = quarter_fails("2026-04-13", "15:31:00", "16:19:00")
    day = replay("2026-04-13", "15:01:00", "19:00:00", rate, as_posted("april-13"), restarts=True)

    assert day.editions == april_13.editions
    assert day.ledger == april_13.ledger


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not beside the repository")
def test_13_april_from_the_recording_alone(april_13):
    """The recorded readings of the page come to the same as the posts they were made from."""
    steps = json.loads((SHARED / "statuspage_claude_summary_replay_2026-04-13.json").read_bytes())
    visible = [(datetime.fromisoformat(step["visible_from"]).timestamp(), step["summary"]) for step in steps]

    def page(at):
        return next((summary for since, summary in reversed(visible) if since <= at), visible[0][1])

    rate = quarter_fails("2026-04-13", "15:31:00", "16:19:00")
    day = replay("2026-04-13", "15:01:00", "16:50:00", rate, page)

    for component in IDS:
        here, there = closed(day, component), closed(april_13, component)
        assert (here.outcome, here.page_posted_at, here.page_seen_at) == (
            there.outcome,
            there.page_posted_at,
            there.page_seen_at,
        )


def shaped(day):
    """Failures as the updates of 15 April tell of them."""
    turns = {
        "claude-ai": [("14:46", 0.6), ("15:01", 0.25), ("15:40", 0.95), ("16:29", 0.3), ("17:20", 0.0)],
        "claude-api": [("14:46", 0.6), ("15:01", 0.0)],
        "claude-code": [("14:46", 0.6), ("15:01", 0.5), ("16:29", 0.3), ("17:20", 0.0)],
    }

    def rate(component, at):
        return next((r for clock, r in reversed(turns[component]) if day.at(clock) <= at), 0.0)

    return rate


@pytest.fixture(scope="module")
def april_15():
    """15 April, with its open incident over green components and its backdated update."""
    day = Day("2026-04-15")
    return replay("2026-04-15", "14:16:00", "18:30:00", shaped(day), as_posted("april-15"))


def test_15_april_an_incident_over_green_components_is_a_word_but_no_mark(april_15):
    """From 14:53:02 the page has an open incident and green components: noted, not taken for agreement."""
    for component in IDS:
        [record] = april_15.of(component)[:1]
        said = [at for at, r in april_15.editions if r.id == record.id and r.mention and r.closed_at is None]
        assert record.opened_at < april_15.at("14:53:02")
        assert 0 < said[0] - april_15.at("14:53:02.097") <= READ_S + LOOK_S
        assert record.mention.words == "Elevated errors on Claude.ai, API, Claude Code"


def test_15_april_acknowledged_when_the_components_turn_red(april_15):
    """At 14:55:35, whatever the incident's own beginning says."""
    for component in IDS:
        record = april_15.of(component)[0]
        assert record.outcome == "page now agrees"
        assert record.page_posted_at == pytest.approx(april_15.at("14:55:35.814"))
        assert 0 < record.page_seen_at - record.page_posted_at <= READ_S


def test_15_april_degraded_is_too_little_for_an_outage(april_15):
    """From 15:40 claude.ai fails nearly always; "degraded" understates it until 15:57:22, which is dated back."""
    records = april_15.of("claude-ai", DiscrepancyKind.UNDERSTATED)
    record = next(r for r in records if r.opened_at > april_15.at("15:40:00"))

    assert record.opened_at < april_15.at("15:57:22")
    assert (record.outcome, record.claimed) == ("page now agrees", State.MAJOR)
    assert 0 < record.page_seen_at - april_15.at("15:57:22.460") <= READ_S


def test_15_april_the_page_lingers_after_the_last_failure(april_15):
    """Partial outage until 17:42:57 while all was well from 17:20."""
    [record] = april_15.of("claude-ai", DiscrepancyKind.OVERSTATED)

    assert record.flavour is Flavour.LINGERING
    assert 0 < record.page_resolved_at - april_15.at("17:42:57.229") <= READ_S
    assert record.resolved_at < record.page_resolved_at
