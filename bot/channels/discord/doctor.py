"""Is everything in order between Discord and us, and if not, which step is missing: one sentence each."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
import yarl

from bot.channels.discord.errors import DiscordError
from bot.channels.discord.invite import invite_link
from bot.channels.discord.options import Options
from bot.channels.discord.permissions import MENTION_EVERYONE, NEEDED, WANTED, asked, lacking, rights_in
from bot.channels.discord.rest import Rest
from bot.core.health.signs import HealthSign, Level
from bot.core.text.quoting import clean
from bot.errors import DeliveryError, UserError
from bot.http.connector import ProxyConnector

PRIVILEGED = (1 << 12 | 1 << 13, 1 << 14 | 1 << 15, 1 << 18 | 1 << 19)
"""Application flags of presence, members and message content."""

HELLO, HELLO_S = 10, 10.0
"""The gateway's first word, and for how long it is waited for."""


async def examine(name: str, options: Options) -> list[HealthSign]:
    """Token, application, intents, servers, gateway, channels, rights, pings; nothing is posted and nothing raised."""
    try:
        async with Rest(name, options, time.time) as rest:
            return await _examined(name, options, rest)
    except UserError as error:
        return [HealthSign.at_level(f"{name}: certificates", Level.BAD, str(error))]


async def _examined(name: str, options: Options, rest: Rest) -> list[HealthSign]:
    try:
        application = await asked(rest, "/oauth2/applications/@me", dict)
        guilds = await asked(rest, "/users/@me/guilds", list)
    except DeliveryError as error:
        return [HealthSign.at_level(f"{name}: token", Level.BAD, _away(error))]
    found = [_application(name, options, application), _intents(name, application)]
    found += [_guilds(name, options, application, guilds), await _gateway(name, options, rest)]
    found += [await _channel(name, str(place), rest) for place in options.channels]
    return found + [await _pings(name, str(place), roles, rest) for place, roles in options.ping_roles.items()]


def _away(error: DeliveryError) -> str:
    """Why nothing more can be found out, and where to look if it is not the token."""
    if isinstance(error, DiscordError) and error.status == 404:
        return "there is no API of Discord's at api_url (404): leave that option out, or end it in /api/v10"
    hint = ": check the network, HTTPS_PROXY and api_url"
    return f"{error}{'' if isinstance(error, DiscordError) or 'api_url' in str(error) else hint}"


def _application(name: str, options: Options, told: Any) -> HealthSign:
    what, known = f"{name}: application", str(told.get("id"))
    if options.application_id is not None and str(options.application_id) != known:
        return HealthSign.at_level(
            what, Level.BAD, f"the token is of application {known}: correct application_id, or leave it out"
        )
    if told.get("interactions_endpoint_url"):
        why = "commands go to its Interactions Endpoint URL and not to us: empty that field in General Information"
        return HealthSign.at_level(what, Level.BAD, why)
    return HealthSign.at_level(what, Level.OK, f"the token is of {clean(str(told.get('name')), 40)} ({known})")


def _intents(name: str, told: Any) -> HealthSign:
    flags = int(told.get("flags") or 0)
    if any(flags & bits for bits in PRIVILEGED):
        why = "privileged intents are switched on and not needed: switch them off under Bot, Privileged Gateway Intents"
        return HealthSign.at_level(f"{name}: intents", Level.WARNING, why)
    return HealthSign.at_level(f"{name}: intents", Level.OK, "no privileged intent is asked for")


def _guilds(name: str, options: Options, application: Any, guilds: Any) -> HealthSign:
    known = {str(one.get("id")): clean(str(one.get("name")), 40) for one in guilds or ()}
    link = invite_link(str(application.get("id")), options.guild)
    if not known:
        return HealthSign.at_level(f"{name}: servers", Level.BAD, f"the bot is in no server: invite it by {link}")
    if options.guild is not None and str(options.guild) not in known:
        return HealthSign.at_level(
            f"{name}: servers", Level.BAD, f"the bot is not in server {options.guild}: invite it by {link}"
        )
    return HealthSign.at_level(f"{name}: servers", Level.OK, f"in {', '.join(list(known.values())[:5])}")


async def _gateway(name: str, options: Options, rest: Rest) -> HealthSign:
    """Whether it greets us. No session is begun: the number of a day's is Discord's to count."""
    what, address = f"{name}: gateway", yarl.URL(options.gateway_url).with_query(v="10", encoding="json")
    try:
        async with (
            asyncio.timeout(HELLO_S),
            aiohttp.ClientSession(
                connector=ProxyConnector(rest.trusted), cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.ws_connect(address) as socket,
        ):
            hello = await socket.receive_json()
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError):
        hello = None
    if isinstance(hello, dict) and hello.get("op") == HELLO:
        return HealthSign.at_level(what, Level.OK, "it greets us")
    why = "no greeting of Discord's, so commands and buttons do not reach us"
    return HealthSign.at_level(what, Level.BAD, f"{why}: check gateway_url, and that HTTPS_PROXY lets sockets through")


async def _channel(name: str, place: str, rest: Rest) -> HealthSign:
    what = f"{name}:{place}"
    try:
        have = await rights_in(rest, place)
    except DiscordError as error:
        return HealthSign.at_level(what, Level.BAD, str(error))
    except DeliveryError as error:
        return HealthSign.at_level(what, Level.WARNING, f"its rights are not known: {error}")
    needed, wanted = lacking(have, NEEDED), lacking(have, WANTED)
    where = "give it under Edit Channel, Permissions"
    if needed:
        return HealthSign.at_level(
            what, Level.BAD, f"the bot may not post here, missing {', '.join((*needed, *wanted))}: {where}"
        )
    if wanted:
        return HealthSign.at_level(what, Level.WARNING, f"alerts go out, but missing {', '.join(wanted)}: {where}")
    return HealthSign.at_level(what, Level.OK, "all rights are there")


async def _pings(name: str, place: str, wanted: Sequence[int], rest: Rest) -> HealthSign:
    """Whether the roles that are called there can be: one that nobody may mention is not, without a word."""
    what = f"{name}:{place} pings"
    try:
        guild = str((await asked(rest, f"/channels/{place}", dict)).get("guild_id") or "")
        roles = {str(role.get("id")): role for role in await asked(rest, f"/guilds/{guild}/roles", list)}
        any_of_them = await rights_in(rest, place) & MENTION_EVERYONE
    except DeliveryError as error:
        return HealthSign.at_level(what, Level.WARNING, f"whether its ping_roles can be pinged is not known: {error}")
    missing = [str(role) for role in wanted if str(role) not in roles]
    if missing:
        return HealthSign.at_level(
            what, Level.BAD, f"ping_roles names {', '.join(missing)}, which is no role of this server"
        )
    known = [roles[str(role)] for role in wanted]
    mute = [clean(str(one.get("name")), 40) for one in known if not (one.get("mentionable") or any_of_them)]
    if mute:
        how = "allow anyone to @mention it under Server Settings, Roles"
        return HealthSign.at_level(what, Level.BAD, f"{', '.join(mute)} would not be pinged: {how}")
    return HealthSign.at_level(what, Level.OK, f"{len(wanted)} of its roles can be pinged")
