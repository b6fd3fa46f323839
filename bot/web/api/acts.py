"""What the desk answers and does for the API: each act under the token's role, audited like every act."""

import math

from aiohttp import web

from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.parser import INCIDENT_ID, SILENCE_ID
from bot.core.model.person import Person
from bot.web.api import lookups, models
from bot.web.api.operation import answered, taken
from bot.web.routing import Call, HttpError

PLATFORM = "api"
"""Where whoever holds a token comes from, in the audit and in timelines."""
LONGEST_S = 30 * 86_400
"""Seconds of a deadline, at most."""


def asker(call: Call) -> Asker:
    """The holder of the token; an Idempotency-Key makes a request that is sent twice act once."""
    name = call.visitor.name
    key = call.request.headers.get("Idempotency-Key", "")[:200]
    return Asker(Person(PLATFORM, "", name, name), call.visitor.role, id=f"api.{name}.{key}" if key else "")


async def explain(call: Call) -> web.Response:
    """What a pasted error means, whose fault it is, whether others see it now."""
    body = taken(call, models.ExplainBody)
    return _told(call, await call.desk.ask(f"explain {body.text}", asker(call), call.now))


async def why(call: Call) -> web.Response:
    """The evidence on a component."""
    return await _about(call, "why")


async def tips(call: Call) -> web.Response:
    """What helps on a component now."""
    return await _about(call, "tips")


async def alternatives(call: Call) -> web.Response:
    """What can stand in for a component, best first."""
    return await _about(call, "alternatives")


async def should_i(call: Call) -> web.Response:
    """Wait, retry, switch, or look at one's own code."""
    _, voices = lookups.component(call)
    deadline = f" {lookups.number(call, 'deadline_s', 1, LONGEST_S)}s" if call.query("deadline_s") else ""
    asked = f"should-i {voices.measured.component}{deadline}"
    return _told(call, await call.desk.ask(asked, asker(call), call.now))


async def accuracy(call: Call) -> web.Response:
    """How right our own alerts were, of one service or of all."""
    lookups.standings(call)
    return _told(call, await call.desk.ask(f"accuracy {call.query('service')}".strip(), asker(call), call.now))


async def _about(call: Call, command: str) -> web.Response:
    _, voices = lookups.component(call)
    return _told(call, await call.desk.ask(f"{command} {voices.measured.component}", asker(call), call.now))


def _told(call: Call, answer: Answer) -> web.Response:
    answer = answer.plainly()
    _understood(answer)
    table = answer.table
    told = models.DeskAnswer(
        title=answer.title,
        lines=tuple(models.Label(label=label, text=text) for label, text in answer.lines),
        table=models.Table(head=table.head, rows=table.rows) if table else None,
        text=answer.text,
        data=dict(answer.data),
    )
    return answered(call, told)


async def acknowledge(call: Call) -> web.Response:
    """Take an incident."""
    return await _act(call, f"ack {_incident(call)}")


async def release(call: Call) -> web.Response:
    """Release an incident."""
    return await _act(call, f"release {_incident(call)}")


async def silence(call: Call) -> web.Response:
    """Hold messages back for a while."""
    body = taken(call, models.SilenceBody)
    return await _act(call, f"silence {body.what} {body.duration} {body.reason}")


async def unsilence(call: Call) -> web.Response:
    """End a silence."""
    found = SILENCE_ID.fullmatch(call.params["silence"])
    if found is None:
        raise HttpError(404, "there is no silence of that id")
    return await _act(call, f"unsilence {found[1].upper()}")


def _incident(call: Call) -> str:
    found = INCIDENT_ID.fullmatch(call.params["incident"])
    if found is None:
        raise HttpError(404, "there is no incident of that id")
    return found[1].upper()


async def _act(call: Call, text: str) -> web.Response:
    answer = (await call.desk.ask(text, asker(call), call.now)).plainly()
    _understood(answer)
    data = answer.data
    done = models.Act(
        message=answer.title,
        ok=data.get("ok"),
        judged=bool(data.get("judged")),
        incident=str(data.get("incident", "")),
        data=dict(data),
    )
    status = 202 if not done.judged and answer.changed else 200 if done.ok else 409
    return answered(call, done, status=status)


def _understood(answer: Answer) -> None:
    """Raises HttpError for what the desk did not understand, does not know, refuses, or is asked too often."""
    if answer.wait_s:
        raise HttpError(429, answer.title, {"Retry-After": str(math.ceil(answer.wait_s))})
    if answer.refused:
        raise HttpError(403, answer.title)
    if not answer.understood:
        raise HttpError(404 if "unknown" in answer.data else 400, answer.title)
