"""Standing disagreements are said again with fresh figures, quietly and not too often."""

from bot.core.notices import RENEWED, Notices
from bot.core.service import ServiceView
from tests.core.situations import ALL_THREE, CODE, NOTICE, NOW, voices

VIEW = ServiceView("claude", "Claude", {"claude-code": "Claude Code"}, refresh_s=45.0)
ABOUT = {"claude-code": voices(CODE)[0]}


def test_a_standing_disagreement_is_renewed():
    """First said at once; then a next edition every few minutes, never urgent, without a line in the trail."""
    notices = Notices(VIEW, {})
    [first] = notices.after({}, [(NOTICE, None)], {}, ABOUT, NOW)
    assert notices.renewed([NOTICE], {}, ABOUT, NOW + RENEWED * 45 - 1) == ()
    [again] = notices.renewed([NOTICE], {"4F7K": ALL_THREE}, ABOUT, NOW + RENEWED * 45)

    assert (first.edition, first.urgent) == (1, True)
    assert (again.subject, again.edition, again.urgent, again.trail) == (NOTICE.id, 2, False, ())
    assert again.snapshot.incident == ALL_THREE
    assert notices.renewed([NOTICE], {}, ABOUT, NOW + RENEWED * 45 + 1) == ()


def test_another_process_goes_on_counting():
    """Editions and times are in the state; a clock set back silences nothing."""
    notices = Notices(VIEW, {})
    notices.after({}, [(NOTICE, None)], {}, ABOUT, NOW)
    again = Notices(VIEW, notices.state())

    assert again.renewed([NOTICE], {}, ABOUT, NOW + 1) == ()
    assert [n.edition for n in again.renewed([NOTICE], {}, ABOUT, NOW - 9_999)] == [2]
