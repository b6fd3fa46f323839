"""The API's routes: one table of operations, from which the description is made too."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.core.commands.table import Role
from bot.core.history.ranges import SPANS
from bot.web.api import acts, models, reads
from bot.web.api.limits import Limits
from bot.web.api.openapi import document
from bot.web.api.operation import READABLE, Operation, Parameter, answered
from bot.web.api.outcomes import Outcomes
from bot.web.api.shapes import LEAST
from bot.web.replies import as_json, reply
from bot.web.routing import Call, Handler, HttpError, Route, Section

COMPONENT = Parameter("component", "a component's id", "path")
INCIDENT = Parameter("incident", "an incident's id, such as 4F7K", "path")
SILENCE = Parameter("silence", "a silence's id, such as S4F7K", "path")
SERVICE = Parameter("service", "only this service")
DESCRIPTION = "/v1/openapi.json"
NOTED = {202: "noted; the judge has not come to it yet", 409: "it changed nothing; the message says why"}


def _few(*words: str) -> dict[str, object]:
    return {"type": "string", "enum": list(words)}


VIEWER, RESPONDER = Role.VIEWER, Role.RESPONDER
AT, ON = "/v1/components/{component}", "/v1/incidents/{incident}"


def operations(standing: reads.Standing) -> tuple[Operation, ...]:
    """All of them."""
    return (*_components(), *_incidents(), *_pages(standing), *_told())


def _components() -> tuple[Operation, ...]:
    span = Parameter("span", "how far back", schema=_few(*SPANS))
    least = Parameter("at_least", "answer 503 where the component is in a worse state, or unknown", schema=_few(*LEAST))
    met = {503: "the component is in a worse state than at_least, or unknown"}
    seconds = {"type": "integer", "minimum": 1, "maximum": acts.LONGEST_S}
    deadline = Parameter("deadline_s", "how many seconds the request can wait", schema=seconds)
    one = (COMPONENT,)
    return (
        Operation("GET", "/v1/components", "every component", reads.components, models.Components, None, (SERVICE,)),
        Operation("GET", AT, "one component", reads.component, models.OneComponent, None, (COMPONENT, least), also=met),
        Operation("GET", f"{AT}/history", "uptime, failures and latency over a span", reads.history, models.Histories,
                  None, (COMPONENT, span)),
        Operation("GET", f"{AT}/why", "the evidence behind the state", acts.why, models.DeskAnswer, None, one, VIEWER),
        Operation("GET", f"{AT}/tips", "what helps now", acts.tips, models.DeskAnswer, None, one, VIEWER),
        Operation("GET", f"{AT}/alternatives", "what can stand in, best first", acts.alternatives, models.DeskAnswer,
                  None, one, VIEWER),
        Operation("GET", f"{AT}/should-i", "wait, retry, switch, or look at your own code", acts.should_i,
                  models.DeskAnswer, None, (COMPONENT, deadline), VIEWER),
        Operation("GET", "/v1/services", "every service", reads.services, models.Services),
    )  # fmt: skip


def _incidents() -> tuple[Operation, ...]:
    status = Parameter("status", "only these", schema=_few("all", "open", "resolved"))
    limit = Parameter("limit", "so many at most", schema={"type": "integer", "minimum": 1, "maximum": reads.MOST})
    touched = Parameter("component", "only incidents in which this component was affected")
    which = (SERVICE, touched, status, limit)
    one = (INCIDENT,)
    return (
        Operation("GET", "/v1/incidents", "incidents, newest first", reads.incidents, models.Incidents, None, which),
        Operation("GET", ON, "one incident with its timeline", reads.incident, models.OneIncident, None, one),
        Operation("POST", f"{ON}/acknowledgement", "take an incident", acts.acknowledge, models.Act, None, one,
                  RESPONDER, NOTED),
        Operation("DELETE", f"{ON}/acknowledgement", "release an incident", acts.release, models.Act, None, one,
                  RESPONDER, NOTED),
        Operation("GET", "/v1/silences", "what is kept quiet now", reads.silences, models.Silences, None, (SERVICE,),
                  VIEWER),
        Operation("POST", "/v1/silences", "hold messages back for a while", acts.silence, models.Act,
                  models.SilenceBody, (), RESPONDER, NOTED),
        Operation("DELETE", "/v1/silences/{silence}", "end a silence", acts.unsilence, models.Act, None, (SILENCE,),
                  RESPONDER, NOTED),
    )  # fmt: skip


def _pages(standing: reads.Standing) -> tuple[Operation, ...]:
    return (
        Operation("GET", "/v1/discrepancies", "where page and measurement disagree now", reads.discrepancies(standing),
                  models.Discrepancies, None, (SERVICE,)),
        Operation("GET", "/v1/ledger", "how late and how honest status pages have been", reads.ledger, models.Ledger,
                  None, (SERVICE,)),
        Operation("GET", "/v1/accuracy", "how right our own alerts were in 90 days", acts.accuracy, models.DeskAnswer,
                  None, (SERVICE,), VIEWER),
    )  # fmt: skip


def _told() -> tuple[Operation, ...]:
    return (
        Operation("POST", "/v1/explain", "what an error means, and whose fault it is", acts.explain, models.DeskAnswer,
                  models.ExplainBody, (), VIEWER),
        Operation("POST", "/v1/outcomes", "report how an app's own requests ended", Outcomes().take,
                  models.OutcomesTaken, models.OutcomesBody, (), VIEWER),
    )  # fmt: skip


def described() -> tuple[Operation, ...]:
    """The same for whoever only describes them."""
    return operations(lambda _: {})


def api(standing: reads.Standing, limits: Limits) -> Section:
    """The API, with its description and what browsers ask before they read."""
    every = operations(standing)
    told = as_json(document(every))

    async def description(call: Call) -> web.Response:
        return reply(call, told, headers=READABLE)

    routes = [Route(one.method, one.path, limited(limits, one.handler), one.needs) for one in every]
    routes += [Route("GET", DESCRIPTION, limited(limits, description))]
    return Section(("/v1",), (*routes, *preflights(routes)), fault)


def limited(limits: Limits, handler: Callable[[Call], Awaitable[web.StreamResponse]]) -> Handler:
    """The handler behind the limit of its asker."""

    async def asked(call: Call) -> web.StreamResponse:
        limits.admit(call)
        return await handler(call)

    return asked


def preflights(routes: Sequence[Route]) -> list[Route]:
    """What a browser asks before a script of another site may read with a token."""
    return [Route("OPTIONS", path, preflight) for path in dict.fromkeys(r.path for r in routes if r.method == "GET")]


async def preflight(_call: Call) -> web.Response:
    """Reading is allowed from everywhere."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "Authorization, If-None-Match",
            "Access-Control-Max-Age": "86400",
        },
    )


def fault(call: Call, told: HttpError) -> web.Response:
    """A fault as JSON, with the age of everything like every answer."""
    refusal = models.Refusal(error=models.Fault(status=told.status, message=told.sentence))
    return answered(call, refusal, status=told.status, headers={"Cache-Control": "no-store"})
