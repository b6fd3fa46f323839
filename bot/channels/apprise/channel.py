"""Microsoft Teams, Telegram, Mattermost and a hundred others, by Apprise: what has no kind of its own.

https://github.com/caronc/apprise. It posts and can neither edit nor know a message again. So the first message, what
is worse than ever before, the end, and reminders are posted, and nothing between. Each address is noted when it has
taken a message, so that one which fails does not repeat it at the others. Apprise may call a message failed that
arrived (https://github.com/caronc/apprise/issues/1685): then it stands there twice.
"""

import asyncio
import importlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from bot.channels import paging
from bot.channels.apprise.options import Options, read
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext
from bot.channels.http_channel import CALLS, HEADLINE, NotificationLog
from bot.channels.paging import RANK, Severity
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, UserError
from bot.http.client import FailureTracker
from bot.http.masking import mask, secrets_to_mask

KEY = 255
TITLE, BODY = 250, 1_500
"""Characters that nearly every service takes."""
HANDS = 8
"""Messages under way; Apprise has no time-out for all of one, and a stuck thread cannot be stopped."""
KINDS: Mapping[Severity, str] = {
    Severity.CRITICAL: "failure",
    Severity.ERROR: "failure",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}


class ByApprise(NotificationLog):
    """A channel that sends each message to several Apprise addresses."""

    idempotent = False
    refresh_s = 300.0

    def __init__(self, name: str, options: Options, outside: ChannelContext) -> None:
        """Raises UserError for an address that Apprise does not know."""
        super().__init__(name, outside.memory)
        self._options = options
        self._sending = importlib.import_module("bot.channels.apprise.client")
        self._hidden = secrets_to_mask(options.urls)
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix=f"apprise {name}")
        self._unheard = FailureTracker()
        self._wrong = ""
        strange = [str(n) for n, url in enumerate(options.urls) if not self._sending.known(url)]
        if strange:
            raise UserError("\n".join(f"channels.{name}.urls.{n}: Apprise does not know this address" for n in strange))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hands.shutdown(wait=False, cancel_futures=True)

    def health(self) -> tuple[bool, str]:
        """Whether the last message was taken everywhere, in a sentence."""
        return not self._wrong, self._wrong or "Apprise takes messages"

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  the addresses are its places
        """The first message; for what has its end behind it already, none."""
        return await self.edit({"key": paging.identity(key, KEY)}, card)

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Another message, if it is worse than ever before, begins anew, or is over."""
        key = str(where["key"])
        told = await self._told(key)
        severity, over = paging.severity(card), card.closed
        worst = Severity(told["worst"]) if told else None
        if over:
            news = bool(told) and not told["over"]
        else:
            news = worst is None or bool(told["over"]) or RANK.index(severity) > RANK.index(worst)
        if news:
            number = int(told.get("number", 0)) + 1
            kind = "success" if over else KINDS[severity]
            body = paging.body(card, BODY, trail=True) or paging.headline(card, TITLE)
            await self._say(f"{key}#{number}", paging.headline(card, TITLE), body, kind)
            worst = severity if worst is None or told["over"] else max(severity, worst, key=RANK.index)
            kept = {"worst": worst, "over": "yes" if over else "", "number": str(number)}
            await self._tell(key, kept | {HEADLINE: paging.headline(card, TITLE)})
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """A message where people are called; the other lines stand in the next one."""
        if entry.event in CALLS:
            line, told = paging.line(entry, TITLE), await self._told(str(where["key"]))
            await self._say(f"line {key}", line, told.get(HEADLINE, line), "warning")

    async def _say(self, name: str, title: str, body: str, kind: str) -> None:
        """To every address that has not taken it yet. Raises DeliveryError, for the addresses that did not."""
        try:
            async with asyncio.timeout(self._options.answer_s):
                results = await asyncio.gather(
                    *(self._one(n, name, (title, body, kind)) for n in range(len(self._options.urls)))
                )
        except TimeoutError:
            why = f"Apprise gives no answer in {self._options.answer_s:.0f} s"
            raise self._failed(name, why, ambiguous=True) from None
        failures = [why for why in results if why]
        if failures:
            raise self._failed(name, f"Apprise could not send to {len(failures)} of {len(results)}: {failures[0]}")
        self._wrong = ""
        self._unheard.clear()

    async def _one(self, number: int, name: str, words: tuple[str, str, str]) -> str:
        """Why one address did not take it, "" where it did, now or before."""
        why = ""

        async def say() -> None:
            nonlocal why
            title, body, kind = words
            call = (self._options.urls[number], harmless(title), harmless(body), kind)
            why = await asyncio.get_running_loop().run_in_executor(self._hands, self._sending.send, *call)
            if why:
                raise _NotTakenError

        try:
            await self._once(f"{name} {number}", say)
        except _NotTakenError:
            return mask(why, self._hidden)
        return ""

    def _failed(self, about: str, why: str, *, ambiguous: bool = False) -> DeliveryError:
        self._wrong = why
        return DeliveryError(why, ambiguous=ambiguous, everywhere=self._unheard.several(about))


class _NotTakenError(Exception):
    """Keeps what failed from being noted as said."""


def harmless(text: str) -> str:
    """Letters that nobody is called by: a word joiner (U+2060) keeps @all and <!channel> from being names."""
    return text.replace("@", "@\u2060").replace("<!", "<\u2060!")


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> ByApprise:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    return ByApprise(name, read(name, options), outside)
