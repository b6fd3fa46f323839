"""A discrepancy is told once an incident, only as news, for all its components, and closes by itself."""

from dataclasses import replace

import pytest

from bot.core.messages.compose import card
from bot.core.model.discrepancy import DiscrepancyKind, Flavour
from bot.core.model.incident import IncidentStatus, TimelineEntry
from bot.core.model.service import ServiceView
from bot.core.routing.notices import RENEWED, Notices, Scene, SentNotice
from bot.core.text.inline import utc
from probes.model import State
from tests.support.situations import ALL_THREE, API, CODE, INCIDENT, MIN, NOTICE, NOW, QUIET, START, voices

VIEW = ServiceView("claude", "Claude", {"claude-code": "Claude Code"}, usual_lag_s=(15 * MIN, 54 * MIN), refresh_s=45.0)
ABOUT = {v.measured.component: v for v in voices(API, CODE)}
LATE = START + 55 * MIN
OTHER = replace(NOTICE, id="D2", component="claude-api")
RED = replace(NOTICE, id="D3", kind=DiscrepancyKind.OVERSTATED, claimed=State.PARTIAL, incident="", since=NOW)


def scene(at, *incidents, silent=()):
    """This incident around, at a moment."""
    return Scene(at, {i.id: i for i in incidents or (ALL_THREE,)}, ABOUT, frozenset(silent))


def test_nothing_is_told_before_the_page_is_later_than_usual():
    """The incident's own message says it from the first minute."""
    notices = Notices(VIEW, {})
    assert notices.of_page([NOTICE], [NOTICE], scene(NOW)) == ()
    assert notices.of_page([], [NOTICE], scene(START + 54 * MIN)) == ()
    [told] = notices.of_page([], [NOTICE, OTHER], scene(LATE))
    assert (told.subject, told.edition, told.urgent, told.trail) == (NOTICE.id, 1, True, ())
    assert told.snapshot.discrepancies == (NOTICE, OTHER)
    assert card(told.snapshot, LATE).headline == "⚖️ Claude's status page is still green after 55 min"
    assert notices.of_page([], [NOTICE, OTHER], scene(LATE + 1)) == ()


@pytest.mark.parametrize(("usual", "late"), [(None, 15 * MIN), ((MIN, 2 * MIN), 2 * MIN)])
def test_where_nothing_is_known_of_the_page_a_quarter_of_an_hour_is_late(usual, late):
    notices = Notices(replace(VIEW, usual_lag_s=usual), {})
    assert notices.of_page([], [NOTICE], scene(START + late)) == ()
    assert len(notices.of_page([], [NOTICE], scene(START + late + 1))) == 1


def test_a_page_that_is_red_where_we_are_well_is_news_at_once():
    """All its components together."""
    notices = Notices(VIEW, {})
    both = (RED, replace(RED, id="D4", component="claude-api"))
    [told] = notices.of_page(both, both, scene(NOW))
    assert told.snapshot.discrepancies == both


def test_a_page_that_is_still_red_just_after_the_end_is_no_news():
    """It has a quarter of an hour to close its incident; after that its red is a notice."""
    late, notices = replace(RED, flavour=Flavour.LINGERING), Notices(VIEW, {})
    assert notices.of_page([late], [late], scene(NOW + MIN)) == ()
    assert notices.of_page([], [late], scene(NOW + 15 * MIN)) == ()
    assert len(notices.of_page([], [late], scene(NOW + 15 * MIN + 1))) == 1


def test_a_page_that_changed_its_story_is_news_at_once():
    """It admitted the trouble, turned green, and we still measure it."""
    admitted = replace(ALL_THREE, page_first_at=START + MIN)
    assert len(Notices(VIEW, {}).of_page([NOTICE], [NOTICE], scene(NOW, admitted))) == 1


def test_one_that_is_silenced_or_comes_after_the_end_begins_no_message():
    over = replace(ALL_THREE, status=IncidentStatus.RESOLVED)
    assert Notices(VIEW, {}).of_page([NOTICE], [NOTICE], scene(LATE, silent={NOTICE.id})) == ()
    assert Notices(VIEW, {}).of_page([NOTICE], [NOTICE], scene(LATE, over)) == ()
    ended = replace(NOTICE, closed_at=LATE)
    assert Notices(VIEW, {}).of_page([ended], [], scene(LATE)) == ()


def test_an_incident_has_one_notice_to_its_end():
    """What joins later is in it, what the page admits meanwhile too; it closes when the incident is over."""
    notices = Notices(VIEW, {})
    notices.of_page([NOTICE], [NOTICE], scene(LATE))
    [joined] = notices.of_page([OTHER], [NOTICE, OTHER], scene(LATE + 60))
    said = replace(NOTICE, closed_at=LATE + 120, page_seen_at=LATE + 110, claimed=State.PARTIAL)
    [admitted] = notices.of_page([said], [OTHER], scene(LATE + 120))
    lines = [utc(text, LATE + 120) for _, text in card(admitted.snapshot, LATE + 120).lines]
    assert any("Claude Code was admitted 16:27 UTC" in line for line in lines)
    done = replace(OTHER, closed_at=LATE + 180)
    [quiet] = notices.of_page([done], [], scene(LATE + 180))
    assert notices.of_page([], [], scene(LATE + 400)) == ()
    [again] = notices.of_page([], [replace(OTHER, id="D9")], scene(LATE + 500))
    over = replace(ALL_THREE, status=IncidentStatus.RESOLVED)
    last = replace(OTHER, id="D9", closed_at=LATE + 600)
    [end] = notices.of_page([last], [], scene(LATE + 600, over))
    every = (joined, admitted, quiet, again, end)
    assert [n.subject for n in every] == [NOTICE.id] * 5
    assert [n.edition for n in every] == [2, 3, 4, 5, 6]
    assert [n.over for n in every] == [False, False, True, False, True]
    assert not any(n.trail for n in every)
    assert notices.state() == {}


def test_it_is_renewed_quietly_and_by_another_process_too():
    """A next edition every few minutes; a clock set back silences nothing."""
    notices = Notices(VIEW, {})
    notices.of_page([NOTICE], [NOTICE], scene(LATE))
    notices = Notices(VIEW, notices.state())
    assert notices.of_page([], [NOTICE], scene(LATE + RENEWED * 45 - 1)) == ()
    [again] = notices.of_page([], [NOTICE], scene(LATE + RENEWED * 45))
    assert (again.edition, again.urgent) == (2, False)
    assert [n.edition for n in notices.of_page([], [NOTICE], scene(NOW - 9_999))] == [3]


def test_silencing_leaves_its_line_and_nothing_after_it_does():
    """In the thread of the message that stands; what follows is in the record alone."""
    quiet = replace(INCIDENT, silence=QUIET)
    lines = tuple(TimelineEntry(NOW, event, event) for event in ("silenced", "widened", "worse", "acknowledged"))
    [notice] = Notices(VIEW, {INCIDENT.id: SentNotice(1, NOW)}).after({INCIDENT.id: (quiet, lines)}, scene(NOW, quiet))
    assert [line.event for line in notice.trail] == ["silenced"]
    assert Notices(VIEW, {}).after({INCIDENT.id: (quiet, lines)}, scene(NOW, quiet)) == ()
