"""The other side of an installation: people allow it in a browser, the app trades codes and refresh tokens for tokens.

https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fakes.slack.rules import RefusedError
from tests.fakes.slack.workspace import APP_ID, BOT_USER, Workspace

CLIENT_ID, CLIENT_SECRET = "1111111111.2222222222", "c1ient-5ecret-0123456789abcdef"


@dataclass
class OAuth:
    """`expires_in`: seconds a token lives, None where the app does not rotate tokens."""

    expires_in: int | None = None
    codes: dict[str, tuple[Workspace, str]] = field(default_factory=dict)
    tokens: dict[str, Workspace] = field(default_factory=dict)
    refreshes: dict[str, Workspace] = field(default_factory=dict)
    granted: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def allowed(self, address: str, workspace: Workspace) -> str:
        """Where the browser goes when a person of a workspace pressed Allow on the page at that address."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert set(asked["scope"].split(",")) <= {"chat:write", "commands", "im:write"}
        code = f"code{next(self._numbers)}"
        self.codes[code] = (workspace, asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def access(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """oauth.v2.access: each code and each refresh token is good once."""
        if (args.get("client_id"), args.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise RefusedError("bad_client_secret")
        if args.get("grant_type") == "refresh_token":
            workspace = self.refreshes.pop(str(args.get("refresh_token")), None)
            if workspace is None:
                raise RefusedError("invalid_refresh_token")
        else:
            workspace, redirect = self.codes.pop(str(args.get("code")), (None, ""))
            if workspace is None or redirect != args.get("redirect_uri"):
                raise RefusedError("invalid_code")
        number = next(self._numbers)
        token = f"xoxe.xoxb-{workspace.team}-{number}" if self.expires_in else f"xoxb-{workspace.team}-{number}"
        self.tokens[token] = workspace
        self.granted.append(token)
        said: dict[str, Any] = {
            "access_token": token,
            "token_type": "bot",
            "scope": "chat:write,commands",
            "bot_user_id": BOT_USER,
            "app_id": APP_ID,
            "team": {"id": workspace.team, "name": f"Team {workspace.team}"},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": "U7"},
        }
        if self.expires_in:
            refresh = f"xoxe-1-{number}"
            self.refreshes[refresh] = workspace
            said |= {"expires_in": self.expires_in, "refresh_token": refresh}
        return said
