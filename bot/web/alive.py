"""Whether the page is served: for whoever sends people to it, such as a balancer or a Kubernetes readiness probe."""

from aiohttp import web

from bot.web.replies import TEXT, Body, as_json, reply
from bot.web.routing import Call, HttpError, Route, Section

PATH = "/healthz"


def alive() -> Section:
    """One address that everybody may ask. It answers 200 for as long as pages are answered.

    Slack, Discord or the store being away do not matter: just then people come to the page, which says how old it is.
    """
    return Section((PATH,), (Route("GET", PATH, _serving),), _fault)


async def _serving(call: Call) -> web.Response:
    fresh = call.site.freshness(call.now)
    return reply(call, as_json({"serving": True, "age_s": fresh.age_s, "stale": fresh.stale}), cache="no-store")


def _fault(call: Call, told: HttpError) -> web.Response:
    return reply(call, Body(told.sentence.encode(), TEXT), status=told.status, cache="no-store")
