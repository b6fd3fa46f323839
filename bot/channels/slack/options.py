"""What the configuration says of a Slack channel: secrets, how Slack reaches us, where alerts go, who may do what."""

import base64
import importlib.util
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot import extras
from bot.errors import UserError
from bot.fields import expected
from probes.secret import Secret

PUBLIC_API = "https://slack.com/api/"
NOWHERE = Secret("")
SCOPES = ("chat:write", "commands")

_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,20}")
_WHO = re.compile(r"[UWS][A-Z0-9]{1,20}")
_PERSON = re.compile(r"[UW][A-Z0-9]{1,20}")
_TEAM = re.compile(r"[TE][A-Z0-9]{1,20}")
_CLIENT = re.compile(r"\d{5,20}\.\d{5,20}")
_SIGNING = re.compile(r"[0-9a-z]{32}")


def _secret(value: object) -> object:
    return Secret(value.strip()) if isinstance(value, str) else value


def _api(value: str) -> str:
    """The address of the Web API. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError("expected an address such as https://slack.com/api/")
    return value if value.endswith("/") else f"{value}/"


def _listen(value: str) -> str:
    """Where HTTP requests come in. Raises ValueError."""
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65_536:
        raise ValueError("expected host:port, such as 0.0.0.0:3000")
    return value


def _client(value: str) -> str:
    """An app's client id. Raises ValueError."""
    if not _CLIENT.fullmatch(value):
        raise ValueError("expected the Client ID, such as 1234567890.1234567890, in quotes")
    return value


def _public(value: str) -> str:
    """Where browsers reach us. Raises ValueError."""
    parts = urlsplit(value)
    near = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not (parts.scheme == "http" and near):
        raise ValueError("expected an https address, such as https://groundtruth.example.com")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("expected an address without user, query or fragment")
    return value.rstrip("/")


def _workspace(value: str) -> str:
    """The id of a workspace or organization. Raises ValueError."""
    if not _TEAM.fullmatch(value):
        raise ValueError("expected ids of workspaces (T…) or organizations (E…), from the address of the web client")
    return value


def _channel(value: str) -> str:
    """A conversation's id. Raises ValueError."""
    if not _CHANNEL.fullmatch(value):
        raise ValueError("expected channel ids such as C0123ABCD, from the end of a channel's About page")
    return value


def _who(value: str) -> str:
    """A user's or group's id. Raises ValueError."""
    if not _WHO.fullmatch(value):
        raise ValueError("expected ids of users (U…) or user groups (S…)")
    return value


def _person(value: str) -> str:
    """A user's id. Raises ValueError."""
    if not is_person(value):
        raise ValueError("expected ids of users (U…), from a profile's menu, Copy member ID")
    return value


def is_person(place: str) -> bool:
    """Whether a place is a person, who is written to directly, and not a conversation."""
    return bool(_PERSON.fullmatch(place))


Confidential = Annotated[Secret, BeforeValidator(_secret)]
Who = Annotated[str, AfterValidator(_who)]
Whos = Annotated[tuple[Who, ...], Field(max_length=100)]
Conversation = Annotated[str, AfterValidator(_channel)]


class Roles(BaseModel):
    """Who may act, by ids of users and user groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    responder: Whos = Field((), description="users (U…) and user groups (S…) that may act anywhere")
    admin: Whos = Field((), description="those that may subscribe and test, besides admins of the workspace")


class OAuth(BaseModel):
    """Several workspaces: each installs the app at `public_url`/slack/install, and its token is kept encrypted."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    client_id: Annotated[str, AfterValidator(_client)] = Field(description="Client ID, from Basic Information")
    client_secret: Confidential = Field(description="Client Secret, from Basic Information")
    encryption_key: Confidential = Field(
        description="encrypts the tokens in the store: 32 random bytes in URL-safe base64. Several, apart by commas: "
        "the first encrypts, all decrypt"
    )
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        description="the https address under which browsers and Slack reach `listen`"
    )
    workspaces: Annotated[tuple[Annotated[str, AfterValidator(_workspace)], ...], Field(min_length=1)] = Field(
        description="ids of workspaces (T…) or organizations (E…) that may install; all others are refused"
    )
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=40)] = Field(
        SCOPES, description="bot scopes to ask for; the manifest explains each"
    )

    def missing(self) -> list[str]:
        """What is wrong with the secrets, each in the sentence that mends it."""
        found = []
        if not importlib.util.find_spec("cryptography"):
            found.append(f"oauth: the extra is not installed: {extras.command('slack-oauth')}")
        if not self.client_secret.reveal():
            found.append("oauth.client_secret: it is empty; expected the Client Secret from Basic Information")
        for key in self.ciphers():
            try:
                good = len(base64.urlsafe_b64decode(key)) == 32
            except ValueError:
                good = False
            if not good:
                found.append(
                    "oauth.encryption_key: expected 32 random bytes in URL-safe base64; make one with "
                    "`openssl rand -base64 32 | tr '+/' '-_'`"
                )
                break
        return found

    def ciphers(self) -> list[str]:
        """The keys that decrypt; the first encrypts."""
        return [key.strip() for key in self.encryption_key.reveal().split(",")]


