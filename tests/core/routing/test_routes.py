from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.routing.tree import ActiveRoutes, Subscription, SubscriptionFilter, addressed, wanted
from probes.model import State
from tests.support.situations import INCIDENT, NOTICE, told, voices

IDS = st.sampled_from(["claude", "claude-api", "claude-ai", "openai", "other"])
BAD = [State.DEGRADED, State.PARTIAL, State.MAJOR]
STATES = st.sampled_from(BAD)
INTERESTS = st.builds(SubscriptionFilter, st.lists(IDS, max_size=3).map(tuple), STATES, st.booleans())


def about(worst=State.PARTIAL, components=("claude-api",)):
    """A snapshot of an incident that was so bad, on these."""
    return told(replace(INCIDENT, service="claude", worst=worst, components=tuple(components)), voices())


def heard_by(snapshot, routes):
    """The targets of subscriptions that hear of this."""
    return tuple(one.target for one in addressed(snapshot, ActiveRoutes(subscribed=tuple(routes)), {}, 0.0))


def test_nothing_named_is_everything():
    """The interest by default hears of all."""
    assert heard_by(about(State.DEGRADED), [Subscription("console"), Subscription("slack:C1")]) == (
        "console",
        "slack:C1",
    )


def test_a_target_hears_once_however_many_routes_lead_there():
    """Two subscriptions of one place are one message."""
    assert heard_by(
        about(), [Subscription("slack:C1"), Subscription("slack:C1", SubscriptionFilter(("claude-api",)))]
    ) == ("slack:C1",)


def test_a_service_stands_for_its_components_and_a_component_only_for_itself():
    """Named is what was named."""
    assert wanted(about(), SubscriptionFilter(("claude",)))
    assert wanted(about(), SubscriptionFilter(("claude-api",)))
    assert not wanted(about(), SubscriptionFilter(("claude-ai",)))
    assert not wanted(about(), SubscriptionFilter(("openai",)))


def test_disagreements_are_heard_by_those_who_want_them():
    """Of the component, whatever the severity."""
    notice = told(INCIDENT, voices(), NOTICE)
    assert wanted(notice, SubscriptionFilter((NOTICE.component,), State.MAJOR))
    assert not wanted(notice, SubscriptionFilter((NOTICE.component,), discrepancies=False))
    assert not wanted(notice, SubscriptionFilter(("openai",)))


@given(INTERESTS, STATES, STATES, st.sets(IDS, min_size=1), st.sets(IDS))
def test_a_route_once_taken_stays_taken(interest, worst, later, components, more):
    """An incident only grows: who heard of it hears of its end."""
    worse = max(worst, later, key=BAD.index)
    if wanted(about(worst, sorted(components)), interest):
        assert wanted(about(worse, sorted(components | more)), interest)
