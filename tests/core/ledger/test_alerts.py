"""The verdict on each alert, and the figures of many: unknown is never right."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.incidents.evidence import Evidence, ResultSpan, since
from bot.core.ledger.alerts import Judge, Verdict, accuracy, is_alert, judged, missed
from bot.core.model.incident import Feedback, Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.person import Person
from bot.core.stats.intervals import median_between
from probes.model import State

AT = 1_790_000_000.0
ALERT = Incident(
    "4F7K", "claude", "failures", IncidentStatus.RESOLVED, ("claude-api",), State.MAJOR, AT - 30, AT,
    resolved_at=AT + 3_600, failed_at=AT + 1_800,
)  # fmt: skip
ROW = LedgerEntry("claude", ("claude-api",), Source.MEASURED, "4F7K", AT - 30, AT, AT + 1_800)
STATED = LedgerEntry(
    "claude", ("claude-api",), Source.STATED, "v1", AT - 60, ended_at=AT + 900, page_posted_at=AT + 600
)
FAILED, FINE, FEW = (60, 120), (0, 40), (0, 5)


def votes(*right):
    """One vote a person."""
    return tuple(Feedback(Person("slack", "T", f"U{n}", f"P{n}"), one) for n, one in enumerate(right))


@pytest.mark.parametrize(
    ("voted", "rows", "after", "verdict", "by"),
    [
        ((True, True, False), [], FINE, Verdict.RIGHT, Judge.PEOPLE),
        ((False,), [replace(ROW, page_seen_at=AT + 60)], FAILED, Verdict.WRONG, Judge.PEOPLE),
        ((True, False), [], FEW, Verdict.UNKNOWN, Judge.NOBODY),
        ((), [replace(ROW, page_seen_at=AT + 60)], FINE, Verdict.RIGHT, Judge.PAGE),
        ((), [replace(ROW, incident="other", page_seen_at=AT)], FEW, Verdict.UNKNOWN, Judge.NOBODY),
        ((), [STATED], FINE, Verdict.RIGHT, Judge.PAGE),
        ((), [replace(STATED, components=("claude-code",))], FEW, Verdict.UNKNOWN, Judge.NOBODY),
        ((), [replace(STATED, ended_at=AT - 40)], FEW, Verdict.UNKNOWN, Judge.NOBODY),
        ((), [ROW], FAILED, Verdict.RIGHT, Judge.RESULTS),
        ((), [ROW], FINE, Verdict.WRONG, Judge.RESULTS),
        ((), [ROW], (2, 60), Verdict.UNKNOWN, Judge.NOBODY),
        ((), [ROW], (0, 0), Verdict.UNKNOWN, Judge.NOBODY),
    ],
)
def test_whose_word_decides(voted, rows, after, verdict, by):
    """People before the page before our results; the page's silence says nothing."""
    case = judged(replace(ALERT, verdict=votes(*voted)), rows, after)
    assert (case.verdict, case.by, case.delay_s) == (verdict, by, 30.0)


def test_what_is_not_judged_by_counts():
    """Slow answers are no failures, and an alert that stands may yet be confirmed."""
    assert judged(replace(ALERT, kind="slow"), [], FAILED).verdict is Verdict.UNKNOWN
    assert judged(replace(ALERT, status=IncidentStatus.OPEN, resolved_at=None), [], FINE).verdict is Verdict.UNKNOWN
    assert not is_alert(replace(ALERT, scope="vantage"), AT - 1)
    assert not is_alert(ALERT, AT + 1)


def test_a_lead_over_the_page():
    """From the alert to the page's first word."""
    assert judged(ALERT, [replace(ROW, page_seen_at=AT + 600)], FINE).lead_s == 600
    assert judged(replace(ALERT, page_first_at=AT - 120), [ROW], FINE).lead_s == -120
    assert judged(ALERT, [ROW], FINE).lead_s is None


def test_only_the_page_told():
    """A row without an alert of ours; neither one of ours, nor one the vendor stated afterwards, nor an old one."""
    alone = LedgerEntry("claude", ("claude-api",), Source.MEASURED, page_seen_at=AT)
    found = missed([alone, ROW, STATED, replace(alone, page_seen_at=AT - 10)], AT - 5)
    assert [(case.at, case.verdict, case.incident) for case in found] == [(AT, Verdict.MISSED, "")]


@given(st.lists(st.sampled_from(list(Verdict)), max_size=30))
def test_unknown_is_never_right(verdicts):
    """More unknown alerts change no count of right ones, and only lower the share of all."""
    case = judged(ALERT, [], FAILED)
    found = accuracy(replace(case, verdict=one, at=AT + n) for n, one in enumerate(verdicts))
    right = verdicts.count(Verdict.RIGHT)
    assert (found.precision.hits, found.least.hits, found.recall.hits, found.delays) == (right,) * 4
    assert found.precision.n == right + verdicts.count(Verdict.WRONG)
    assert found.least.n == found.precision.n + verdicts.count(Verdict.UNKNOWN)
    assert found.recall.n == right + verdicts.count(Verdict.MISSED)
    assert [one.at for one in found.cases] == sorted((one.at for one in found.cases), reverse=True)


def test_results_after_the_alert():
    """Whole minutes only: the one of the alert has the failures that opened it."""
    minute = int(AT // 60)
    course = (ResultSpan(minute, 1, 9, 9), ResultSpan(minute + 1, 1, 3, 10), ResultSpan(minute + 2, 2, 1, 20))
    assert since(Evidence({}, {}, course=course), minute * 60 + 1) == (4, 30)


def test_between_which_the_median_lies():
    """By the tables: of 6 values all, of 20 the 6th to the 15th; of 5 there is no such interval."""
    assert median_between([5, 1, 2, 3, 4]) is None
    assert median_between([6, 5, 1, 2, 3, 4]) == (1, 6)
    assert median_between(list(range(1, 21))) == (6, 15)
