"""The link that invites the bot into a server, and the five steps of setting it up. Pure."""

from urllib.parse import urlencode

from bot.channels.discord.permissions import ALL

AUTHORIZE = "https://discord.com/oauth2/authorize"

STEPS = """\
1. Open https://discord.com/developers/applications, choose New Application and name it (Groundtruth).
2. Under Bot choose Reset Token, and keep the token as DISCORD_TOKEN in the environment. Leave all three Privileged
   Gateway Intents off: none is needed. Under General Information leave Interactions Endpoint URL empty.
3. Invite it into your server, as somebody with Manage Server there:
   {link}
4. In Discord choose User Settings, Advanced, Developer Mode; then right-click the channel for alerts and choose
   Copy Channel ID. In groundtruth.yaml:
     channels:
       discord:
         kind: discord
         token: ${{DISCORD_TOKEN}}
         channels: ["THE CHANNEL'S ID"]
5. Start Groundtruth and type /avail status in that channel. `groundtruth doctor` says what is missing, if anything.
"""


def invite_link(application_id: int | str, guild: int | None = None) -> str:
    """The link with the fewest rights that serve: no intents, no administrator; `guild` preselects a server."""
    asked = {"client_id": str(application_id), "scope": "bot applications.commands", "permissions": str(ALL)}
    if guild is not None:
        asked |= {"guild_id": str(guild), "disable_guild_select": "true"}
    return f"{AUTHORIZE}?{urlencode(asked)}"


def steps(application_id: int | str = "YOUR_APPLICATION_ID") -> str:
    """The five steps, with the link of this application."""
    return STEPS.format(link=invite_link(application_id))
