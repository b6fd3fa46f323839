"""What people type and press in Teams, answered by the desk.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages,
https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model. Teams has no answer that only one
person in a channel sees: what is typed there is answered in its thread, and a button by a short note to who pressed it.
"""

import asyncio
import html
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.context import ChannelContext, posted_in
from bot.channels.http_channel import KEPT_S
from bot.channels.teams import cards
from bot.channels.teams.connector import Connector, Verifier, conversation
from bot.channels.teams.options import Options
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.model.person import Person
from bot.core.text.quoting import clean
from bot.errors import DeliveryError, StoreError

log = logging.getLogger(__name__)

ASK_S = 3.0
ONCE_S = 3_600.0
AWAY = "I can't read my store right now. Try again in a minute."
BUTTON = "adaptiveCard/action"


class _Loose(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class _Account(_Loose):
    id: str = Field("", max_length=500)
    name: str = Field("", max_length=500)
    entra: str = Field("", alias="aadObjectId", max_length=100)


class _Named(_Loose):
    id: str = Field("", max_length=500)


class _ChannelData(_Loose):
    tenant: _Named = _Named()
    channel: _Named = _Named()


class _Mention(_Loose):
    type: str = ""
    text: str = Field("", max_length=1_000)
    mentioned: _Account = _Account()


class _Activity(_Loose):
    """What we read of an activity; everything else in it is passed over."""

    type: str = Field(max_length=100)
    id: str = Field("", max_length=500)
    name: str = Field("", max_length=100)
    channel_id: str = Field("", alias="channelId")
    service_url: str = Field("", alias="serviceUrl", max_length=500)
    text: str = Field("", max_length=20_000)
    sender: _Account = Field(_Account(), alias="from")
    recipient: _Account = _Account()
    conversation: _Named = _Named()
    channel_data: _ChannelData = Field(_ChannelData(), alias="channelData")
    entities: list[_Mention] = Field([], max_length=100)
    value: dict[str, Any] = {}

    @property
    def place(self) -> str:
        """The channel, or the talk with one person."""
        return self.channel_data.channel.id or self.conversation.id.partition(";")[0]

    def line(self) -> str:
        """The command: the text without the mention of us, or what the button carries."""
        if self.name == BUTTON:
            action = self.value.get("action")
            action = action if isinstance(action, Mapping) else {}
            data = action.get("data")
            subject = data.get("subject", "") if isinstance(data, Mapping) else ""
            return f"{str(action.get('verb', ''))[:40]} {str(subject)[:200]}".strip()
        text = self.text
        for one in self.entities:
            if one.type == "mention" and one.text and one.mentioned.id == self.recipient.id:
                text = text.replace(one.text, " ")
        return " ".join(html.unescape(text).split())


class Incoming:
    """The ear of one bot: every request is verified, each act counts once."""

    def __init__(self, name: str, options: Options, connector: Connector, outside: ChannelContext) -> None:
        self._name = name
        self._options = options
        self._connector = connector
        self._outside = outside
        self._verifier = Verifier(connector, options.app_id, outside.now)
        self._taken = 0
        self._refused = 0

    def health(self) -> tuple[bool, str]:
        """Requests that are all refused tell of a wrong app id, or of somebody else."""
        if self._refused and not self._taken:
            return False, f"{self._refused} messages were not signed by Microsoft for this bot: check app_id"
        return True, f"{self._taken} messages taken, {self._refused} refused"

    async def take(self, request: web.BaseRequest) -> web.Response:
        """One activity: answered, passed over, or refused."""
        try:
            service = await self._verifier.service(request.headers.get("authorization", ""))
            it = _Activity.model_validate_json(await request.read())
            self._admit(it, service)
        except PermissionError as error:
            self._refused += 1
            log.info("%s: a message was refused: %s", self._name, error)
            return web.Response(status=403, text="refused")
        except ValidationError:
            return web.Response(status=400, text="this is not an activity")
        except DeliveryError as error:
            log.warning("%s: a message cannot be verified now: %s", self._name, error)
            return web.Response(status=503, text="later")
        self._taken += 1
        pressed = it.type == "invoke" and it.name == BUTTON
        if not (pressed or it.type == "message") or not (line := it.line() or ("" if pressed else "status")):
            return web.Response(text="nothing for us")
        try:
            return await self._answered(it, line, pressed=pressed)
        except StoreError as error:
            log.warning("%s: %r was not answered: %s", self._name, line[:80], error)
            return _noted(AWAY) if pressed else web.Response(status=503, text="later")

    def _admit(self, it: _Activity, service: str) -> None:
        """Raises PermissionError for what is not from Teams, from another tenant, or would be answered elsewhere."""
        if it.channel_id != "msteams" or not service or it.service_url.rstrip("/") != service:
            raise PermissionError("the token is for another service")
        if it.channel_data.tenant.id.lower() != self._options.tenant:
            raise PermissionError("it comes from another tenant")

    async def _answered(self, it: _Activity, line: str, *, pressed: bool) -> web.Response:
        memory = self._outside.memory
        if it.id and not pressed and not await memory.set_once(f"{self._name}:heard:{it.id}", ONCE_S):
            return web.Response(text="done already")
        await memory.put(noted_service(self._name, it.place), it.service_url, KEPT_S)
        answer = await self._ask(it, line)
        long = bool(answer.lines or answer.table or answer.text)
        if not pressed or long:
            await self._reply(it, answer)
        if not pressed:
            return web.Response(text="done")
        title = clean(answer.plainly().title, 200)
        return _noted(f"{title} (see the replies)" if long else title)

    async def _ask(self, it: _Activity, line: str) -> Answer:
        who = it.sender
        person = Person("teams", self._options.tenant, who.entra or who.id, clean(who.name, 80) or "somebody")
        act = f"{self._name}:{it.id}" if it.id else ""
        asker = Asker(person, await self._role(it), f"{self._name}:{it.place}", act)
        try:
            async with asyncio.timeout(ASK_S):
                return await self._outside.desk.ask(line[:4_000], asker, self._outside.now())
        except (StoreError, TimeoutError):
            return Answer(AWAY, self._outside.now(), understood=False)

    async def _role(self, it: _Activity) -> Role:
        """By listed ids, and by where one acts: whoever is in a channel that gets alerts is there to deal with them."""
        who, roles = it.sender.entra.lower(), self._options.roles
        if who and who in roles.admin:
            return Role.ADMIN
        here = it.place in self._options.channels
        if (who and who in roles.responder) or here or await self._outside.memory.get(posted_in(self._name, it.place)):
            return Role.RESPONDER
        return Role.VIEWER

    async def _reply(self, it: _Activity, answer: Answer) -> None:
        said = {**cards.answer(answer), "replyToId": it.id}
        try:
            await self._connector.send(it.service_url, conversation(it.conversation.id), said, it.id)
        except DeliveryError as error:
            log.warning("%s: an answer could not be given: %s", self._name, error)


def noted_service(name: str, place: str) -> str:
    """The note of the Connector's address for a place: it differs by region, and each message tells it."""
    return f"{name}:service:{place}"


def _noted(sentence: str) -> web.Response:
    """A note that only the one who pressed sees."""
    said = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": sentence}
    return web.json_response(said)
