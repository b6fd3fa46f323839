"""What people do in Slack, answered by the desk: commands, buttons, forms, the App Home.

Everything here runs after Slack has been told that we heard. Nothing is kept in the process: what a button means stands
in its value, and a deed that is delivered twice, to this replica or another, is answered once.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channels.context import ChatServices
from bot.channels.slack import answers, views
from bot.channels.slack.blocks import Block, SlackMessage
from bot.channels.slack.duplicates import Duplicates
from bot.channels.slack.errors import failure
from bot.channels.slack.interaction import Interaction, of_action, of_command, of_form, of_message, of_shortcut
from bot.channels.slack.roles import Roles
from bot.channels.slack.web_api import WRONG, Web
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.card import Action
from bot.core.model.person import Person
from bot.errors import StoreError

log = logging.getLogger(__name__)

ANSWERED_S = 3_600.0
"""How long a deed is known; Slack's last repeat comes after about six minutes."""
ASK_S = 10.0
NAMES_S = 1.0
"""A form has to be open within three seconds."""
FORMS = {"report": views.report, "maintenance": views.maintenance, "explain": views.explain}
HOME_FORMS = {"subscribe": views.subscribe, "unsubscribe": views.unsubscribe}
BROKEN = "something broke on my side and is in my log; please try again"
AWAY = "I cannot read my store right now, so I know nothing fresh; please try again in a minute"


