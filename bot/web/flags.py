"""`/ofrep/v1/…`: states as feature flags, by the OpenFeature Remote Evaluation Protocol (OFREP 0.3.0)."""

import json
from typing import Any

from aiohttp import web

from bot.core.answers.traffic import Flag, flags
from bot.web.api.limits import Limits
from bot.web.api.operation import READABLE
from bot.web.api.section import limited
from bot.web.replies import as_json, reply
from bot.web.routing import Call, HttpError, Route, Section

EVERY = "/ofrep/v1/evaluate/flags"
ONE = f"{EVERY}/{{key}}"


async def one(call: Call) -> web.Response:
    """One flag."""
    key = call.params["key"]
    wrong = _wrong(call.body)
    if wrong is not None:
        return _told(call, {"key": key, **wrong}, 400)
    found = _flags(call).get(key)
    if found is None:
        details = "there is no flag of that key; expected <component>.usable, <component>.state or route.<name>"
        return _told(call, {"key": key, "errorCode": "FLAG_NOT_FOUND", "errorDetails": details}, 404)
    return _told(call, _evaluated(found))


async def every(call: Call) -> web.Response:
    """All flags that the asker may see; 304 while they are as the `If-None-Match` says."""
    wrong = _wrong(call.body)
    if wrong is not None:
        return _told(call, wrong, 400)
    return _told(call, {"flags": [_evaluated(flag) for flag in _flags(call).values()]})


def _flags(call: Call) -> dict[str, Flag]:
    assert call.site.settings.web is not None
    standings = call.site.visible(call.visitor).values()
    known = {voices.measured.component: voices.measured for standing in standings for voices in standing.voices}
    return flags(known, dict(call.site.settings.web.prefer), call.now)


def _evaluated(flag: Flag) -> dict[str, Any]:
    """A flag without a value is evaluated to the default that stands in the app's code."""
    told: dict[str, Any] = {"key": flag.key, "metadata": dict(flag.metadata)}
    if flag.value is None:
        return told | {"reason": "DEFAULT", "variant": "unknown"}
    variant = flag.value if isinstance(flag.value, str) else ("on" if flag.value else "off")
    return told | {"value": flag.value, "reason": "TARGETING_MATCH", "variant": variant}


def _wrong(body: bytes) -> dict[str, str] | None:
    """What is wrong with a request, None where nothing is; no flag depends on the context."""
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {"errorCode": "PARSE_ERROR", "errorDetails": "the body: expected JSON"}
    if not isinstance(given, dict) or not isinstance(given.get("context", {}), dict):
        return {"errorCode": "INVALID_CONTEXT", "errorDetails": "context: expected an object"}
    return None


def _told(call: Call, value: Any, status: int = 200) -> web.Response:
    as_of = call.site.freshness(call.now).as_of
    more = {"X-Groundtruth-As-Of": "" if as_of is None else f"{as_of:.3f}", **READABLE}
    return reply(call, as_json(value), status=status, headers=more)


async def preflight(_call: Call) -> web.Response:
    """An evaluation changes nothing, so a script of any site may ask for one."""
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        },
    )


def ofrep(limits: Limits) -> Section:
    """The routes."""
    routes = (Route("POST", EVERY, limited(limits, every)), Route("POST", ONE, limited(limits, one)))
    asked = tuple(Route("OPTIONS", route.path, preflight) for route in routes)
    return Section(("/ofrep",), (*routes, *asked), fault)


def fault(_call: Call, told: HttpError) -> web.Response:
    """A fault as OFREP has it."""
    body = {"errorCode": "GENERAL", "errorDetails": told.sentence}
    headers = {"Cache-Control": "no-store", **READABLE}
    return web.json_response(body, status=told.status, headers=headers)
