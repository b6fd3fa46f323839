"""Is everything in order between Discord and us, and if not, which step is missing: one sentence each."""

import time
from typing import Any

from bot.channels.discord.invite import invite_link
from bot.channels.discord.options import Options
from bot.channels.discord.refusals import DiscordError
from bot.channels.discord.rest import Rest
from bot.channels.discord.rights import NEEDED, WANTED, lacking, rights_in
from bot.channels.sign import Sign
from bot.core.words.quoting import clean
from bot.errors import DeliveryError, UserError

PRIVILEGED = (1 << 12 | 1 << 13, 1 << 14 | 1 << 15, 1 << 18 | 1 << 19)
"""Application flags of presence, members and message content."""


async def examine(name: str, options: Options) -> list[Sign]:
    """Token, application, intents, servers, channels and their rights; nothing is posted and nothing raised."""
    try:
        async with Rest(name, options, time.time) as rest:
            return await _examined(name, options, rest)
    except UserError as error:
        return [Sign(f"{name}: certificates", "bad", str(error))]


async def _examined(name: str, options: Options, rest: Rest) -> list[Sign]:
    try:
        application = await rest.call("GET", "/oauth2/applications/@me")
        guilds = await rest.call("GET", "/users/@me/guilds")
    except DeliveryError as error:
        return [Sign(f"{name}: token", "bad", str(error))]
    found = [_application(name, options, application), _intents(name, application)]
    found.append(_guilds(name, options, application, guilds))
    return [*found, *[await _channel(name, str(place), rest) for place in options.channels]]


def _application(name: str, options: Options, told: Any) -> Sign:
    what, known = f"{name}: application", str(told.get("id"))
    if options.application_id is not None and str(options.application_id) != known:
        return Sign(what, "bad", f"the token is of application {known}: correct application_id, or leave it out")
    if told.get("interactions_endpoint_url"):
        why = "commands go to its Interactions Endpoint URL and not to us: empty that field in General Information"
        return Sign(what, "bad", why)
    return Sign(what, "ok", f"the token is of {clean(str(told.get('name')), 40)} ({known})")


def _intents(name: str, told: Any) -> Sign:
    flags = int(told.get("flags") or 0)
    if any(flags & bits for bits in PRIVILEGED):
        why = "privileged intents are switched on and not needed: switch them off under Bot, Privileged Gateway Intents"
        return Sign(f"{name}: intents", "warning", why)
    return Sign(f"{name}: intents", "ok", "no privileged intent is asked for")


def _guilds(name: str, options: Options, application: Any, guilds: Any) -> Sign:
    known = {str(one.get("id")): clean(str(one.get("name")), 40) for one in guilds or ()}
    link = invite_link(str(application.get("id")), options.guild)
    if not known:
        return Sign(f"{name}: servers", "bad", f"the bot is in no server: invite it by {link}")
    if options.guild is not None and str(options.guild) not in known:
        return Sign(f"{name}: servers", "bad", f"the bot is not in server {options.guild}: invite it by {link}")
    return Sign(f"{name}: servers", "ok", f"in {', '.join(list(known.values())[:5])}")


async def _channel(name: str, place: str, rest: Rest) -> Sign:
    what = f"{name}:{place}"
    try:
        have = await rights_in(rest, place)
    except DiscordError as error:
        return Sign(what, "bad", str(error))
    except DeliveryError as error:
        return Sign(what, "warning", f"its rights are not known: {error}")
    needed, wanted = lacking(have, NEEDED), lacking(have, WANTED)
    where = "give it under Edit Channel, Permissions"
    if needed:
        return Sign(what, "bad", f"the bot may not post here, missing {', '.join((*needed, *wanted))}: {where}")
    if wanted:
        return Sign(what, "warning", f"alerts go out, but missing {', '.join(wanted)}: {where}")
    return Sign(what, "ok", "all rights are there")
