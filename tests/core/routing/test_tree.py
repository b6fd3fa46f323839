"""The tree of routes: which branch takes a notice, what stays told, and when it is said."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.escalation import Policy, Step
from bot.core.model.person import PAGE, Person
from bot.core.model.silence import Silence
from bot.core.routing.matchers import matchers
from bot.core.routing.quiet_hours import QuietHours
from bot.core.routing.tree import (
    ActiveRoutes,
    PreviousRecipients,
    Recipient,
    Route,
    Subscription,
    Tree,
    addressed,
    policies_for,
)
from probes.model import State
from tests.support.situations import INCIDENT, NOTICE, told, voices

NIGHT = 22 * 3600.0
QUIET = (QuietHours(22 * 60, 7 * 60, unless=State.MAJOR),)
MORNING = 31 * 3600.0


def about(worst=State.PARTIAL):
    return told(replace(INCIDENT, service="claude", worst=worst), voices())


def branch(name, match="", *to, **more):
    return Route(name, matchers(match), to, **more)


def to(branches, snapshot, now=0.0, before=None, **more):
    table = ActiveRoutes(Tree(tuple(branches), more.pop("wakes", frozenset())), **more)
    return addressed(snapshot, table, {}, now, before)


def names(found):
    return [address.target for address in found]


def test_the_first_that_takes_it_ends_the_search_unless_it_goes_on():
    """As in Alertmanager."""
    tree = [branch("1", "service=openai", "a"), branch("2", "service=claude", "b"), branch("3", "", "c")]
    assert names(to(tree, about())) == ["b"]
    tree[1] = replace(tree[1], continue_=True)
    assert names(to(tree, about())) == ["b", "c"]


def test_a_branch_below_goes_before_its_parent():
    """Where none of them takes it, the parent does."""
    below = (branch("1.1", "state=major_outage", "pager"),)
    tree = [branch("1", "service=claude", "chat", below=below)]
    assert names(to(tree, about(State.MAJOR))) == ["pager"]
    assert names(to(tree, about())) == ["chat"]


def test_below_the_minimum_the_next_branch_is_asked():
    """A minimum is one more condition; discrepancies have no severity."""
    tree = [branch("1", "", "pager", minimum=State.MAJOR), branch("2", "", "chat")]
    assert names(to(tree, about())) == ["chat"]
    assert names(to(tree, about(State.MAJOR))) == ["pager"]
    assert names(to(tree, told(INCIDENT, voices(), NOTICE))) == ["pager"]


def test_nobody_is_woken_by_a_disagreement_that_was_not_asked_for():
    """A matcher about `kind` asks for it."""
    disagreement, wakes = told(INCIDENT, voices(), NOTICE), frozenset({"ntfy"})
    assert names(to([branch("1", "", "ntfy", "chat")], disagreement, wakes=wakes)) == ["chat"]
    asked = branch("1", "kind=discrepancy", "ntfy", asks_kind=True)
    assert names(to([asked], disagreement, wakes=wakes)) == ["ntfy"]
    assert names(to([branch("1", "", "ntfy")], about(), wakes=wakes)) == ["ntfy"]


def test_what_takes_disagreements_softly_hears_of_them_and_sleeps_through_announced_work():
    """A pager with a quiet way in beside one without: the first hears of both kinds, neither of announced work."""
    tree = Tree(
        (branch("1", "", "ntfy", "pagerduty", "chat"),), frozenset({"ntfy", "pagerduty"}), soft=frozenset({"pagerduty"})
    )
    (every,) = tree.branches
    work = Silence("", 0.0, 9.0, Person(PAGE, "", "", ""), work=True)
    announced = replace(INCIDENT, silence=work)
    assert announced.announced
    assert tree.told_by(every, told(INCIDENT, voices(), NOTICE)) == ("pagerduty", "chat")
    assert tree.told_by(every, told(INCIDENT, voices())) == ("ntfy", "pagerduty", "chat")
    assert tree.told_by(every, told(announced, voices())) == ("chat",)


def test_who_was_told_stays_told_and_nothing_is_put_off():
    """Whatever routes say now; what quiet holds back stays held as long as it was."""
    tree = [branch("1", "", "chat", quiet=QUIET)]
    assert to(tree, about(), NIGHT) == (Recipient("chat", "1", MORNING),)
    assert to(tree, about(), NIGHT, PreviousRecipients({"chat": 0.0})) == (Recipient("chat", "1"),)
    assert to([], about(), NIGHT, PreviousRecipients({"gone": MORNING})) == (Recipient("gone", "told before", MORNING),)
    assert to(tree, about(State.MAJOR), NIGHT, PreviousRecipients({"chat": MORNING})) == (Recipient("chat", "1"),)


def test_escalation_and_subscriptions_know_no_quiet_hours():
    """Whoever wants to be woken is woken."""
    tree = [branch("1", "", "chat", "pager", quiet=QUIET)]
    found = to(tree, about(), NIGHT, PreviousRecipients(also=("pager",)), subscribed=(Subscription("chat"),))
    assert {(a.target, a.held_until) for a in found} == {("chat", 0.0), ("pager", 0.0)}


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0.0, NIGHT - 1, MORNING])), st.booleans())
def test_a_target_once_told_is_never_dropped_nor_later(before, matching):
    """The property that keeps roots whole."""
    tree = [branch("1", "" if matching else "service=openai", "a", "b", quiet=QUIET)]
    found = {a.target: a.held_until for a in to(tree, about(), NIGHT, PreviousRecipients(before))}
    assert before.keys() <= found.keys()
    assert all(found[target] <= max(held, 0.0) for target, held in before.items())


def test_the_branches_that_take_it_say_who_is_called():
    """The escalation by name, and a reminder; nothing of those that do not."""
    policy = Policy("night", (Step(60.0, ("pager",)),))
    tree = Tree((branch("1", "service=openai", "x", escalation="night"), branch("2", "", "chat", escalation="night")))
    assert policies_for(tree, {"night": policy}, about(), {}) == (policy,)
    assert policies_for(tree, {}, about(), {}) == ()
    reminding = Tree((branch("1", "", "chat", repeat_s=60.0),))
    (found,) = policies_for(reminding, {}, about(), {})
    assert found.reminds
    assert found.steps[0].to == ("chat",)
