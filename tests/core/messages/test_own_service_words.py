"""One's own service without a status page: no word of a vendor or a page, slow is never failed, fast is never slow."""

import re
from dataclasses import replace
from typing import Any

import pytest

from bot.advice.library import tips
from bot.core.answers.incidents import incident as incident_answer
from bot.core.answers.incidents import why
from bot.core.answers.status import overview, snapshot
from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.latency import WARM_LOOKS
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.messages.layers import LOOKS_LIKE
from bot.core.model.incident import IncidentStatus
from bot.core.model.service import ServiceView
from bot.core.model.status import ServiceStatus
from bot.core.postmortem.casefile import Casefile
from bot.core.postmortem.report import postmortem
from bot.core.text.inline import utc
from probes.model import Fault, Layer, Outcome, Timings
from tests.support.results import START, look

VIEW = ServiceView("gw", "Gateway EU", {"api": "API", "jobs": "Jobs"})
EVERY = 5.0


class Town:
    """One judgement fed look by look; the incidents it had, in their last edition."""

    def __init__(self, page_url=""):
        self.view = replace(VIEW, page_url=page_url)
        self.judgement = Judgement(self.view, AssessorSettings(("api", "jobs"), EVERY))
        self.now, self.incidents, self.notices = START, {}, []

    def see(self, count, **more):
        """So many results of the API, one every `EVERY` seconds, beside good ones of the jobs."""
        for _ in range(count):
            self.now += EVERY
            self.judgement.see(look(self.now, component="jobs"))
            self.judgement.see(look(self.now, **more))
            self.decisions = self.judgement.settle(self.now)
            self.incidents |= {one.id: one for one in self.decisions.incidents}
            self.notices += self.decisions.notices
        return self

    @property
    def standing(self):
        open_ = tuple(one for one in self.incidents.values() if one.status is not IncidentStatus.RESOLVED)
        voices = tuple(self.decisions.voices.values())
        return ServiceStatus("gw", "Gateway EU", voices, open_, page_url=self.view.page_url)

    def texts(self):
        """All that is said of the API now, by message and answers."""
        voices, told = self.decisions.voices["api"], self.decisions.explanations["api"]
        found: dict[str, Any] = {
            "status": overview([self.standing], self.now),
            "why": why(voices, self.standing, told, self.now),
        }
        for one in self.incidents.values():
            found["incident"] = incident_answer(one, self.standing, self.now, tips())
            found["card"] = card(snapshot(one, self.standing, self.now), self.now, tips())
            case = Casefile(one, "Gateway EU", self.view.names, page=bool(self.view.page_url))
            found["report"] = postmortem(case, self.now)
        return {name: text(answer) for name, answer in found.items()}


def text(said):
    table = getattr(said, "table", None)
    rows = [" ".join(row) for row in (table.head, *table.rows)] if table else []
    lines = [f"{label} {utc(words, START)}" for label, words in said.lines]
    return "\n".join(
        [getattr(said, "title", "") or said.headline, *rows, *lines, utc(said.footer, START), getattr(said, "text", "")]
    )


FAILS = {"outcome": Outcome.FAILED, "fault": Fault.VENDOR}
SLOW = {"outcome": Outcome.SLOW, "fault": Fault.VENDOR, "symptom": "slow", "timings": Timings(total=800.0)}
FAST = {"timings": Timings(total=22.0)}


@pytest.mark.parametrize("layer", [*LOOKS_LIKE, Layer.UNKNOWN])
def test_no_vendor_and_no_page_where_there_is_none(layer):
    """While it lasts and when it is over, wherever the trouble sits."""
    town = Town().see(30, **FAST).see(60, layer=layer, symptom="http_404", **FAILS)
    during = town.texts()
    after = town.see(700, **FAST).texts()
    assert set(during) == set(after) == {"status", "why", "incident", "card", "report"}
    assert all(one.status is IncidentStatus.RESOLVED for one in town.incidents.values())
    for name, said in [*during.items(), *after.items()]:
        for word in ("vendor", "they say", "status page", "the page", "page:"):
            assert word not in said.casefold(), (name, word, said)
    assert "Gateway EU" in during["card"]


def test_a_page_is_spoken_of_where_there_is_one():
    """The same service with a page of its own: called by its name, never a vendor's."""
    said = Town("https://status.example").see(30, **FAST).see(60, layer=Layer.TCP, symptom="refused", **FAILS).texts()
    assert "Status page" not in said["card"]  # it was never read
    assert "page: " in said["status"]
    assert "Gateway EU's status page has not admitted it yet" in said["report"]
    assert not any("vendor" in text.casefold() for text in said.values())


def test_slow_is_never_called_failed():
    """Neither in figures nor in words; the latency is that of now."""
    town = Town().see(WARM_LOOKS + 20, **FAST).see(40, **SLOW)
    for name, said in town.texts().items():
        assert "slow" in said.casefold(), name
        for word in ("requests failed in", "first failure", "failures lately", "slow ×"):
            assert word not in said.casefold(), (name, word, said)
    assert "median 0.8 s" in town.texts()["status"]
    assert "40 of 40 answers slow" in town.texts()["why"]


def test_nothing_slow_is_said_of_what_is_fast_again():
    """A few fast answers after a stretch of nothing but slow ones are enough; before them no median is named."""
    town = Town().see(WARM_LOOKS + 20, **FAST).see(40, **SLOW)
    for _ in range(30):
        town.see(1, **FAST)
        said = town.texts()
        for name in ("status", "card", "why"):
            assert not re.search("(median|latency) 22 ms", said[name]), said[name]
    status = town.texts()["status"]
    assert "All 2 components are operational" in status
    assert "fast again" in status
    assert "fast again, not over yet" in town.texts()["card"]
    assert "0 of" in town.texts()["why"]
    town.see(700, **FAST)
    assert all(one.status is IncidentStatus.RESOLVED and one.peak_rate == 0.0 for one in town.incidents.values())
    assert "failed" not in town.texts()["report"].split("## Impact")[0]


def test_intermittent_slowness_does_not_flip():
    """One fast answer in two is no recovery."""
    town = Town().see(WARM_LOOKS + 20, **FAST).see(20, **SLOW)
    for _ in range(20):
        town.see(2, **FAST).see(2, **SLOW)
        assert town.decisions.voices["api"].measured.slow