class Handlers:
    """Answers what people type and press in Slack."""

    def __init__(  # noqa: PLR0913 - the workspace and the setting beside what it works with
        self, name: str, web: Web, roles: Roles, around: ChatServices, prefix: str = "", *, charts: bool = True
    ) -> None:
        """`prefix` comes before the places of another workspace than that of the configured token.

        `charts`: answers about the past show them.
        """
        self._name = name
        self._prefix = prefix
        self._charts = charts
        self._web = web
        self._roles = roles
        self._desk = around.desk
        self._memory = around.memory
        self._duplicates = Duplicates(name, web, around.memory)
        self._now = around.now

    async def command(self, body: Mapping[str, Any]) -> None:
        """`/avail …`: a private answer, or a form where it needs more words."""
        press = of_command(body)
        if not await self._first(press):
            return
        form = FORMS.get(press.line.casefold())
        if form is None or not await self._opened(press, form(press, await self._names(press.line, press))):
            await self._answer(press, press.line)

    async def pressed(self, body: Mapping[str, Any]) -> None:
        """A button or an option: the line in its value."""
        press = of_action(body)
        if not press.line or not await self._first(press):
            return
        if not press.at_home:
            await (self._ask_how_long if views.lacks_length(press.line) else self._answer)(press, press.line)
            await self._duplicates.pressed(body, press.line)
            return
        await self._answer_at_home(press, press.line)

    async def shared(self, body: Mapping[str, Any]) -> None:
        """The same answer, fresh, for everybody in the channel."""
        press = of_action(body)
        if not press.line or not await self._first(press):
            return
        answer = await self._ask(press, press.line)
        said = answers.answer(answer, self._now(), by=press.name or press.user)
        await self._respond(press, said, public=not answer.refused)

    async def submitted(self, body: Mapping[str, Any]) -> None:
        """A form that was sent off."""
        press = of_form(body, views.line(body.get("view") or {}))
        if await self._first(press):
            await (self._answer_at_home if press.at_home else self._answer)(press, press.line)

    async def shortcut(self, body: Mapping[str, Any]) -> None:
        """The shortcut on a message of anybody, which explains the error in it: a private answer."""
        press = of_shortcut(body)
        if await self._first(press):
            await self._answer(press, press.line)

    async def spoken_to(self, body: Mapping[str, Any]) -> None:
        """A mention, or a direct message: answered where it was said, by the same rules as a command."""
        event = body.get("event") or {}
        press = of_message(body)
        if event.get("bot_id") or event.get("subtype") or not press.user or not await self._first(press):
            return
        answer = await self._ask(press, press.line)
        said = answers.answer(answer, self._now()).arguments()
        try:
            await self._web.asker.chat_postMessage(
                channel=press.channel, thread_ts=press.thread or None, unfurl_links=False, unfurl_media=False, **said
            )
        except WRONG as error:
            log.warning("%s: %s got no answer to a message: %s", self._name, press.user, failure(error))

    async def options(self, body: Mapping[str, Any]) -> list[Block]:
        """What a menu of names offers for what was typed so far; nothing where that is not known in time."""
        press = of_action(body)
        command = str(body.get("action_id", "")).partition(":")[2]
        return views.offered(await self._names(f"{command} {str(body.get('value') or '')[:80]}".strip(), press))

    async def home(self, body: Mapping[str, Any]) -> None:
        """Somebody opened the App Home."""
        event = body.get("event") or {}
        user = str(event.get("user", ""))
        press = Interaction(str(body.get("event_id", "")), str(body.get("team_id", "")), user, user, "")
        if user and event.get("tab", "home") == "home" and await self._first(press):
            await self._show_home(press)

    async def menu(self, body: Mapping[str, Any]) -> None:
        """A button of the App Home that opens a form, for whoever may send it off; others hear what it takes."""
        press = of_action(body)
        form = HOME_FORMS.get(press.line)
        if form is None or not await self._first(press):
            return
        if not (await self._asker(press)).role.may(COMMANDS[press.line].role):
            await self._answer_at_home(press, press.line)
            return
        names = await self._names(press.line, press)
        await self._opened(press, form(press, names, f"{self._name}:{self._prefix}"))

    async def refreshed(self, body: Mapping[str, Any]) -> None:
        """The button of the App Home that reads everything again."""
        press = of_action(body)
        if await self._first(press):
            await self._show_home(press)

    async def sorry(self, body: Mapping[str, Any]) -> None:
        """What a person hears when something here broke: never nothing."""
        press = of_action(body) if "actions" in body else of_command(body)
        if press.answer_to:
            answer = Answer(BROKEN, self._now(), understood=False)
            await self._respond(press, answers.answer(answer, self._now()), public=False)

    async def _answer_at_home(self, press: Interaction, line: str) -> None:
        """In a window; on the page itself where the work took longer than Slack lets a window open."""
        answer = await self._ask(press, line)
        opened = await self._opened(press, views.told(answer, self._now()))
        if answer.changed or not opened:
            await self._show_home(press, "" if opened else answer.title)

    async def _show_home(self, press: Interaction, note: str = "") -> None:
        standing = await self._ask(press, "status")
        subscribed = await self._ask(press, "subscriptions")
        view = views.home(standing, subscribed if subscribed.understood else None, self._now(), note)
        try:
            await self._web.asker.views_publish(user_id=press.user, view=view)
        except WRONG as error:
            log.warning("%s: the App Home of %s could not be shown: %s", self._name, press.user, failure(error))

    async def _answer(self, press: Interaction, line: str) -> None:
        answer = await self._ask(press, line)
        if (
            answer.choice is not None
            and press.trigger
            and await self._opened(press, views.choice(press, answer.choice))
        ):
            return
        await self._respond(press, answers.answer(answer, self._now(), share=line or "status"), public=False)

    async def _ask_how_long(self, press: Interaction, line: str) -> None:
        """Silencing from the menu (⋯): the durations, privately."""
        subject = line.partition(" ")[2]
        question = Answer("For how long?", self._now(), actions=(Action("silence", "Silence", subject),))
        await self._respond(press, answers.answer(question, self._now()), public=False)

    async def _ask(self, press: Interaction, line: str) -> Answer:
        asker = await self._asker(press)
        try:
            async with asyncio.timeout(ASK_S):
                answer = await self._desk.ask(line, asker, self._now())
                return answer if self._charts else replace(answer, charts=())
        except (StoreError, TimeoutError) as error:
            log.warning("%s: %r was not answered: %s", self._name, line[:80], error or "too slow")
            return Answer(AWAY, self._now(), understood=False)

    async def _asker(self, press: Interaction) -> Asker:
        person = Person("slack", press.team, press.user, press.name or press.user)
        here = f"{self._name}:{self._prefix}{press.channel}" if press.channel else ""
        try:
            role = await self._roles.role(press.user, press.channel)
        except StoreError:
            role = Role.VIEWER
        direct = f"{self._name}:{self._prefix}{press.user}" if press.user else ""
        return Asker(person, role, here, f"{self._name}:{press.id}" if press.id else "", direct)

    async def _first(self, press: Interaction) -> bool:
        """Whether this deed was not seen before; taken for new while the store is away, for acts have their own ids."""
        try:
            return not press.id or await self._memory.set_once(f"{self._name}:press:{press.id}", ANSWERED_S)
        except StoreError:
            return True

    async def _names(self, command: str, press: Interaction) -> views.Choices:
        try:
            async with asyncio.timeout(NAMES_S):
                return await self._desk.complete(f"{command} ", Asker(Person("slack", press.team, press.user, "")))
        except (StoreError, TimeoutError):
            return ()

    async def _opened(self, press: Interaction, view: Block) -> bool:
        try:
            await self._web.asker.views_open(trigger_id=press.trigger, view=view)
        except WRONG as error:
            log.warning("%s: a form could not be opened: %s", self._name, failure(error))
            return False
        return True

    async def _respond(self, press: Interaction, said: SlackMessage, *, public: bool) -> None:
        """To the response_url, once more if that fails; then by a private message of the Web API."""
        kind = {"response_type": "in_channel" if public else "ephemeral", "replace_original": False}
        for form in said.forms() if press.answer_to else ():
            try:
                async with self._web.session.post(press.answer_to, json={**kind, **form}) as response:
                    if response.status == 200:
                        return
                    log.info("%s: an answer was refused with %d", self._name, response.status)
            except WRONG as error:
                log.info("%s: an answer could not be given: %s", self._name, failure(error))
        try:
            await self._web.asker.chat_postEphemeral(
                channel=press.channel or press.user, user=press.user, **said.arguments()
            )
        except WRONG as error:
            log.warning("%s: %s got no answer: %s", self._name, press.user, failure(error))
