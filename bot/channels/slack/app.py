"""The Bolt app: acknowledges every interaction in its first line and hands the work to errands."""

import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped, warning_token_skipped

from bot.channels.slack.background import BackgroundTasks
from bot.channels.slack.blocks import ASK, SHARE, SILENCE
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.options import Options
from bot.channels.slack.views import FORMS, MENU, NAMES, REFRESH
from bot.channels.slack.web_api import Web
from bot.channels.slack.workspace_lookup import WorkspaceLookup

EXPLAIN_THIS = "explain_error"
"""The message shortcut's id in the manifest."""
Body = Mapping[str, Any]
Errand = Callable[[Handlers, Body], Coroutine[Any, Any, None]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def _meant(record: logging.LogRecord) -> bool:
    """Bolt warns at every start that it leaves a token unused: ours come by `authorize`."""
    return record.getMessage() not in {warning_client_prioritized_and_token_skipped(), warning_token_skipped()}


def bolt(options: Options, web: Web, homes: WorkspaceLookup, errands: BackgroundTasks) -> AsyncApp:
    """The app with all its listeners; needs a running loop."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        return await homes.authorize(enterprise_id, team_id)

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

    _listen(app, homes, errands)
    return app


def _listen(app: AsyncApp, homes: WorkspaceLookup, errands: BackgroundTasks) -> None:
    """Every kind of payload and what answers it."""

    def handed(errand: Errand) -> Listener:
        async def answered(body: Body) -> None:
            talks = await homes.talks(body)
            if talks is not None:
                await errand(talks, body)

        async def sorry(body: Body) -> None:
            talks = await homes.talks(body)
            if talks is not None:
                await talks.sorry(body)

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            errands.begin(answered(body), lambda: sorry(body))

        return listener

    app.command(re.compile(".+"))(handed(Handlers.command))
    app.action(re.compile(f"^({ASK}|{SILENCE}):"))(handed(Handlers.pressed))
    app.action(SHARE)(handed(Handlers.shared))
    app.action(REFRESH)(handed(Handlers.refreshed))
    app.action(re.compile(f"^{MENU}:"))(handed(Handlers.menu))
    for form in FORMS:
        app.view(form)(handed(Handlers.submitted))
    app.message_shortcut(EXPLAIN_THIS)(handed(Handlers.shortcut))
    app.event("app_home_opened")(handed(Handlers.home))
    for said in ("app_mention", "message"):
        app.event(said)(handed(Handlers.spoken_to))

    _offer_names(app, homes)

    async def gone(ack: AsyncAck, body: Body) -> None:
        await ack()
        errands.begin(homes.gone(body), lambda: homes.gone(body))

    app.event("app_uninstalled")(gone)
    app.event("tokens_revoked")(gone)


def _offer_names(app: AsyncApp, homes: WorkspaceLookup) -> None:
    """Menus whose names are looked up while one types; Slack gives them three seconds, and this reads names alone."""

    async def names(ack: AsyncAck, body: Body) -> None:
        talks = await homes.talks(body)
        await ack(options=await talks.options(body) if talks is not None else [])

    app.options(re.compile(f"^{NAMES}:"))(names)
