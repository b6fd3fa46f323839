"""Certificates that end soon: told at each mark, once each, whatever restarts; quietly."""

from dataclasses import replace

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.judging.judgement import Judgement
from bot.core.messages.compose import card
from bot.core.model.service import ServiceView
from bot.core.routing.tree import ActiveRoutes, Route, Tree, addressed
from probes.model import Layer
from probes.network.tls import Certificate, passed_mark
from tests.support.results import START, look

VIEW = ServiceView("gw", "Gateway EU", {"api": "API"})
DAY = 86_400.0
MARKS = {"warn_days": [21, 14, 7, 3, 1]}
ENDS = START + 30 * DAY


def seen(at, ends=ENDS):
    mark = passed_mark(Certificate("CA", ends), at, MARKS)
    return replace(look(at, layer=Layer.OK), check="api/tls", expires_at=ends, warn_days=mark)


def judging(kept=None):
    return Judgement(VIEW, AssessorSettings(("api",), 3600.0), kept)


@pytest.mark.parametrize("restarts", [False, True])
def test_each_mark_is_told_once(restarts):
    """Every six hours for a month, with a restart after each, too."""
    judgement, told = judging(), []
    for hour in range(0, 30 * 24 + 48, 6):
        at = START + hour * 3600
        judgement.see(seen(at))
        judgement.see(seen(at + 1))
        notices = judgement.settle(at + 1).notices
        told += [(round((ENDS - at) / DAY, 1), notice) for notice in notices]
        judgement.take(at + 1)
        if restarts:
            judgement = judging(judgement.state())
    assert [days for days, _ in told if days > 0] == [21.0, 14.0, 7.0, 3.0, 1.0]
    assert len({notice.subject for _, notice in told}) == len(told) == 5


def test_what_is_said():
    """Whose, when, by which check; neither an incident nor green."""
    judgement = judging()
    at = ENDS - 6 * DAY
    judgement.see(seen(at))
    (notice,) = judgement.settle(at).notices
    made = card(notice.snapshot, at)
    assert made.headline.startswith("⚪ Gateway EU: the certificate of API ends in 6d 0h")
    assert made.headline.endswith("(check api/tls): renew it")
    assert notice.snapshot.incident is None


def test_a_renewed_one_begins_anew_and_two_do_not_fight():
    """Servers behind one name with different certificates take turns; each is told of once a mark."""
    judgement, told = judging(), 0
    for hour in range(48):
        at = ENDS - 2 * DAY + hour * 3600
        for ends in (ENDS, ENDS + 3600):
            judgement.see(seen(at, ends))
            told += len(judgement.settle(at).notices)
    assert told == 4  # three days and one day, two certificates


def test_it_wakes_nobody():
    """Channels that wake people hear of it only where a route asks for such notices by kind."""
    judgement = judging()
    judgement.see(seen(ENDS - DAY / 2))
    (notice,) = judgement.settle(ENDS - DAY / 2).notices
    branch = Route("1", to=("pager", "slack"))
    for asks, wanted in ((False, ["slack"]), (True, ["pager", "slack"])):
        tree = Tree((replace(branch, asks_kind=asks),), wakes=frozenset({"pager"}))
        found = addressed(notice.snapshot, ActiveRoutes(tree), {}, ENDS)
        assert [address.target for address in found] == wanted


@pytest.mark.parametrize(("days", "mark"), [(30, 0), (21.5, 0), (20.9, 21), (6, 7), (0.5, 1), (-1, 1)])
def test_marks(days, mark):
    """The smallest one that was passed."""
    assert passed_mark(Certificate("CA", days * DAY), 0.0, MARKS) == mark
    assert passed_mark(Certificate("CA", days * DAY), 0.0, {"warn_days": 21}) == (21 if days < 21 else 0)
