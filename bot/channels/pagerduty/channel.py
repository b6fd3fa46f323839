"""PagerDuty: incidents are alerts of the Events API v2, what informs without waking anybody are change events.

https://developer.pagerduty.com/docs/events-api-v2-overview. An event is sent when something has changed, not for
fresher figures: a trigger for an alert that a person has resolved there would open a new one and page again. The API
cannot take back an acknowledgement; a released incident is triggered again, which PagerDuty only notes.
"""

import contextlib
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext
from bot.channels.http_channel import AlertChannel
from bot.channels.pagerduty.options import Options, read
from bot.channels.pagerduty.webhooks import Webhooks
from bot.channels.paging import AlertStatus
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.http.client import Answer, HttpClient, RefusedError, Request
from bot.http.server import HttpServer

WHO = "PagerDuty"
SUMMARY = 1_024
ACTIONS: Mapping[AlertStatus, str] = {
    AlertStatus.FIRING: "trigger",
    AlertStatus.TAKEN: "acknowledge",
    AlertStatus.OVER: "resolve",
}


class PagerDuty(AlertChannel[Options]):
    """One integration key, that is one service of PagerDuty's; `hearing` is its way back, where there is one."""

    def __init__(self, name: str, options: Options, http: HttpClient, outside: ChannelContext) -> None:
        super().__init__(name, options, http, outside.memory)
        self._back = contextlib.AsyncExitStack()
        self.hearing: Webhooks | None = None
        self.listening: HttpServer | None = None
        if options.webhook is not None and not outside.trial:
            self.hearing = Webhooks(name, options.webhook, outside.desk, outside.memory, outside.now)
            doors = {("POST", options.webhook.path): self.hearing.take}
            self.listening = HttpServer(options.webhook.listen, "PagerDuty's webhooks", doors)

    async def __aenter__(self) -> Self:
        """Raises UserError where it cannot listen, or cannot read the certificates to trust."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._http)
            if self.listening is not None:
                await stack.enter_async_context(self.listening.open())
            self._back = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._back.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether the last event was taken, and webhooks are heard, in a sentence."""
        well, said_there = super().health()
        if self.hearing is None:
            return well, said_there
        heard, how = self.hearing.health()
        return well and heard, f"{said_there}; {how}"

    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:
        """Trigger, acknowledge or resolve; what has its end behind it already resolves nothing, and wakes nobody."""
        if card.kind == "incident":
            if known.get("theirs") and known.get("state") == paging.standing(card):
                return True  # People did it there: telling PagerDuty would only undo what they do meanwhile.
            await self._send("/v2/enqueue", key, _event(key, card))
        elif known.get("shape") != paging.shape(card):
            payload = {"summary": paging.headline(card, SUMMARY), **_about(card)}
            await self._send("/v2/change/enqueue", key, {"payload": payload, "links": _links(card)})
        return True

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """A line about an incident is a change event; what is one itself says its own changes."""
        if where.get("kind") != "incident":
            return
        payload = {
            "summary": paging.line(entry, SUMMARY),
            "source": "Groundtruth",
            "timestamp": paging.moment(entry.at),
            "custom_details": {"alert": str(where["key"])},
        }
        await self._once(key, lambda: self._send("/v2/change/enqueue", key, {"payload": payload}))

    async def _send(self, path: str, about: str, event: Mapping[str, Any]) -> None:
        body = {"routing_key": self._options.routing_key.reveal(), **event}
        try:
            answer = await self._http.send(Request(about, self._options.url, body, path))
        except RefusedError as error:
            if error.answer.status == 400 and "routing key" in str(error.answer.body).lower():
                self._http.wrong("it does not know the routing_key: copy the integration key again", error.answer)
            raise
        if not _taken(answer):
            self._http.unclear(answer)


def _event(key: str, card: Card) -> dict[str, Any]:
    payload = {"summary": paging.headline(card, SUMMARY), "severity": paging.severity(card).value, **_about(card)}
    if card.facts.components:
        payload["component"] = ", ".join(card.facts.components)[:200]
    return {
        "event_action": ACTIONS[paging.standing(card)],
        "dedup_key": key,
        "client": "Groundtruth",
        "payload": payload,
        "links": _links(card),
    }


def _about(card: Card) -> dict[str, Any]:
    details: dict[str, Any] = dict(paging.details(card))
    if card.trail:
        details["Timeline"] = paging.timeline(card)
    if card.footer:
        details["Note"] = paging.footer(card)
    return {"source": card.facts.service or "Groundtruth", "custom_details": details}


def _links(card: Card) -> list[dict[str, str]]:
    return [{"href": url, "text": label} for label, url in paging.links(card)]


def _taken(answer: Answer) -> bool:
    return answer.status == 202 and isinstance(answer.body, dict) and answer.body.get("status") == "success"


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> PagerDuty:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    secrets = (wanted.routing_key, wanted.url, *((wanted.webhook.secret,) if wanted.webhook else ()))
    return PagerDuty(name, wanted, HttpClient(WHO, outside.now, secrets, wanted), outside)
