"""Standing disagreements are said again with fresh figures, quietly and not too often."""

from dataclasses import replace

from bot.core.model.service import ServiceView
from bot.core.routing.notices import RENEWED, Notices, Scene
from tests.support.situations import ALL_THREE, CODE, NOTICE, NOW, voices

VIEW = ServiceView("claude", "Claude", {"claude-code": "Claude Code"}, refresh_s=45.0)
ABOUT = {"claude-code": voices(CODE)[0]}


def scene(after):
    """Nothing around, so many seconds later."""
    return Scene(NOW + after, {}, ABOUT)


def test_a_standing_disagreement_is_renewed():
    """First said at once; then a next edition every few minutes, never urgent, without a line in the trail."""
    notices = Notices(VIEW, {})
    [first] = notices.after({}, [(NOTICE, None)], scene(0))
    assert notices.renewed([NOTICE], scene(RENEWED * 45 - 1)) == ()
    [again] = notices.renewed([NOTICE], replace(scene(RENEWED * 45), standing={"4F7K": ALL_THREE}))

    assert (first.edition, first.urgent) == (1, True)
    assert (again.subject, again.edition, again.urgent, again.trail) == (NOTICE.id, 2, False, ())
    assert again.snapshot.incident == ALL_THREE
    assert notices.renewed([NOTICE], scene(RENEWED * 45 + 1)) == ()


def test_another_process_goes_on_counting():
    """Editions and times are in the state; a clock set back silences nothing."""
    notices = Notices(VIEW, {})
    notices.after({}, [(NOTICE, None)], scene(0))
    again = Notices(VIEW, notices.state())

    assert again.renewed([NOTICE], scene(1)) == ()
    assert [n.edition for n in again.renewed([NOTICE], scene(-9_999))] == [2]
