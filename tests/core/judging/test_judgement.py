"""The pure step of judging: what late rows, our own blindness and restarts may and may not change."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.channels.slack.channel import ALOUD
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.messages.sources import seen as seen_words
from bot.core.model.action import ActionRequest
from bot.core.model.measurement import OutlierCheck
from bot.store.codec import REMEMBERED
from probes.model import Claim, Observation, Outcome, Page, State
from tests.support.judgement import SETTINGS, START, VIEW, seen


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


def test_a_dead_check_is_shown_beside_the_healthy_ones():
    """Inference looked at every five minutes fails each time, keyless looks never: the pool reads low, and says why."""
    rows = [seen(30.0 * n) for n in range(120)]
    rows += [replace(seen(300.0 * n + 1, failed=n >= 6), check="api/messages") for n in range(13)]
    judgement, decided = judged(sorted(rows, key=lambda row: row.at))
    voices = decided[-1].voices["api"]
    other = Judgement(VIEW, SETTINGS, REMEMBERED.load(REMEMBERED.dump(judgement.state())))

    assert voices.measured.apart == OutlierCheck("api/messages", 6, 6, 0, 20)
    assert "messages: 6 of 6 failed, other checks: 0 of 20" in seen_words(voices.measured, START + 3600)
    assert other.settle(START + 3601).voices["api"].measured.apart == voices.measured.apart


def test_another_process_goes_on_exactly_where_this_one_stopped():
    """State through JSON at any row, and the same future."""
    rows = outage()
    _, whole = judged(rows)
    for cut in (1, 60, 121, 190, 200, len(rows) - 2):
        first, before = judged(rows[:cut])
        kept = REMEMBERED.load(REMEMBERED.dump(first.state()))
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


def test_what_is_silenced_is_recorded_and_not_said():
    """Incident and discrepancy of a silenced component are written without a notice; the incident is said when it ends.

    The discrepancy stands in the incident's own message, and is no news yet.
    """
    for length, told in (("10d", 0), ("70m", 1)):
        judgement = Judgement(VIEW, SETTINGS)
        judgement.command(ActionRequest(START, "silence", ("api", length), "slack:T1:U1", "slack:C1", "Ann", "a"))
        rows = outage()
        judgement, decided = judged(rows, judgement)
        decided.append(judgement.settle(rows[-1].at + 60))

        assert decided[0].outcomes[0].outcome.ok
        assert decided[0].eventful
        assert [r.kind.value for d in decided for r in d.discrepancies] == ["unacknowledged"]
        assert len({i.id for d in decided for i in d.incidents}) == 1
        assert len({n.subject for d in decided for n in d.notices}) == told
        assert all(d.voices["api"].silence for d in decided[:-1] if "api" in d.voices and told == 0)


def test_the_peak_grows_while_the_state_stays():
    """Half an hour at one failure in five, then two in three: the peak follows."""
    rows = [seen(30.0 * n) for n in range(120)]
    rows += [seen(3600 + 10.0 * n, failed=n % 5 == 0) for n in range(180)]
    before, decided = judged(rows)
    [early] = before.state().incidents.values()
    after, _ = judged([seen(5400 + 10.0 * n, failed=n % 3 != 0) for n in range(60)], before)
    [late] = after.state().incidents.values()

    assert early.peak_rate < 0.3
    assert late.peak_rate > 0.4
    assert late.id == early.id
    assert decided


@pytest.mark.parametrize("seed", range(6))
def test_at_a_constant_rate_the_colour_settles_and_nothing_is_broadcast(seed):
    """One request in four fails for an hour: the message changes its colour once at most, its thread is quiet."""
    chance = random.Random(seed)
    rows = [seen(10.0 * n) for n in range(360)]
    rows += [seen(3_600 + 10.0 * n, failed=chance.random() < 0.25) for n in range(360)]
    _, decided = judged(rows)
    notices = [n for d in decided for n in d.notices if n.snapshot.incident is not None]
    tones = [card(n.snapshot, n.snapshot.at).tone for n in notices]

    assert len(tones) > 10
    assert sum(a is not b for a, b in pairwise(tones)) <= 1
    assert not [line for n in notices for line in n.trail if line.event in ALOUD]
