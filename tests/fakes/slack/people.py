"""People of the workspace: they type commands, press buttons, choose, fill in forms, and read what comes back."""

import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.slack import rules
from tests.fakes.slack.deliveries import Acked, Deliveries
from tests.fakes.slack.rules import RefusedError
from tests.fakes.slack.workspace import APP_ID, TEAM, Message, User, Workspace

USES, VALID_S = 5, 1_800.0


@dataclass
class Reply:
    """What one interaction led to: the ack, and what was posted to its response_url."""

    acked: Acked
    answers: list[Message]
    payload: dict[str, Any]
    kind: str

    def is_answered(self) -> bool:
        return bool(self.answers)

    @property
    def shown(self) -> str:
        return "\n".join(answer.shown for answer in self.answers)


@dataclass
class Answering:
    """The response_urls that were given out: five uses within half an hour each."""

    workspace: Workspace
    origin: str = ""
    given: dict[str, tuple[float, list[Message], str]] = field(default_factory=dict)
    broken: int = 0
    """So many answers are refused with 500."""

    def url(self, channel: str) -> tuple[str, list[Message]]:
        name = f"r{self.workspace.number()}"
        answers: list[Message] = []
        self.given[name] = (time.monotonic(), answers, channel)
        return f"{self.origin}/respond/{name}", answers

    async def answered(self, request: web.Request) -> web.Response:
        """An answer to an interaction, without a token."""
        began, answers, channel = self.given[request.match_info["id"]]
        said = await request.json()
        if self.broken:
            self.broken -= 1
            return web.Response(status=500, text="server_error")
        if len(answers) >= USES or time.monotonic() - began > VALID_S:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            rules.message(said)
        except RefusedError as error:
            return web.json_response({"ok": False, "error": error.code}, status=500)
        it = Message(channel, self.workspace.ts(), said, to_user="")
        answers.append(it)
        if said.get("response_type") == "in_channel":
            self.workspace.messages.append(it)
        else:
            self.workspace.ephemerals.append(it)
        await self.workspace.told()
        return web.Response(text="ok")


@dataclass
class Someone:
    """One person at a keyboard."""

    deliveries: Deliveries
    answering: Answering
    user: User

    async def types(self, text: str, channel: str = "C1", **more: Any) -> Reply:
        """A slash command."""
        url, answers = self.answering.url(channel)
        payload = {
            "command": "/avail",
            "text": text,
            "channel_id": channel,
            "channel_name": "general",
            "user_id": self.user.id,
            "user_name": self.user.name,
            "team_id": TEAM,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self._trigger(),
            **more,
        }
        return await self._sent("slash_commands", payload, answers)

    async def presses(self, message: Message, label: str, option: str = "") -> Reply:
        """A button by its label, an option of a menu, or what the menu ⋯ offers by its own label."""
        element = message.element(label)
        url, answers = self.answering.url(message.channel)
        ephemeral = message in self.answering.workspace.ephemerals
        block = next(b["block_id"] for b in message.blocks if element in b.get("elements", ()))
        action = {"action_id": element["action_id"], "block_id": block, "type": element["type"]}
        action["action_ts"] = self._now()
        if element["type"] == "button":
            action |= {"value": element.get("value", ""), "text": element["text"]}
        else:
            chosen = next(one for one in element["options"] if one["text"]["text"] == (option or label))
            action |= {"selected_option": chosen}
        container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        payload = {
            **self._who("block_actions"),
            "container": container | {"is_ephemeral": ephemeral},
            "channel": {"id": message.channel, "name": "general"},
            "response_url": url,
            "actions": [action],
        }
        return await self._sent("interactive", payload, answers)

    async def submits(self, view: dict[str, Any], values: dict[str, dict[str, Any]]) -> Reply:
        """A modal, filled in: values by block_id and action_id."""
        payload = {**self._who("view_submission"), "view": {**view, "state": {"values": values}}, "response_urls": []}
        return await self._sent("interactive", payload, [])

    async def shortcuts(self, callback: str, text: str, channel: str = "C1") -> Reply:
        """A shortcut on a message."""
        url, answers = self.answering.url(channel)
        payload = {
            **self._who("message_action"),
            "callback_id": callback,
            "channel": {"id": channel, "name": "general"},
            "message": {"type": "message", "user": "U7", "ts": self._now(), "text": text},
            "response_url": url,
        }
        return await self._sent("interactive", payload, answers)

    async def looks_up(self, view: dict[str, Any], action_id: str, typed: str) -> Reply:
        """What a menu of a form offers while one types."""
        menu = {"action_id": action_id, "block_id": "what", "value": typed}
        return await self._sent("interactive", {**self._who("block_suggestion"), **menu, "view": view}, [])

    async def says(self, text: str, channel: str = "C1", *, directly: bool = False) -> Reply:
        """A message that mentions the bot, or that is sent to it directly."""
        kind = {"type": "message", "channel_type": "im"} if directly else {"type": "app_mention"}
        event = {**kind, "user": self.user.id, "text": text, "channel": channel, "ts": self._now()}
        self.answering.workspace.heard.add(event["ts"])
        return await self.happens(event)

    async def presses_at_home(self, action_id: str, value: str = "") -> Reply:
        """A button of the App Home, which has no channel and no response_url."""
        home = self.answering.workspace.homes[self.user.id]
        action = {"action_id": action_id, "block_id": "b", "type": "button", "value": value, "action_ts": self._now()}
        payload = {**self._who("block_actions"), "view": home, "actions": [action], "container": {"type": "view"}}
        return await self._sent("interactive", payload, [])

    async def opens_home(self) -> Reply:
        event = {"type": "app_home_opened", "user": self.user.id, "channel": "D1", "tab": "home"}
        return await self.happens(event)

    async def happens(self, event: dict[str, Any], event_id: str = "") -> Reply:
        """An event of the Events API."""
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP_ID,
            "event": {**event, "event_ts": self._now()},
            "event_id": event_id or f"Ev{self.answering.workspace.number()}",
            "event_time": 1,
            "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
        }
        return await self._sent("events_api", payload, [])

    async def again(self, reply: Reply) -> Reply:
        """Slack delivers the very same request once more."""
        return await self._sent(reply.kind, reply.payload, reply.answers)

    async def _sent(self, kind: str, payload: dict[str, Any], answers: list[Message]) -> Reply:
        return Reply(await self.deliveries.send(kind, payload), answers, payload, kind)

    def _who(self, kind: str) -> dict[str, Any]:
        user = {"id": self.user.id, "username": self.user.name, "name": self.user.name, "team_id": TEAM}
        team = {"id": TEAM, "domain": "test"}
        return {"type": kind, "user": user, "team": team, "api_app_id": APP_ID, "trigger_id": self._trigger()}

    def _trigger(self) -> str:
        name = f"{self.answering.workspace.number()}.trigger"
        self.answering.workspace.triggers[name] = time.monotonic()
        return name

    def _now(self) -> str:
        return f"{time.time():.6f}{self.answering.workspace.number() % 10}"
