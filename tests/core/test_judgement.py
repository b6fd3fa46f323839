"""The pure step of judging: what late rows, our own blindness and restarts may and may not change."""

from dataclasses import replace

from bot.core.detection.assessment import AssessorSettings
from bot.core.judgement import Judgement
from bot.core.service import ServiceView
from bot.judge import REMEMBERED
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State

START = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"api": "Claude API"}, {"api": "k8w"})
SETTINGS = AssessorSettings(components=("api",), interval_s=30.0)


def seen(at, *, failed=False, vantage="eu"):
    """One result."""
    how = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error") if failed else (Outcome.OK,)
    return Observation("api/hello", "claude", "api", vantage, START + at, *how)


def page(at, state=State.OPERATIONAL, unreadable="", control=None):
    """One reading of the status page."""
    reading = Page("u", () if unreadable else (Claim("k8w", "Claude API", state),), unreadable=unreadable)
    return Observation("claude:page", "claude", "", "eu", START + at, Outcome.OK, control=control, page=reading)


def judged(rows, judgement=None):
    """Feed rows one by one; everything decided on the way."""
    judgement = judgement or Judgement(VIEW, SETTINGS)
    decided = []
    for row in rows:
        judgement.see(row)
        decided.append(judgement.settle(row.at))
    return judgement, decided


def outage():
    """An hour of health, then failures only, with a page that is read every minute and stays green."""
    rows = [seen(30.0 * n) for n in range(120)]
    rows += [seen(3600 + 30.0 * n, failed=True) for n in range(20)]
    rows += [page(60.0 * n + 5) for n in range(70)]
    return sorted(rows, key=lambda row: row.at)


def test_an_outage_is_one_incident_and_one_discrepancy():
    """Opened once, said once, the page's denial said once; nothing is due again before the figures are stale."""
    _, decided = judged(outage())
    opened = {i.id for d in decided for i in d.incidents}
    records = [r for d in decided for r in d.discrepancies]
    urgent = [n for d in decided for n in d.notices if n.urgent and n.subject in opened]

    assert len(opened) == 1
    assert [r.kind.value for r in records] == ["unacknowledged"]
    assert urgent[0].snapshot.reason == "opened"
    assert [n.edition for n in urgent] == sorted({n.edition for n in urgent})


def test_another_process_goes_on_exactly_where_this_one_stopped():
    """State through JSON at any row, and the same future."""
    rows = outage()
    _, whole = judged(rows)
    for cut in (1, 60, 121, 190, 200, len(rows) - 2):
        first, before = judged(rows[:cut])
        kept = REMEMBERED.validate_json(REMEMBERED.dump_json(first.state(), exclude_defaults=True))
        _, after = judged(rows[cut:], Judgement(VIEW, SETTINGS, kept))

        assert [d.incidents for d in before + after] == [d.incidents for d in whole]
        assert [d.discrepancies for d in before + after] == [d.discrepancies for d in whole]
        assert [d.notices for d in before + after] == [d.notices for d in whole]


def test_rows_that_come_far_too_late_are_counted_but_no_evidence():
    """A vantage that was cut off for an hour tells of then, not of now."""
    judgement, _ = judged([seen(30.0 * n) for n in range(240)])
    late = [seen(3000 + 30.0 * n, failed=True, vantage="us") for n in range(60)]
    for row in late:
        judgement.see(row)
    decided = judgement.settle(START + 7200)

    assert decided.incidents == ()
    assert judgement.state().counted == 300


def test_a_page_we_cannot_reach_ourselves_is_no_news():
    """While our own network fails, an unreadable page is not said to be one."""
    blind = [page(60.0 * n, unreadable="no answer", control=False) for n in range(20)]
    _, decided = judged(blind)

    assert not any(d.discrepancies or d.notices for d in decided)

    _, decided = judged([replace(row, control=True) for row in blind])

    assert [r.kind.value for d in decided for r in d.discrepancies] == ["unreadable"]
