"""An automated response: a program or webhook of the configuration for an incident, and its reverse when that is over.

What it does is told in the incident's timeline, so that everybody sees it where they see the incident. It acts on
incidents alone, once each, never on one that people silenced, and knows its own: what it took back stays taken back.
"""

import shlex
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, SubmitAction
from bot.channels.response.options import Options, read
from bot.channels.response.payload import Action, ResponsePayload
from bot.channels.response.runs import Attempt, End, RunLog
from bot.channels.response.subprocess import ProgramResult, run
from bot.channels.webhook.channel import signed
from bot.channels.webhook.payload import told
from bot.core.model.action import ActionRequest
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.core.model.severity import SEVERITY
from bot.core.text.quoting import clean, quoted
from bot.errors import DeliveryError
from bot.http.client import HttpClient, Request
from bot.http.masking import mask, secrets_to_mask
from probes.model import State

AGAIN_S = 5.0
KEY = 255


class Response:
    """One response; it has one place, and a repeat finds in the record what was done."""

    idempotent = True
    refresh_s = 300.0

    def __init__(self, name: str, options: Options, outside: ChannelContext) -> None:
        self.name = name
        self._options = options
        self._record = RunLog(name, outside.memory)
        self._acts: SubmitAction = outside.acts
        self._now: Callable[[], float] = outside.now
        self._trial = outside.trial
        self._secrets = secrets_to_mask((options.url, options.secret, *options.env.values()))
        self._http = HttpClient("the webhook", outside.now, (options.url, options.secret), options)
        self._stack = AsyncExitStack()
        self._wrong = self._heard = ""

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        await self._stack.enter_async_context(self._http)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def health(self) -> tuple[bool, str]:
        """Whether what was done last worked."""
        return not self._wrong, self._wrong or f"{self.name} has had no failure"

    def last_response(self) -> str:
        """What was done last, or would have been."""
        return self._heard

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  one place
        """Do what the card asks for."""
        return await self.edit({"key": paging.identity(key, KEY)}, card)

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Do what the card asks for by now, if it is not done."""
        key = str(where["key"])
        if self._trial:
            action = Action.UNDO if card.closed else Action.DO
            nothing = card.closed and not self._takes_back
            self._heard = f"{self.name} would {'do nothing more' if nothing else self._named(action)}"
        elif card.kind == "incident" and not card.closed and self._due(card):
            await self._act(Action.DO, key, card)
        elif card.kind == "incident" and card.closed and self._takes_back:
            done = await self._record.known(f"{key}:{Action.DO}")
            if done is not None and done.end is not End.REFUSED:
                await self._act(Action.UNDO, key, card)
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Nothing: what changes an incident changes its card."""

    @property
    def _takes_back(self) -> bool:
        return bool(self._options.reverse or self._options.url.reveal())

    def _due(self, card: Card) -> bool:
        if card.facts.silenced:
            return False
        if self._options.on == "acknowledged":
            return card.facts.acknowledged
        return SEVERITY.get(card.facts.worst, 0) >= SEVERITY[State(self._options.on)]

    async def _act(self, action: Action, key: str, card: Card) -> None:
        """Once: what was tried before is not tried again, only told again if nobody may have heard."""
        order = f"{key}:{action}"
        tried = await self._record.known(order)
        if tried is None or (tried.end is End.FAILED and tried.tries < self._options.tries):
            tried = await self._try(action, order, card, attempt=tried.tries + 1 if tried else 1)
            await self._record.ended(order, tried)
        self._heard = tried.text
        self._wrong = f"{self.name}: {tried.text}" if tried.end in {End.FAILED, End.UNKNOWN} else ""
        if tried.end is End.FAILED and tried.tries < self._options.tries:
            raise DeliveryError(tried.text, retry_after=AGAIN_S)
        words = (card.subject, clean(f"{self.name}: {tried.text}", 300))
        name = paging.digest(f"{self.name}:{order}")[:32]
        await self._acts(
            card.facts.service, ActionRequest(self._now(), "responded", words, f"response::{self.name}", id=name)
        )

    async def _try(self, action: Action, order: str, card: Card, attempt: int) -> Attempt:
        if self._options.dry_run:
            return Attempt(attempt, End.DRY, f"would {self._named(action)} (dry run)")
        if not await self._record.begins(order, attempt):
            why = f"{self._named(action)}: began, and was interrupted; nobody knows whether it ran"
            return Attempt(attempt, End.UNKNOWN, why)
        if action is Action.DO and attempt == 1 and not await self._record.may(self._options.per_hour):
            limit = self._options.per_hour
            return Attempt(attempt, End.REFUSED, f"did not {self._named(action)}: {limit} an hour are allowed")
        words = ResponsePayload(
            action=action, id=paging.digest(order)[:32], sent_at=paging.moment(self._now()), incident=told(card)
        )
        end, text = await (self._call(words) if self._options.url.reveal() else self._run(action, words))
        return Attempt(attempt, end, f"{self._named(action)}: {text}")

    async def _run(self, action: Action, words: ResponsePayload) -> tuple[End, str]:
        command = self._options.run if action is Action.DO else self._options.reverse
        variables = {name: value.reveal() for name, value in self._options.env.items()}
        try:
            ended = await run(command, words.model_dump_json().encode(), variables, self._options.timeout_s)
        except OSError as error:
            return End.FAILED, f"failed: it could not be begun ({error.strerror})"
        return (End.DONE if ended.code == 0 else End.FAILED), self._worded(ended)

    def _worded(self, ended: ProgramResult) -> str:
        """How a program ended, with its last line."""
        lines = [line for line in (mask(raw, self._secrets) for raw in ended.output.splitlines()) if line]
        last = f", {quoted(lines[-1], 120)}" if lines else ""
        if ended.code is None:
            return f"failed: not done within {self._options.timeout_s:g} s, so it was ended{last}"
        return f"done{last}" if ended.code == 0 else f"failed: exit code {ended.code}{last}"

    async def _call(self, words: ResponsePayload) -> tuple[End, str]:
        body = words.model_dump_json().encode()
        headers = {**signed(self._options.secret, body, self._now()), "idempotency-key": words.id}
        try:
            answer = await self._http.send(Request(words.id, self._options.url, body, headers=headers))
        except DeliveryError as error:
            return End.FAILED, f"failed: {error}"
        return End.DONE, f"done, it answers {answer.status}"

    def _named(self, action: Action) -> str:
        """What is done, in words: the program with its arguments, or the webhook."""
        if self._options.url.reveal():
            return f"call its webhook to {'act' if action is Action.DO else 'take it back'}"
        program, *arguments = self._options.run if action is Action.DO else self._options.reverse
        return f"run {quoted(shlex.join((program.rpartition('/')[2], *arguments)), 80)}"


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Response:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    return Response(name, read(name, options), outside)
