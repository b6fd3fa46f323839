"""Plain rules: what meets them, what they open, that it ends as everything does, and that a restart changes nothing."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.classification import Sample
from bot.core.detection.plain_rule import Counting, Rule
from bot.core.judging.decisions import JudgementState
from bot.core.judging.judgement import Judgement
from bot.core.model.incident import IncidentStatus
from bot.core.model.service import ServiceView
from probes.model import Outcome
from tests.support.results import START, look

ROW, SHARE = (3, 3), (5, 20)
VIEW = ServiceView("own", "Gateway EU", {"api": "API", "web": "Web"}, rules={"api/c": (ROW,)})
EVERY = 30.0


def judging(view=VIEW, kept=None):
    return Judgement(view, AssessorSettings(("api", "web"), EVERY), kept)


def fed(judgement, pattern, start=START, **more):
    """The incidents that the results lead to: x failed, . fine, one every `EVERY` seconds."""
    found: dict[str, Any] = {}
    for n, letter in enumerate(pattern):
        at = start + n * EVERY
        seen = look(at, letter == "x", **more)
        judgement.see(replace(seen, check=f"{seen.component}/c"))
        found |= {i.id: i for i in judgement.settle(at).incidents}
    return list(found.values())


def result(failed, at=START):
    return Sample(at, "eu", "api", "api", failed)


@given(st.text(alphabet="x.", max_size=60), st.integers(1, 10), st.integers(0, 10))
def test_a_rule_is_met_exactly_where_counting_says_so(pattern, failures, more):
    """Against the plainest way to count: whatever came since it was met last."""
    rule = Rule(failures, failures + more)
    counting, since = Counting({"api": ((rule.failures, rule.of),)}), ""
    for n, letter in enumerate(pattern):
        since += letter
        met = counting.take(result(letter == "x", START + n))
        wanted = letter == "x" and since[-rule.of :].count("x") >= failures
        assert (met is not None) is wanted
        since = "" if wanted else since


def test_three_in_a_row_open_an_incident_that_says_by_which_rule():
    """At once, however little the detector makes of it; the reason names the rule."""
    assert not fed(judging(), "....xx.")
    (incident,) = fed(judging(), "....xxx")
    assert (incident.components, incident.active) == (("api",), ("api",))
    assert "3 of 3 failed" in incident.why
    assert incident.why.endswith("rule of api/c: 3 failures in a row")
    assert incident.opened_at == START + 6 * EVERY


def test_five_of_twenty_count_what_lies_between():
    """The figures are those of the results that met the rule."""
    view = replace(VIEW, rules={"api/c": (SHARE,)})
    (incident,) = fed(judging(view), "." * 30 + "x...x...x...x...x")
    assert "5 of 17 failed" in incident.why
    assert incident.started_at == START + 30 * EVERY


def test_other_checks_and_slow_results_meet_no_rule():
    """The rule is its own check's; slow is not failed."""
    assert not fed(judging(), "..xxx.", component="web")
    assert not fed(judging(), "......", outcome=Outcome.SLOW)


def test_it_ends_by_the_usual_evidence_of_recovery():
    """Not by the first good result, and in the end it does."""
    judgement = judging()
    (incident,) = fed(judgement, "....xxx")
    assert not [i for i in fed(judgement, "...", START + 7 * EVERY) if i.status is IncidentStatus.RESOLVED]
    after = fed(judgement, "." * 120, START + 10 * EVERY)
    assert {i.id: i.status for i in after}[incident.id] is IncidentStatus.RESOLVED


def test_why_tells_the_rule_and_how_far_it_is():
    """Also that an incident is open, when it makes no difference any more."""
    judgement = judging()
    fed(judgement, "..xx")
    told = judgement.settle(START + 4 * EVERY).explanations
    assert (told["api"].rules, told["web"].rules) == (("c: alert at 3 failures in a row, 2 so far",), ())
    fed(judgement, "x", START + 4 * EVERY)
    assert judgement.settle(START + 5 * EVERY).explanations["api"].rules[0].endswith("an incident is open")


def test_a_restart_goes_on_counting():
    """Two failures before it and one after are three in a row; a state without them reads, too."""
    before = judging()
    fed(before, "..xx")
    kept = before.state()
    assert fed(judging(kept=kept), "x", START + 4 * EVERY)
    assert not fed(judging(kept=replace(kept, counting=JudgementState().counting)), "x", START + 4 * EVERY)
