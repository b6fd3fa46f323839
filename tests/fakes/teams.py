"""Microsoft Teams on loopback, from its documentation: login, keys, the Bot Connector, and people who type and press.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication and -api-reference,
https://adaptivecards.io/explorer for what a card may have.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import jwt
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import rsa

APP_ID, PASSWORD = "0f9e8d7c-1234-4abc-9def-0123456789ab", "Teams~5ecret.of-the-b0t"
TENANT = "11112222-3333-4444-5555-666677778888"
ANN, BEN = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
ALERTS, OTHER = "19:alerts@thread.tacv2", "19:other@thread.tacv2"
LARGEST = 28 * 1024
KEY = rsa.generate_private_key(65_537, 2_048)
ELEMENTS = {"Container", "RichTextBlock", "TextBlock", "TextRun"}
ACTIONS = {"Action.Execute", "Action.OpenUrl"}


@dataclass
class Message:
    """A message as it stands now."""

    id: str
    conversation: str
    said: dict[str, Any]
    edits: int = 0

    @property
    def card(self) -> dict[str, Any]:
        (attachment,) = self.said["attachments"]
        return dict(attachment["content"])

    @property
    def headline(self) -> str:
        return str(self.said.get("summary") or self.said.get("text") or "")

    @property
    def shown(self) -> str:
        """Everything written in it, a paragraph a line."""
        if "attachments" not in self.said:
            return str(self.said.get("text", ""))
        return "\n".join(_texts(self.card["body"]))

    def labels(self) -> list[str]:
        return [action["title"] for action in self.card.get("actions", ())]


@dataclass
class Teams:
    """`refuses` are statuses that the next calls get; `takes` is where the bot listens."""

    origin: str = ""
    takes: str = ""
    refuses: list[int] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    given: int = 0
    rooms: set[str] = field(default_factory=lambda: {ALERTS, OTHER})
    roots: dict[str, Message] = field(default_factory=dict)
    replies: list[Message] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: KEY)
    endorsements: tuple[str, ...] = ("msteams",)
    heard: list[str] = field(default_factory=list)
    session: ClientSession | None = None
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1_776_094_000_000))

    @property
    def service(self) -> str:
        return f"{self.origin}/emea"

    def standing(self, room: str) -> list[Message]:
        return [m for m in self.roots.values() if m.conversation.startswith(f"{room};")]

    def thread(self, root: Message) -> list[Message]:
        return [m for m in self.replies if m.conversation == root.conversation]

    # Microsoft's side.

    async def login(self, request: web.Request) -> web.Response:
        asked = await request.post()
        right = {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_secret": PASSWORD,
            "scope": "https://api.botframework.com/.default",
        }
        if request.match_info["tenant"] != TENANT or dict(asked) != right:
            return web.json_response({"error": "invalid_client"}, status=401)
        self.given += 1
        token = f"ey.token-{self.given}"
        self.tokens.add(token)
        return web.json_response({"token_type": "Bearer", "expires_in": 3_599, "access_token": token})

    async def metadata(self, _: web.Request) -> web.Response:
        said = {"issuer": "https://api.botframework.com", "jwks_uri": f"{self.origin}/keys"}
        return web.json_response(said)

    async def keys(self, _: web.Request) -> web.Response:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response({"keys": [{**public, "kid": "k1", "endorsements": list(self.endorsements)}]})

    async def started(self, request: web.Request) -> web.Response:
        """A new thread in a channel."""
        body, refused = await self._admitted(request)
        if refused is not None:
            return refused
        room = body["channelData"]["channel"]["id"]
        assert body["isGroup"] is True
        assert body["bot"]["id"] == f"28:{APP_ID}"
        if room not in self.rooms:
            return _error(403, "BotNotInConversationRoster")
        name = str(next(self._numbers))
        conversation = f"{room};messageid={name}"
        self.roots[name] = Message(name, conversation, _checked(body["activity"]))
        return web.json_response({"id": conversation, "activityId": name}, status=201)

    async def replied(self, request: web.Request) -> web.Response:
        body, refused = await self._admitted(request)
        if refused is not None:
            return refused
        name = str(next(self._numbers))
        self.replies.append(Message(name, unquote(request.match_info["conversation"]), _checked(body)))
        return web.json_response({"id": name}, status=201)

    async def updated(self, request: web.Request) -> web.Response:
        body, refused = await self._admitted(request)
        if refused is not None:
            return refused
        found = self.roots.get(request.match_info["activity"])
        if found is None or found.conversation != unquote(request.match_info["conversation"]):
            return _error(404, "ActivityNotFoundInConversation")
        found.said = _checked(body)
        found.edits += 1
        return web.json_response({"id": found.id})

    async def _admitted(self, request: web.Request) -> tuple[dict[str, Any], web.Response | None]:
        self.heard.append(f"{request.method} {request.path}")
        if self.refuses and (status := self.refuses.pop(0)):
            headers = {"Retry-After": "7"} if status == 429 else {}
            return {}, web.json_response({"error": {"code": "Refused"}}, status=status, headers=headers)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return {}, _error(401, "Unauthorized")
        body = await request.json()
        if len(json.dumps(body, ensure_ascii=False).encode()) > LARGEST:
            return {}, _error(413, "MessageSizeTooBig")
        return body, None

    # People.

    def token(self, **claims: Any) -> str:
        said = {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "exp": int(time.time()) + 3_600,
            "nbf": int(time.time()) - 10,
            "serviceurl": f"{self.service}/",
            **claims,
        }
        return jwt.encode({k: v for k, v in said.items() if v is not None}, self.key, "RS256", {"kid": "k1"})

    def activity(self, who: str = ANN, room: str = ALERTS, root: str = "1", **more: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "id": str(next(self._numbers)),
            "channelId": "msteams",
            "serviceUrl": f"{self.service}/",
            "from": {"id": f"29:{who}", "name": "Ann" if who == ANN else "Ben", "aadObjectId": who},
            "recipient": {"id": f"28:{APP_ID}", "name": "Groundtruth"},
            "conversation": {"id": f"{room};messageid={root}", "conversationType": "channel", "isGroup": True},
            "channelData": {"tenant": {"id": TENANT}, "channel": {"id": room}},
            **more,
        }

    async def sends(self, activity: Mapping[str, Any], token: str | None = None) -> tuple[int, Any]:
        """The bot's answer to a request of the Connector's."""
        assert self.session is not None
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        async with asyncio.timeout(15), self.session.post(self.takes, json=activity, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def types(self, text: str, **more: Any) -> tuple[int, Any]:
        """A message to the bot: in a channel it is mentioned."""
        said = f"<at>Groundtruth</at> {text}"
        mention = {"type": "mention", "text": "<at>Groundtruth</at>", "mentioned": {"id": f"28:{APP_ID}"}}
        return await self.sends(self.activity(text=said, entities=[mention], **more))

    async def presses(self, message: Message, label: str, **more: Any) -> tuple[int, Any]:
        """A button by its label."""
        action = next(one for one in message.card["actions"] if one["title"] == label)
        value = {
            "action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"]},
            "trigger": "manual",
        }
        room, _, root = message.conversation.partition(";messageid=")
        return await self.sends(
            self.activity(room=room, root=root, type="invoke", name="adaptiveCard/action", value=value, **more)
        )


def _checked(activity: dict[str, Any]) -> dict[str, Any]:
    """Refuses, as an assertion, what Teams would not show."""
    assert activity["type"] == "message"
    for attachment in activity.get("attachments", ()):
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        card = attachment["content"]
        assert card["type"] == "AdaptiveCard"
        assert card["version"] == "1.5"
        _known(card["body"])
        for action in card.get("actions", ()):
            assert action["type"] in ACTIONS
            assert action["title"]
            assert action["type"] != "Action.OpenUrl" or action["url"].startswith("http")
    assert activity.get("attachments") or activity.get("text")
    return activity


def _known(elements: list[dict[str, Any]]) -> None:
    for element in elements:
        assert element["type"] in ELEMENTS, element
        _known(element.get("items", []) + element.get("inlines", []))


def _texts(elements: list[dict[str, Any]]) -> list[str]:
    found = []
    for element in elements:
        if element["type"] == "Container":
            found += _texts(element["items"])
        elif element["type"] == "TextBlock":
            found.append(element["text"])
        else:
            found.append("".join(run["text"] for run in element["inlines"]))
    return found


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)


@contextlib.asynccontextmanager
async def teams() -> AsyncIterator[Teams]:
    """Serve until the block ends."""
    it = Teams()
    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", it.login)
    app.router.add_get("/openid", it.metadata)
    app.router.add_get("/keys", it.keys)
    for base in ("", "/emea"):
        app.router.add_post(f"{base}/v3/conversations", it.started)
        app.router.add_post(f"{base}/v3/conversations/{{conversation}}/activities", it.replied)
        app.router.add_put(f"{base}/v3/conversations/{{conversation}}/activities/{{activity}}", it.updated)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with ClientSession() as it.session:
            yield it
    finally:
        await runner.cleanup()
