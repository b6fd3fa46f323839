"""People at the fake Discord: they type commands, press buttons, choose, fill in forms, and see what comes back."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord import shapes
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.rules import Refused, check_choices, check_message, check_modal
from tests.fakes.discord.world import Channel, Message, User, World

ANSWER_S, TOKEN_S = 3.0, 900.0
EPHEMERAL = 1 << 6


@dataclass
class Asked:
    """One interaction: what was sent, and everything that came back. `at` is real time, as the three seconds are."""

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    at: float
    message: Message | None = None
    callback: int = 0
    answered_s: float = 0.0
    done_s: float = 0.0
    ephemeral: bool = False
    replies: list[Message] = field(default_factory=list)
    choices: list[dict[str, Any]] = field(default_factory=list)
    modal: dict[str, Any] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def text(self) -> str:
        """All the words of the first reply."""
        return shapes.words(self.replies[0]) if self.replies else ""

    async def settled(self, within_s: float = 5.0) -> "Asked":
        """Wait until the person sees an answer, choices or a form; TimeoutError: "This interaction failed"."""
        async with asyncio.timeout(within_s):
            while not (self.replies or self.choices or self.modal or self.callback in (6, 7, 8)):
                self.changed.clear()
                await self.changed.wait()
        return self


class People:
    """Makes interactions and takes their answers."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world, self.gateway = world, gateway
        self.asked: dict[str, Asked] = {}

    async def slash(self, user: User, channel: Channel, line: str, **options: str) -> Asked:
        """Type `/line` ("avail status") with options by name."""
        return await self._send(user, channel, 2, shapes.command(self.world, line, options))

    async def typing(self, user: User, channel: Channel, line: str, option: str, text: str, **others: str) -> Asked:
        """Type into an option that completes itself."""
        return await self._send(user, channel, 4, shapes.command(self.world, line, {**others, option: text}, option))

    async def press(self, user: User, message: Message, custom_id: str, values: tuple[str, ...] = ()) -> Asked:
        """Press a button, or choose in a menu."""
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": 3 if values else 2}
        if values:
            data["values"] = list(values)
        channel = self.world.channels[message.channel]
        return await self._send(user, channel, 3, data, message)

    async def submit(self, user: User, form: Asked, **values: str) -> Asked:
        """Fill in and send a form, by the custom ids of its inputs."""
        data = {"custom_id": form.modal["custom_id"], "components": shapes.filled(form.modal["components"], values)}
        return await self._send(user, form.channel, 5, data, form.message)

    async def again(self, asked: Asked) -> int:
        """Send the same interaction once more (two gateways, a resumed one); how many hear it."""
        return await self.gateway.dispatch("INTERACTION_CREATE", self._payloads[asked.id])

    async def _send(
        self, user: User, channel: Channel, kind: int, data: Mapping[str, Any], message: Message | None = None
    ) -> Asked:
        one = self.world.id()
        asked = Asked(one, f"token-{one}", kind, user, channel, time.monotonic(), message)
        self.asked[asked.token] = asked
        payload = shapes.interaction(self.world, asked, data)
        self._payloads[one] = payload
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return asked

    _payloads: dict[str, dict[str, Any]] = {}  # noqa: RUF012  (ids are unique in all fakes)

    # What the bot answers.

    def answer(self, interaction: str, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The first response to an interaction. Raises Refused."""
        asked = self._of(token, within_s=ANSWER_S if not self._answered(token) else TOKEN_S)
        if asked.id != interaction:
            raise Refused(404, 10062, "Unknown interaction")
        if asked.callback:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = int(body["type"]), {**(body.get("data") or {}), "files": body.get("files")}
        message = None
        match kind:
            case 4:
                message = self._reply(asked, data)
            case 5 | 6:
                asked.ephemeral = bool(int(data.get("flags") or 0) & EPHEMERAL)
            case 7 if asked.message is not None:
                check_message(data, new=False)
                self._change(asked.message, data)
            case 8:
                check_choices(data["choices"])
                asked.choices = list(data["choices"])
            case 9:
                check_modal(data)
                asked.modal = dict(data)
        asked.callback, asked.answered_s = kind, time.monotonic() - asked.at
        asked.changed.set()
        told: dict[str, Any] = {"interaction": {"id": asked.id, "type": asked.kind, "response_message_id": None}}
        if message is not None:
            told["resource"] = {"type": 4, "message": shapes.message(self.world, message)}
        return told

    def original(self, token: str, data: Mapping[str, Any]) -> Message:
        """Edit the first reply, which may still be the "thinking" of a deferred one; after 6 and 7 it is the message
        that the button is under. Raises Refused.
        """
        asked = self._of(token)
        if not asked.callback:
            raise Refused(404, 10015, "Unknown Webhook")
        theirs = asked.message if asked.callback in (6, 7) else next(iter(asked.replies), None)
        if theirs is not None:
            check_message(data, new=False)
            return self._change(theirs, data)
        return self._reply(asked, {**data, "flags": EPHEMERAL if asked.ephemeral else 0})

    def followup(self, token: str, data: Mapping[str, Any]) -> Message:
        """One more message. Raises Refused."""
        asked = self._of(token)
        if not asked.callback:
            raise Refused(404, 10015, "Unknown Webhook")
        return self._reply(asked, data)

    @staticmethod
    def _change(message: Message, data: Mapping[str, Any]) -> Message:
        message.content = data.get("content", message.content) or ""
        message.embeds = data.get("embeds", message.embeds) or []
        message.components = data.get("components", message.components) or []
        message.attach(data)
        return message

    def _reply(self, asked: Asked, data: Mapping[str, Any]) -> Message:
        check_message(data, new=True)
        flags = int(data.get("flags") or 0)
        message = Message(self.world.id(), asked.channel.id, self.world.bot.id, self.world.now(), flags=flags)
        self.world._write(message, {"allowed_mentions": {"parse": ["users"]}, **data})
        asked.replies.append(message)
        if not flags & EPHEMERAL:
            asked.channel.messages.append(message)
        asked.ephemeral = bool(flags & EPHEMERAL)
        asked.done_s = time.monotonic() - asked.at
        asked.changed.set()
        return message

    def _answered(self, token: str) -> bool:
        return token in self.asked and bool(self.asked[token].callback)

    def _of(self, token: str, within_s: float = TOKEN_S) -> Asked:
        asked = self.asked.get(token)
        if asked is None or time.monotonic() - asked.at > within_s:
            raise Refused(404, 10062, "Unknown interaction")
        return asked
