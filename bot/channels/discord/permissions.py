"""What the bot may do in a channel, and which right is missing.

https://discord.com/developers/docs/topics/permissions#permission-overwrites
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.channels.discord.rest import Rest
from bot.errors import DeliveryError

ADMINISTRATOR, MENTION_EVERYONE = 1 << 3, 1 << 17
NEEDED: Mapping[str, int] = {"View Channel": 1 << 10, "Send Messages": 1 << 11, "Embed Links": 1 << 14}
WANTED: Mapping[str, int] = {
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
    "Read Message History": 1 << 16,
}
"""Without these alerts go out all the same, but have no thread, or can double after a long crash."""
ALL = sum(NEEDED.values()) | sum(WANTED.values())


def granted(guild: str, member: str, own: Iterable[str], roles: Iterable[Mapping[str, Any]], channel: Any) -> int:
    """The bits of a member's permissions in a channel, as Discord counts them together. Pure."""
    mine = {guild, *own}
    have = 0
    for role in roles:
        if str(role.get("id")) in mine:
            have |= int(role.get("permissions") or 0)
    if have & ADMINISTRATOR:
        return ALL | MENTION_EVERYONE
    given = {str(one.get("id")): one for one in channel.get("permission_overwrites") or ()}
    for group in ([guild], sorted(mine - {guild}), [member]):
        found = [given[one] for one in group if one in given]
        for one in found:
            have &= ~int(one.get("deny") or 0)
        for one in found:
            have |= int(one.get("allow") or 0)
    return have


def lacking(have: int, rights: Mapping[str, int]) -> tuple[str, ...]:
    """The names of those that are not granted; who cannot see a channel can do nothing there. Pure."""
    if not have & NEEDED["View Channel"]:
        have = 0
    return tuple(name for name, bit in rights.items() if not have & bit)


async def rights_in(rest: Rest, channel: str) -> int:
    """What the bot may do in a channel. Raises DeliveryError where Discord does not tell."""
    told = await asked(rest, f"/channels/{channel}", dict)
    guild = str(told.get("guild_id") or "")
    me = str((await asked(rest, "/users/@me", dict)).get("id"))
    member = await asked(rest, f"/guilds/{guild}/members/{me}", dict)
    roles = await asked(rest, f"/guilds/{guild}/roles", list)
    return granted(guild, me, [str(role) for role in member.get("roles") or ()], roles, told)


async def asked(rest: Rest, path: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
    """Discord's answer, a `dict` or a `list` of them. Raises DeliveryError, also for one that cannot be Discord's."""
    told = await rest.call("GET", path)
    if not isinstance(told, kind) or not all(isinstance(one, dict) for one in told if kind is list):
        raise DeliveryError("what answers does not speak Discord's API: check api_url")
    return told
