"""Workspaces that installed the app by OAuth: their tokens, encrypted in the store, and the states on the way there.

https://docs.slack.dev/authentication/installing-with-oauth; the interfaces are those of slack_sdk.
"""

import json
import logging
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.channels.context import Installations, KeyValues
from bot.channels.slack.options import OAuth
from bot.errors import StoreError

log = logging.getLogger(__name__)

KEPT = (
    "app_id",
    "enterprise_id",
    "enterprise_name",
    "team_id",
    "team_name",
    "bot_token",
    "bot_id",
    "bot_user_id",
    "bot_scopes",
    "bot_refresh_token",
    "bot_token_expires_at",
    "user_id",
    "is_enterprise_install",
    "token_type",
    "installed_at",
)
"""Fields of an installation that are written down; `user_id` is who installed the app."""
STATE_S = 600.0
"""How long a person may take to allow the installation."""


class NotInvitedError(BoltError):
    """A workspace installed the app that the configuration does not name."""


class EncryptedInstallations(AsyncInstallationStore):
    """One record a workspace, or one an organization that installed the app for all of its workspaces.

    Only the bot's token is kept: nothing here acts for a person.
    """

    def __init__(self, name: str, oauth: OAuth, kept: Installations) -> None:
        self._name = name
        self._kept = kept
        self._invited = frozenset(oauth.workspaces)
        self._cipher = MultiFernet([Fernet(key.encode()) for key in oauth.ciphers()])

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_save(self, installation: Installation) -> None:
        """Raises NotInvitedError for a workspace that is not named, BoltError where it cannot be kept."""
        team = id_of(installation)
        if not {installation.team_id, installation.enterprise_id} & self._invited:
            log.warning("%s: the workspace %s installed the app and is not in oauth.workspaces", self._name, team)
            raise NotInvitedError(team)
        fields = {name: getattr(installation, name) for name in KEPT}
        record = self._cipher.encrypt(json.dumps(fields).encode()).decode()
        try:
            if not await self._kept.put(f"{self._name}/{team}", record):
                raise BoltError("too many workspaces")
        except StoreError as error:
            raise BoltError(f"the store is away: {error}") from error
        log.info("%s: installed in %s (%s)", self._name, team, installation.team_name or installation.enterprise_name)

    async def found(self, team: str) -> Installation | None:
        """The installation of a workspace or organization by its id; None without one, or where it cannot be read.

        Raises StoreError.
        """
        record = await self._kept.get(f"{self._name}/{team}")
        if not record:
            return None
        try:
            fields: dict[str, Any] = json.loads(self._cipher.decrypt(record.encode()))
        except (InvalidToken, ValueError):
            log.warning(
                "%s: the token of %s was encrypted with another key: install the app there again", self._name, team
            )
            return None
        return Installation(**fields)

    async def drop(self, team: str) -> None:
        """Forget a workspace. Raises StoreError."""
        await self._kept.drop(f"{self._name}/{team}")

    async def teams(self) -> list[str]:
        """The ids of all. Raises StoreError."""
        return [team for kept in await self._kept.names() for of, _, team in [kept.partition("/")] if of == self._name]


class States(AsyncOAuthStateStore):
    """The `state` of an installation under way: given once, taken once, by whichever replica."""

    def __init__(self, name: str, memory: KeyValues) -> None:
        self._name = name
        self._memory = memory

    @property
    def logger(self) -> logging.Logger:
        return log

    async def async_issue(self, *_: object, **__: object) -> str:
        state = secrets.token_urlsafe(24)
        await self._memory.put(f"{self._name}:oauth:{state}", "given", STATE_S)
        return state

    async def async_consume(self, state: str) -> bool:
        if not state or not await self._memory.get(f"{self._name}:oauth:{state[:100]}"):
            return False
        return await self._memory.set_once(f"{self._name}:oauth:taken:{state[:100]}", STATE_S)


def id_of(installation: Installation) -> str:
    """The name a workspace has in places: its own id, or that of the organization that installed the app for it."""
    wide = installation.is_enterprise_install or not installation.team_id
    return str((installation.enterprise_id if wide else installation.team_id) or "")
