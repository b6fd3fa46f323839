"""Is everything in order between Slack and us, and if not, which step is missing: one sentence each."""

import json
import secrets
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack import blocks
from bot.channels.slack.errors import code, failure
from bot.channels.slack.options import Options
from bot.channels.slack.web_api import WRONG, Web, header
from bot.core.health.signs import HealthSign, Level
from bot.core.model.card import Action, Card, Colour
from bot.core.text.durations import duration

SKEW_S = 30.0
TOO_FAR_S = 300.0
"""Beyond this Slack's signatures are refused: https://docs.slack.dev/authentication/verifying-requests-from-slack."""
NEEDED: Mapping[str, str] = {"chat:write": "post alerts", "commands": "hear /avail"}
SPOKEN_TO: Mapping[str, str] = {"app_mentions:read": "hear @Groundtruth", "im:history": "hear direct messages"}
"""On in the manifest, and not needed: they read only what is said to the app."""
OPTIONAL: Mapping[str, str] = {"im:write": "write to people on call", "usergroups:read": "know user groups in `roles`"}


SAMPLE = Card(
    "4F7K",
    "incident",
    Colour.ORANGE,
    "🟠",
    "🟠 Claude API: ~18% of requests failing",
    (("", "29 of 160 requests failed in 12 min (HTTP 500, 529)"), ("Do now", "Retry with backoff (max 3)")),
    "updated a minute ago",
    (
        Action("ack", "Acknowledge", "4F7K"),
        Action("affected", "I'm affected", "4F7K"),
        Action("silence", "Silence", "4F7K"),
        Action("why", "Why?", "4F7K"),
    ),
    (("Status page", "https://status.claude.com"),),
    times=(("Started", 1_776_094_260.0),),
)
"""A message with every form that an incident's has."""


async def examine(name: str, options: Options) -> list[HealthSign]:
    """Tokens, scopes, channels and clock of one configured channel; nothing is posted and nothing raised."""
    async with Web(name, options, call_s=10.0) as web:
        if options.oauth is not None and not options.token.reveal():
            where = f"{options.oauth.public_url}/slack/install"
            return [HealthSign.at_level(f"{name}: token", Level.OK, f"none; workspaces install the app at {where}")]
        try:
            answer = await web.asker.auth_test()
        except WRONG as error:
            return [HealthSign.at_level(f"{name}: token", Level.BAD, str(failure(error)))]
        who = f"{answer.get('user', '?')} in {answer.get('team', '?')}"
        found = [
            HealthSign.at_level(f"{name}: token", Level.OK, f"the bot is {who}"),
            _clock(name, answer),
            *_scopes(name, options, answer),
        ]
        if options.mode == "socket":
            found.append(await _socket(name, options, web))
        found.append(await _form(name, web))
        return [*found, *[await _channel(name, place, web) for place in options.channels]]


def _scopes(name: str, options: Options, answer: AsyncSlackResponse) -> list[HealthSign]:
    """By the header that every answer carries."""
    granted = {scope.strip() for scope in header(answer, "x-oauth-scopes").split(",")}
    wanted = dict(NEEDED)
    if any(who.startswith("S") for who in (*options.roles.responder, *options.roles.admin)):
        wanted["usergroups:read"] = OPTIONAL["usergroups:read"]
    lacking = [scope for scope in wanted if scope not in granted]
    if lacking:
        what = "; ".join(f"{scope}, to {wanted[scope]}" for scope in lacking)
        return [
            HealthSign.at_level(
                f"{name}: scopes", Level.BAD, f"missing {what}: add under OAuth & Permissions, then Reinstall"
            )
        ]
    unused = [
        f"{scope} (to {why})"
        for scope, why in {**SPOKEN_TO, **OPTIONAL}.items()
        if scope not in granted and scope not in wanted
    ]
    besides = f"; not granted, and not needed: {', '.join(unused)}" if unused else ""
    return [HealthSign.at_level(f"{name}: scopes", Level.OK, f"{', '.join(sorted(wanted))} granted{besides}")]


def _clock(name: str, answer: AsyncSlackResponse) -> HealthSign:
    """Our clock beside the Date of Slack's answer, which has whole seconds."""
    try:
        apart = time.time() - parsedate_to_datetime(header(answer, "date")).timestamp()
    except ValueError:
        return HealthSign.at_level(f"{name}: clock", Level.WARNING, "Slack's answer has no time to compare with")
    if abs(apart) < SKEW_S:
        return HealthSign.at_level(f"{name}: clock", Level.OK, f"within {duration(SKEW_S)} of Slack's")
    which = "ahead of" if apart > 0 else "behind"
    level = Level.BAD if abs(apart) >= TOO_FAR_S - SKEW_S else Level.WARNING
    why = f"{duration(abs(apart))} {which} Slack's: set it by NTP; at {duration(TOO_FAR_S)} every signature is refused"
    return HealthSign.at_level(f"{name}: clock", level, why)


async def _socket(name: str, options: Options, web: Web) -> HealthSign:
    try:
        await web.asker.apps_connections_open(app_token=options.app_token.reveal())
    except WRONG as error:
        said = code(error)
        why = (
            f"Slack refuses the app-level token ({said}): create one with connections:write under Basic Information, "
            "App-Level Tokens, and switch Socket Mode on"
        )
        return HealthSign.at_level(
            f"{name}: socket", Level.BAD, why if isinstance(error, SlackApiError) and said else str(failure(error))
        )
    return HealthSign.at_level(f"{name}: socket", Level.OK, "a connection is granted")


async def _form(name: str, web: Web) -> HealthSign:
    """Whether the form of our messages is one that Slack takes: https://docs.slack.dev/reference/methods/blocks.validate."""
    called, said = f"{name}: form", blocks.card(SAMPLE, secrets.token_hex(4), time.time()).arguments()
    try:
        await web.asker.api_call("blocks.validate", json={"message": json.dumps(said)})
    except SlackApiError as error:
        if code(error) == "unknown_method":
            return HealthSign.at_level(called, Level.OK, "not checked: this workspace does not offer blocks.validate")
        wrong: Mapping[str, Any] = next(iter(error.response.get("errors") or ()), {})
        where, why = str(wrong.get("pointer", ""))[:100], str(wrong.get("message", code(error)))[:200]
        sentence = f"Slack would refuse the form of our messages at {where or '/'}: {why}; they go out as plain text"
        return HealthSign.at_level(called, Level.WARNING, sentence)
    except WRONG as error:
        return HealthSign.at_level(called, Level.WARNING, f"not checked: {failure(error)}")
    return HealthSign.at_level(called, Level.OK, "Slack takes the form of our messages")


async def _channel(name: str, place: str, web: Web) -> HealthSign:
    """Whether alerts can be posted there, as far as it can be known without posting."""
    called = f"{name}: channel {place}"
    try:
        answer = await web.asker.conversations_info(channel=place)
    except WRONG as error:
        if code(error) == "missing_scope":
            why = "not checked, the scope channels:read is not granted; `/avail test` in the channel tries it"
            return HealthSign.at_level(called, Level.WARNING, why)
        return HealthSign.at_level(called, Level.BAD, str(failure(error)))
    room: Mapping[str, Any] = answer.get("channel") or {}
    if room.get("is_archived"):
        return HealthSign.at_level(
            called, Level.BAD, "it is archived: unarchive it, or take it out of the configuration"
        )
    if not room.get("is_member"):
        return HealthSign.at_level(called, Level.BAD, "the app is not in it: type /invite @Groundtruth there")
    return HealthSign.at_level(called, Level.OK, f"#{room.get('name', place)}: the app is in it")
