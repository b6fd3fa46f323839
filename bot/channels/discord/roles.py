"""Who somebody on Discord is to the desk: the person, the role, and where they speak."""

import discord

from bot.channels.discord.options import Options
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.model.person import Person

NOT_FOR_YOU = "only some roles of this server may ask here; whoever manages the server can give you one of them"


def asker(interaction: discord.Interaction, options: Options, name: str, *, alerted: bool) -> Asker | None:
    """The asker, with the interaction's id so that it acts once; None for whom the options give no role at all.

    `alerted`: alerts were posted lately where the asker is.
    """
    role = role_of(interaction, options, alerted=alerted)
    if role is None:
        return None
    user = interaction.user
    person = Person("discord", str(interaction.guild_id or ""), str(user.id), user.display_name)
    return Asker(person, role, f"{name}:{channel_of(interaction)}", f"discord-{interaction.id}", f"{name}:@{user.id}")


def role_of(interaction: discord.Interaction, options: Options, *, alerted: bool) -> Role | None:
    """By Discord's roles; Manage Server is admin, and who can speak where alerts come acts unless roles are named."""
    named = options.roles
    if not interaction.is_guild_integration():
        # A direct message, or a server that only the person has brought us to: its rights say nothing of our own.
        return None if named.viewer else Role.VIEWER
    member = interaction.user
    # The ids Discord sent with this very interaction: `roles` leaves out those that the cache does not know (yet).
    has = set(member._roles) if isinstance(member, discord.Member) else set[int]()  # noqa: SLF001
    if interaction.permissions.manage_guild or has & set(named.admin):
        return Role.ADMIN
    if has & set(named.responder):
        return Role.RESPONDER
    if not named.responder and (alerted or channel_of(interaction) in options.channels):
        return Role.RESPONDER
    if not named.viewer or has & set(named.viewer):
        return Role.VIEWER
    return None


def channel_of(interaction: discord.Interaction) -> int:
    """The text channel one is in, also from a thread of it."""
    channel = interaction.channel
    if isinstance(channel, discord.Thread) and channel.parent_id:
        return channel.parent_id
    return interaction.channel_id or 0
