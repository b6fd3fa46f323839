"""The other workspaces: which there are, their tokens kept fresh, and all that speaks and answers in each."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.context import ChannelContext, ChatServices, Leases
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.installations import EncryptedInstallations, NotInvitedError, States
from bot.channels.slack.options import OAuth, Options
from bot.channels.slack.roles import Roles
from bot.channels.slack.web_api import WRONG, Web
from bot.errors import StoreError
from probes.secret import Secret

log = logging.getLogger(__name__)

FRESH_S = 60.0
"""So long a token is believed to be the one in the store; another replica may have rotated it since."""
ROTATE_MIN = 120
"""Minutes before its end at which a token is rotated; Slack's live for twelve hours."""
ROTATES_MS = 60_000
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"


@dataclass(slots=True)
class Workspace:
    """One workspace: its Web API, what posts there, what answers there. `read_at`: when its token was read."""

    id: str
    web: Web
    channel: SlackChannel
    talks: Handlers
    read_at: float


class Workspaces:
    """The workspaces that installed the app; each is opened when it is first needed."""

    def __init__(self, name: str, options: Options, oauth: OAuth, outside: ChannelContext, call_s: float) -> None:
        assert outside.installations is not None
        self._name = name
        self._options = options.model_copy(update={"channels": (), "on_call": (), "ping_groups": {}})
        self._oauth = oauth
        self._around = ChatServices(outside.desk, outside.memory, outside.now)
        self._leases: Leases = outside.leases
        self._owner = outside.owner
        self._now: Callable[[], float] = outside.now
        self._call_s = call_s
        self._open: dict[str, Workspace] = {}
        self._missing: dict[str, float] = {}
        self._opening = asyncio.Lock()
        self._stack = contextlib.AsyncExitStack()
        self.kept = EncryptedInstallations(name, oauth, outside.installations)
        self._states = States(name, outside.memory)
        self.installed = 0

    async def __aenter__(self) -> Self:
        self._stack = contextlib.AsyncExitStack()
        await self._count()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.clear()
        await self._stack.aclose()

    async def of(self, *ids: str) -> Workspace | None:
        """The workspace of the first id that installed the app; None where none did. Raises StoreError."""
        for team in filter(None, ids):
            found = await self._of(team)
            if found is not None:
                return found
        return None

    async def forget(self, *ids: str) -> None:
        """A workspace uninstalled the app, or took its token back. Raises StoreError."""
        for team in filter(None, ids):
            self._open.pop(team, None)
            if await self.kept.found(team) is not None:
                await self.kept.drop(team)
                log.warning("%s: the app was uninstalled in %s", self._name, team)
        await self._count()

    def flow(self, bare: AsyncWebClient) -> AsyncOAuthFlow:
        """The two pages by which a workspace installs the app."""
        oauth = self._oauth
        settings = AsyncOAuthSettings(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret.reveal(),
            scopes=list(oauth.scopes),
            redirect_uri=f"{oauth.public_url}{REDIRECT}",
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            installation_store=self.kept,
            state_store=self._states,
            state_expiration_seconds=600,
            callback_options=AsyncCallbackOptions(self._welcome, _refusal),
        )
        return AsyncOAuthFlow(settings=settings, client=bare, logger=log)

    async def _welcome(self, args: AsyncSuccessArgs) -> BoltResponse:
        self._missing.clear()
        await self._count()
        team = args.installation.team_name or args.installation.enterprise_name or "the workspace"
        return _page(
            200, f"Groundtruth is installed in {team}. Type /invite @Groundtruth in a channel, then /avail there."
        )

    async def _of(self, team: str) -> Workspace | None:
        known, now = self._open.get(team), self._now()
        if known is not None and now - known.read_at <= FRESH_S:
            return known
        if known is None and now - self._missing.get(team, float("-inf")) <= FRESH_S:
            return None
        async with self._opening:
            known = self._open.get(team)
            if known is not None and now - known.read_at <= FRESH_S:
                return known
            installation = await self.kept.found(team)
            if installation is None:
                self._open.pop(team, None)
                if len(self._missing) >= len(self._oauth.workspaces) + 100:
                    self._missing.clear()
                self._missing[team] = now
                return None
            if known is None:
                known = self._open[team] = await self._opened(team, installation)
            known.web.use(Secret((await self._rotated(team, installation, known)).bot_token or ""))
            known.read_at = now
            return known

    async def _opened(self, team: str, installation: Installation) -> Workspace:
        name, options, around = f"{self._name}/{team}", self._options, self._around
        web = Web(self._name, options, self._call_s, Secret(installation.bot_token or ""))
        await self._stack.enter_async_context(web)
        channel = SlackChannel(name, web, options, around.memory, around.now)
        roles = Roles(name, options, web, around)
        talks = Handlers(self._name, web, roles, around, f"{team}/", charts=options.charts)
        return Workspace(team, web, channel, talks, self._now())

    async def _rotated(self, team: str, installation: Installation, known: Workspace) -> Installation:
        """The installation with a token that is good for a while: a rotated one is written down before it is used."""
        ends = installation.bot_token_expires_at
        if ends is None or ends > self._now() + 60 * ROTATE_MIN:
            return installation
        lease = f"{self._name}:rotates:{team}"
        if not await self._leases.acquire(lease, self._owner, ROTATES_MS):
            return installation
        rotator = AsyncTokenRotator(
            client_id=self._oauth.client_id,
            client_secret=self._oauth.client_secret.reveal(),
            client=known.web.bare,
        )
        try:
            installation = await self.kept.found(team) or installation
            bot = await rotator.perform_bot_token_rotation(
                bot=installation.to_bot(), minutes_before_expiration=ROTATE_MIN
            )
            if bot is not None:
                installation.bot_token = bot.bot_token
                installation.bot_refresh_token = bot.bot_refresh_token
                installation.bot_token_expires_at = bot.bot_token_expires_at
                await self.kept.async_save(installation)
        except (SlackTokenRotationError, *WRONG) as error:
            log.warning("%s: the token of %s could not be rotated: %s", self._name, team, type(error).__name__)
        finally:
            with contextlib.suppress(StoreError):
                await self._leases.release(lease, self._owner)
        return installation

    async def _count(self) -> None:
        try:
            self.installed = len(await self.kept.teams())
        except StoreError as error:
            log.warning("%s: cannot read which workspaces there are: %s", self._name, error)


WHY = {
    "access_denied": "The installation was cancelled. Nothing was changed.",
    "invalid_state": "This link was used already, or is older than ten minutes. Open /slack/install again.",
    "invalid_browser": "Open /slack/install again, and finish in the same browser.",
    "invalid_code": "Slack did not accept the installation. Open /slack/install again.",
}


async def _refusal(args: AsyncFailureArgs) -> BoltResponse:
    if isinstance(args.error, NotInvitedError):
        why = f"This workspace ({args.error}) may not install Groundtruth: its id is not in oauth.workspaces."
        return _page(403, why)
    return _page(
        args.suggested_status_code, WHY.get(args.reason, "The installation failed. Open /slack/install again.")
    )


def _page(status: int, sentence: str) -> BoltResponse:
    """One sentence as plain text: nothing of what Slack said can become markup."""
    return BoltResponse(status=status, body=f"{sentence}\n", headers={"Content-Type": ["text/plain; charset=utf-8"]})
