"""Who may do what: by listed ids and user groups, by where one acts, by being an admin of the workspace."""

import logging

from bot.channels.context import ChatServices, posted_in
from bot.channels.slack.errors import failure
from bot.channels.slack.options import Options
from bot.channels.slack.web_api import WRONG, Web
from bot.core.commands.table import Role

log = logging.getLogger(__name__)

KNOWN_S = 300.0
"""How long a group's members and an admin's rank are believed."""
PEOPLE_KEPT = 5_000


class Roles:
    """Viewer unless there is a reason. What is kept here is only read from Slack, so every replica finds the same."""

    def __init__(self, name: str, options: Options, web: Web, around: ChatServices) -> None:
        self._name = name
        self._options = options
        self._web = web
        self._memory = around.memory
        self._now = around.now
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}
        self._admins: dict[str, tuple[float, bool]] = {}

    async def role(self, user: str, channel: str) -> Role:
        """The role of a person who acts in a conversation ("": nowhere)."""
        wanted = self._options.roles
        if await self._listed(user, wanted.admin) or await self._admin(user):
            return Role.ADMIN
        if await self._listed(user, wanted.responder) or await self._at_work(user, channel):
            return Role.RESPONDER
        return Role.VIEWER

    async def _at_work(self, user: str, channel: str) -> bool:
        """Whoever is in a channel that gets alerts is there to deal with them, and whoever got one directly.

        A channel gets alerts where the configuration says so, or where one was posted lately. A talk with the bot is
        no team otherwise.
        """
        if channel.startswith("D"):
            return user in self._options.on_call or bool(await self._memory.get(posted_in(self._name, user)))
        if not channel:
            return False
        return channel in self._options.channels or bool(await self._memory.get(posted_in(self._name, channel)))

    async def _listed(self, user: str, ids: tuple[str, ...]) -> bool:
        if user in ids:
            return True
        for group in ids:
            if group.startswith("S") and user in await self._members(group):
                return True
        return False

    async def _members(self, group: str) -> frozenset[str]:
        """A group's members; the last that were known where Slack does not tell."""
        read_at, members = self._groups.get(group, (float("-inf"), frozenset[str]()))
        if self._now() - read_at > KNOWN_S:
            try:
                answer = await self._web.asker.usergroups_users_list(usergroup=group)
                members = frozenset(map(str, answer.get("users") or ()))
            except WRONG as error:
                log.warning("%s: cannot read the user group %s: %s", self._name, group, failure(error))
            self._groups[group] = (self._now(), members)
        return members

    async def _admin(self, user: str) -> bool:
        """Whether the workspace calls this person an admin; asked only where the scope users:read was granted."""
        read_at, is_admin = self._admins.get(user, (float("-inf"), False))
        if self._now() - read_at <= KNOWN_S:
            return is_admin
        try:
            if "users:read" in (await self._web.identity()).scopes:
                answer = await self._web.asker.users_info(user=user)
                is_admin = bool((answer.get("user") or {}).get("is_admin"))
        except WRONG as error:
            log.warning("%s: cannot read who %s is: %s", self._name, user, failure(error))
        if len(self._admins) >= PEOPLE_KEPT:
            self._admins.clear()
        self._admins[user] = (self._now(), is_admin)
        return is_admin
