"""The fake's values as Discord's JSON. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.discord.world import PERMISSIONS, Channel, Message, User, World

if TYPE_CHECKING:
    from tests.fakes.discord.people import Asked

SUBCOMMAND, GROUP = 1, 2


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def user(one: User) -> dict[str, Any]:
    return {"id": one.id, "username": one.name, "discriminator": "0", "avatar": None, "global_name": one.name}


def member(one: User) -> dict[str, Any]:
    fixed = {"joined_at": iso(1_700_000_000), "deaf": False, "mute": False, "flags": 0, "avatar": None, "nick": None}
    return {"user": user(one), "roles": one.roles, "permissions": str(one.permissions), **fixed}


def channel(world: World, one: Channel) -> dict[str, Any]:
    """With the permission overwrite that takes the bot's rights away."""
    from_bot = sum(PERMISSIONS[name] for name in one.denied)
    overwrites = [{"id": world.bot.id, "type": 1, "allow": "0", "deny": str(from_bot)}] if from_bot else []
    told: dict[str, Any] = {"id": one.id, "type": one.type, "guild_id": one.guild, "name": one.name, "position": 0}
    if one.parent:
        meta: dict[str, Any] = {"archived": one.archived, "auto_archive_duration": 1440, "locked": one.locked}
        meta["archive_timestamp"] = iso(world.now())
        more = {"owner_id": world.bot.id, "member_count": 1, "message_count": len(one.messages)}
        return {**told, "parent_id": one.parent, "thread_metadata": meta, **more}
    return {**told, "permission_overwrites": overwrites, "nsfw": False, "topic": None, "parent_id": None}


def guild(world: World) -> dict[str, Any]:
    """A guild as GUILD_CREATE has it."""
    bot = {**member(world.bot)}
    return {
        "id": world.guild,
        "name": "Anvil Works",
        "owner_id": "1",
        "roles": list(world.roles.values()),
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": [channel(world, one) for one in world.channels.values() if not one.parent],
        "threads": [],
        "members": [bot],
        "presences": [],
        "voice_states": [],
        "member_count": 2,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
    }


def _attachment(world: World, message: str, name: str, data: bytes) -> dict[str, Any]:
    url = f"{world.cdn}/{message}/{name}"
    return {"id": message, "filename": name, "size": len(data), "url": url, "proxy_url": url}


def message(world: World, one: Message) -> dict[str, Any]:
    author = {**user(world.bot), "bot": True}
    told: dict[str, Any] = {
        "id": one.id,
        "channel_id": one.channel,
        "author": author,
        "content": one.content,
        "timestamp": iso(one.at),
        "edited_timestamp": iso(world.now()) if one.edits else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [_attachment(world, one.id, name, data) for name, data in one.files.items()],
        "embeds": [{"type": "rich", **embed} for embed in one.embeds],
        "components": one.components,
        "pinned": False,
        "type": 0,
        "flags": one.flags,
    }
    return {**told, "nonce": one.nonce} if one.nonce else told


def words(one: Message) -> str:
    """All that can be read in a message."""
    parts = [one.content]
    for embed in one.embeds:
        parts += [embed.get("title") or "", embed.get("description") or ""]
        parts += [f"{f['name']} {f['value']}" for f in embed.get("fields") or []]
        parts.append((embed.get("footer") or {}).get("text") or "")
    return "\n".join(part for part in parts if part)


def custom_ids(one: Message) -> list[str]:
    """The ids of all buttons and menus of a message."""
    return [item["custom_id"] for row in one.components for item in row["components"] if "custom_id" in item]


def command(world: World, line: str, options: Mapping[str, str], focused: str = "") -> dict[str, Any]:
    """An application command's data, by the commands that were registered."""
    root, *path = line.split()
    registered = next(c for c in world.commands if c["name"] == root)
    kinds: list[int] = []
    here: Mapping[str, Any] = registered
    for name in path:
        here = next(o for o in here["options"] if o["name"] == name)
        kinds.append(here["type"])
    known = {o["name"]: o for o in here.get("options") or []}
    assert set(options) <= set(known), f"{line} has no {set(options) - set(known)}"
    given: list[dict[str, Any]] = []
    for name, value in options.items():
        choices = [c["value"] for c in known[name].get("choices") or []]
        assert not choices or value in choices, f"{value} is no choice of {name}"
        given.append({"name": name, "type": 3, "value": value, **({"focused": True} if name == focused else {})})
    for name, kind in zip(reversed(path), reversed(kinds), strict=True):
        given = [{"name": name, "type": kind, "options": given}]
    return {"id": registered["id"], "name": root, "type": 1, "options": given}


def filled(components: list[dict[str, Any]], values: Mapping[str, str]) -> list[dict[str, Any]]:
    """A form's components with what was typed: in rows, or each under its label."""
    told = []
    for one in components:
        inside = one["component"] if one["type"] == 18 else one["components"][0]
        value = {"type": inside["type"], "custom_id": inside["custom_id"], "value": values.get(inside["custom_id"], "")}
        told.append({"type": 18, "component": value} if one["type"] == 18 else {"type": 1, "components": [value]})
    return told


def interaction(world: World, asked: "Asked", data: Mapping[str, Any]) -> dict[str, Any]:
    """INTERACTION_CREATE's payload."""
    told: dict[str, Any] = {
        "id": asked.id,
        "application_id": world.application,
        "type": asked.kind,
        "token": asked.token,
        "version": 1,
        "guild_id": world.guild,
        "guild": {"id": world.guild, "features": [], "locale": "en-US"},
        "channel_id": asked.channel.id,
        "channel": {**channel(world, asked.channel), "permissions": str(asked.user.permissions)},
        "member": member(asked.user),
        "app_permissions": str(world.rights(asked.channel)),
        "locale": "en-US",
        "guild_locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"1": "1"} if world.by_user else {"0": world.guild},
        "context": 0,
        "attachment_size_limit": 10_485_760,
        "data": dict(data),
    }
    if asked.message is not None:
        told["message"] = message(world, asked.message)
    return told
