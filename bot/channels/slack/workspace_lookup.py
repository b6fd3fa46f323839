"""Whose workspace a payload comes from, and what speaks for us there."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.authorization import AuthorizeResult

from bot.channels.slack.handlers import Handlers
from bot.channels.slack.interaction import workspace_of
from bot.channels.slack.options import Options
from bot.channels.slack.web_api import Web

if TYPE_CHECKING:
    from bot.channels.slack.workspaces import Workspaces

log = logging.getLogger(__name__)

Body = Mapping[str, Any]


class WorkspaceLookup:
    """Whose workspace a payload comes from: that of the configured token, or one that installed the app."""

    def __init__(self, options: Options, web: Web, talks: Handlers, others: "Workspaces | None") -> None:
        self._token = options.token
        self._web = web
        self._talks = talks
        self._others = others

    async def authorize(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """Our identity there; None for a workspace that has not installed us.

        Raises what a call raises while Slack has not been asked yet.
        """
        if not await self._at_home(team or ""):
            found = await self._others.of(team or "", enterprise or "") if self._others is not None else None
            if found is None:
                log.warning("a request of the workspace %s was refused: it has not installed us", (team or "")[:20])
                return None
            return await _authorized(found.web, enterprise, team)
        return await _authorized(self._web, enterprise, team)

    async def talks(self, body: Body) -> Handlers | None:
        """What answers there. Raises StoreError."""
        team, enterprise = workspace_of(body)
        if await self._at_home(team):
            return self._talks
        found = await self._others.of(team, enterprise) if self._others is not None else None
        return found.talks if found is not None else None

    async def gone(self, body: Body) -> None:
        """A workspace uninstalled the app or took its token back."""
        event = body.get("event") or {}
        if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        team, enterprise = workspace_of(body)
        if self._others is not None and not await self._at_home(team):
            await self._others.forget(team, "" if team else enterprise)

    async def _at_home(self, team: str) -> bool:
        """Whether it is the workspace of the configured token."""
        if not self._token.reveal():
            return False
        known = await self._web.identity()
        return not team or not known.team or team == known.team


async def _authorized(web: Web, enterprise: str | None, team: str | None) -> AuthorizeResult:
    """Our identity in a workspace, known from the start, so that no event waits for auth.test."""
    known = await web.identity()
    return AuthorizeResult(
        enterprise_id=enterprise,
        team_id=team,
        bot_id=known.bot,
        bot_user_id=known.user,
        bot_token=web.token.reveal(),
    )
