"""`notify`: one direct message to the asker when an incident is over."""

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.answers.status import headline_of
from bot.core.model.incident import IncidentStatus
from bot.core.model.notify_request import NotifyRequest
from bot.core.text.quoting import clean
from bot.desk import targets
from bot.desk.ports import DeskServices, Query
from bot.store.codec import NOTIFY_REQUEST

MOST = 5_000
"""Requests that wait at once, of everybody together."""


async def notify(behind: DeskServices, question: Query) -> Answer:
    """Note that the asker wants to be told; once, however often it is asked."""
    now, asker = question.now, question.asker
    if behind.notify_requests is None:
        return replies.not_here("notify", now)
    if not asker.direct:
        text = "I can't write to you directly from here: ask on Slack or Discord"
        return Answer(text, now, (("Changed", "nothing"),), data={"at": now, "ok": False})
    chosen = await targets.incident(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    one, standing = chosen
    lines = ((f"Incident {clean(one.id, 20)}", headline_of(one, standing, now)),)
    data = {"at": now, "incident": one.id, "target": asker.direct}
    if one.status is IncidentStatus.RESOLVED:
        return Answer("It is over already", now, lines, data={**data, "ok": False})
    if len(await behind.notify_requests.all()) >= MOST:
        return Answer(f"{MOST} people wait to be told already", now, lines, data={**data, "ok": False})
    request = NotifyRequest(one.service, one.id, asker.direct, now)
    new = await behind.notify_requests.add(request.name, NOTIFY_REQUEST.dump(request))
    title = "I'll send you one direct message when it's over" if new else "You'll hear from me already when it's over"
    return Answer(title, now, lines, changed=new, data={**data, "ok": True})
