"""What a channel asks for itself: subscribe, unsubscribe, subscriptions, test."""

from collections.abc import Awaitable

from bot.core.answers import replies
from bot.core.answers import subscriptions as subscription_answers
from bot.core.answers.answer import Answer
from bot.core.routing.tree import SubscriptionFilter
from bot.delivery.subscriptions import Subscriptions
from bot.desk.ports import DeskServices, Query
from bot.errors import DeliveryError, UserError
from probes.model import State

LEAST = {"degraded": State.DEGRADED, "partial": State.PARTIAL, "major": State.MAJOR}


async def subscribe(behind: DeskServices, question: Query) -> Answer:
    """This channel hears of what was named, from a severity on."""
    request, person = question.request, question.asker.person
    interest = SubscriptionFilter(
        about=(request.target.id,) if request.target else (),
        minimum=LEAST[request.choice("severity", "degraded")],
        discrepancies=request.choice("discrepancies", "on") == "on",
    )
    place = _place(behind, question)
    if isinstance(place, Answer):
        return place
    subscribes, target = place
    return await _told(subscribes.add(target, interest, person, question.now), question, target)


async def unsubscribe(behind: DeskServices, question: Query) -> Answer:
    """Answer `unsubscribe`: end what a channel is subscribed to."""
    place = _place(behind, question)
    if isinstance(place, Answer):
        return place
    subscribes, target = place
    about = question.request.target.id if question.request.target else ""
    return await _told(subscribes.remove(target, about, question.asker.person, question.now), question, target)


async def subscriptions(behind: DeskServices, question: Query) -> Answer:
    """Answer `subscriptions`: which channels get what."""
    if behind.subscribes is None:
        return replies.not_here("subscriptions", question.now)
    return subscription_answers.subscriptions(await behind.subscribes.list(None), question.asker.here, question.now)


async def test(behind: DeskServices, question: Query) -> Answer:
    """Answer `test`: post a marked message now."""
    place = _place(behind, question)
    if isinstance(place, Answer):
        return place
    subscribes, target = place
    return await _told(subscribes.probe(target), question, target)


def _place(behind: DeskServices, question: Query) -> tuple[Subscriptions, str] | Answer:
    """Where this is about: the channel that was named, else the one the question came from."""
    target = question.request.choice("to") or question.asker.here
    if behind.subscribes is None:
        return replies.not_here(question.request.command, question.now)
    if not target:
        return replies.no_place(question.request.command, question.now)
    return behind.subscribes, target


async def _told(act: Awaitable[str], question: Query, target: str) -> Answer:
    """What became of it; a channel that refuses is an answer, not a failure of ours."""
    try:
        text = await act
    except (UserError, DeliveryError) as error:
        return subscription_answers.failed(str(error), target, question.request.command, question.now)
    return subscription_answers.done(text, target, question.request.command, question.now)
