"""The Bolt app: acknowledges every interaction in its first line and hands the work to errands."""

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped

from bot.channels.slack.background import BackgroundTasks
from bot.channels.slack.blocks import ASK, SHARE, SILENCE
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.options import Options
from bot.channels.slack.views import MAINTENANCE, REFRESH, REPORT
from bot.channels.slack.web_api import Web

log = logging.getLogger(__name__)

Body = Mapping[str, Any]
Errand = Callable[[Body], Coroutine[Any, Any, None]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


class Installations(Protocol):
    """Who may speak to us, and with which token we answer: the seam for several workspaces (OAuth)."""

    async def authorize(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """The workspace's token and our identity there, None for one that has not installed us."""


class OneWorkspace:
    """The workspace of the configured token, known from the start, so that no event waits for auth.test."""

    def __init__(self, options: Options, web: Web) -> None:
        self._token = options.token
        self._web = web

    async def authorize(self, enterprise: str | None, team: str | None) -> AuthorizeResult | None:
        """Our identity; None for another workspace. Raises what a call raises while Slack has not been asked yet."""
        known = await self._web.identity()
        if team and known.team and team != known.team:
            log.warning("a request of the workspace %s was refused: this is not its token", team[:20])
            return None
        return AuthorizeResult(
            enterprise_id=enterprise,
            team_id=team,
            bot_id=known.bot,
            bot_user_id=known.user,
            bot_token=self._token.reveal(),
        )


def _meant(record: logging.LogRecord) -> bool:
    """Bolt warns at every start that it leaves a token unused: ours come by `authorize`."""
    return record.getMessage() not in {warning_client_prioritized_and_token_skipped(), warning_token_skipped()}


def bolt(options: Options, web: Web, talks: Handlers, errands: BackgroundTasks, installed: Installations) -> AsyncApp:
    """The app with all its listeners; needs a running loop."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return await installed.authorize(enterprise_id, team_id)

    bolt_log = logging.getLogger("bot.channels.slack.bolt")
    bolt_log.addFilter(_meant)
    app = AsyncApp(
        name="groundtruth",
        logger=bolt_log,
        client=web.bare,
        # Without a secret every signed request would be a 500; Socket Mode has none and needs none.
        signing_secret=options.signing_secret.reveal() or "unused",
        authorize=authorize,  # type: ignore[arg-type]  # it may refuse, and Bolt knows that
    )

    def handed(errand: Errand) -> Listener:
        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            errands.begin(errand(body), lambda: talks.sorry(body))

        return listener

    app.command(re.compile(".+"))(handed(talks.command))
    app.action(re.compile(f"^({ASK}|{SILENCE}):"))(handed(talks.pressed))
    app.action(SHARE)(handed(talks.shared))
    app.action(REFRESH)(handed(talks.refreshed))
    for form in (REPORT, MAINTENANCE):
        app.view(form)(handed(talks.submitted))
    app.event("app_home_opened")(handed(talks.home))
    return app