class Options(BaseModel):
    """The keys of a channel of kind `slack`."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    token: Confidential = Field(NOWHERE, description="the Bot User OAuth Token (xoxb-…), as ${SLACK_BOT_TOKEN}")
    app_token: Confidential = Field(NOWHERE, description="the app-level token (xapp-…); needed by mode socket")
    signing_secret: Confidential = Field(NOWHERE, description="the Signing Secret; needed by mode http")
    mode: Literal["socket", "http"] = Field(
        "socket", description="how Slack reaches us: socket (we connect out) or http (Slack calls us at `listen`)"
    )
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        "0.0.0.0:3000", description="host:port of mode http; requests come to /slack/events"
    )
    api_url: Annotated[str, AfterValidator(_api)] = Field(
        PUBLIC_API, description="another address of the Web API: a proxy, or a compatible server"
    )
    ca_file: str = Field("", description="a PEM file of certificates to trust besides the usual ones")
    channels: tuple[Conversation, ...] = Field(
        (), description="ids of channels (C…) that get alerts without having subscribed; who is in one may act there"
    )
    on_call: Annotated[tuple[Annotated[str, AfterValidator(_person)], ...], Field(max_length=50)] = Field(
        (), description="users (U…) who get a direct message about outages, with a link to the channel; needs im:write"
    )
    ping_groups: Mapping[Conversation, Annotated[tuple[Who, ...], Field(max_length=20)]] = Field(
        default_factory=dict,
        description="channel id -> user groups (S…) or users (U…) that are mentioned there when an incident opens",
    )
    charts: bool = Field(True, description="charts in answers about the past and below incidents")
    roles: Roles = Field(default_factory=Roles, description="who may act, besides those in the alert channels")
    oauth: OAuth | None = Field(None, description="more workspaces, beside that of `token` or instead of it")

    def missing(self) -> list[str]:
        """What is wrong with the secrets, each in the sentence that mends it."""
        found = self._several()
        alone = self.oauth is not None and not self.token.reveal()
        if not alone and not self.token.reveal().startswith("xoxb-"):
            found.append(
                f"token: {_not(self.token)} the Bot User OAuth Token (xoxb-…): copy it from the app's page "
                "OAuth & Permissions after Install to Workspace"
            )
        if self.mode == "socket" and not self.app_token.reveal().startswith("xapp-"):
            found.append(
                f"app_token: {_not(self.app_token)} the app-level token (xapp-…): create it under Basic Information, "
                "App-Level Tokens, with the scope connections:write, or set mode: http"
            )
        if self.mode == "http" and not _SIGNING.fullmatch(self.signing_secret.reveal()):
            found.append(
                f"signing_secret: {_not(self.signing_secret)} the Signing Secret (32 letters and digits): copy it from "
                "Basic Information, App Credentials; not the Client Secret"
            )
        return found

    def _several(self) -> list[str]:
        """What `oauth` needs of the other keys."""
        if self.oauth is None:
            return []
        found = self.oauth.missing()
        if self.mode != "http":
            found.append("mode: `oauth` needs mode: http, for browsers come back to `public_url` after an installation")
        if not self.token.reveal():
            home = {"channels": self.channels, "on_call": self.on_call, "ping_groups": self.ping_groups}
            found += [f"{key}: needs `token`, whose workspace it names" for key, value in home.items() if value]
        return found


OPTIONS = frozenset(Options.model_fields)
"""The keys a channel of this kind may have beside `kind` and `enabled`."""


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel of that name. Raises UserError with every complaint; it never repeats a value."""
    try:
        found = Options.model_validate(dict(options))
    except ValidationError as error:
        complaints = [f"{'.'.join(map(str, one['loc']))}: {expected(one)}" for one in error.errors()]
    else:
        complaints = found.missing()
        if not complaints:
            return found
    raise UserError("\n".join(f"channels.{name}.{complaint}" for complaint in complaints))


def _not(secret: Secret) -> str:
    return "this is not" if secret.reveal() else "it is empty; expected"
