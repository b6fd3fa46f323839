"""Alerts of Jira Service Management, and of Opsgenie, whose API it has taken over: known by their alias.

https://docs.opsgenie.com/docs/alert-api. An alert is created once; later its message, description and priority are
replaced, so that nothing is reopened that a person has closed there, and only when something has changed.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext
from bot.channels.http_channel import AlertChannel
from bot.channels.jira_service_management.options import Options, read
from bot.channels.paging import AlertStatus, Severity
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.core.text.quoting import clean
from bot.http.client import HttpClient, Request

WHO = "Jira Service Management"
MESSAGE = 130
DESCRIPTION = 15_000
NOTE = 1_000
SOURCE = "Groundtruth"
PRIORITY: Mapping[Severity, str] = {
    Severity.CRITICAL: "P1",
    Severity.ERROR: "P2",
    Severity.WARNING: "P3",
    Severity.INFO: "P5",
}
TURNS: Mapping[AlertStatus, str] = {
    AlertStatus.FIRING: "unacknowledge",
    AlertStatus.TAKEN: "acknowledge",
    AlertStatus.OVER: "close",
}


class JiraServiceManagement(AlertChannel[Options]):
    """A channel that posts to one Jira Service Management integration."""

    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:
        """Words, priority, then where it stands; what has its end behind it already wakes nobody."""
        if not known and card.closed:
            return False
        news = paging.news(card)
        fresh = not known or (known["state"] == AlertStatus.OVER and not card.closed)
        if fresh:
            await self._ask(key, "POST", "/alerts", self._alert(key, card))
        else:
            await self._reword(key, card, dearer=known["severity"] != news["severity"])
        before = AlertStatus.FIRING.value if fresh else known["state"]
        if news["state"] != before:
            turn = TURNS[paging.standing(card)]
            await self._ask(key, "POST", f"{_alias(key)}/{turn}", {"source": SOURCE}, by_alias=True)
        return True

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """A note on the alert."""
        alert = str(where["key"])
        note = {"note": paging.line(entry, NOTE), "source": SOURCE}
        await self._once(key, lambda: self._ask(key, "POST", f"{_alias(alert)}/notes", note, by_alias=True))

    def _named(self, key: str) -> str:
        """An alias stands in addresses, where servers read an escaped slash in ways of their own."""
        return super()._named(key.replace("/", ":"))

    async def _reword(self, key: str, card: Card, *, dearer: bool) -> None:
        words = {"message": paging.headline(card, MESSAGE), "description": _description(card)}
        if dearer:
            words["priority"] = PRIORITY[paging.severity(card)]
        for what, text in words.items():
            await self._ask(key, "PUT", f"{_alias(key)}/{what}", {what: text}, by_alias=True)

    def _alert(self, key: str, card: Card) -> dict[str, Any]:
        facts = card.facts
        return {
            "message": paging.headline(card, MESSAGE),
            "alias": key,
            "description": _description(card),
            "priority": PRIORITY[paging.severity(card)],
            "source": SOURCE,
            "entity": clean(facts.service, 512),
            "tags": [*self._options.tags, "groundtruth", clean(card.kind, 50) or "notice"],
            "details": {"incident": clean(card.subject, 80), "components": clean(", ".join(facts.components), 400)},
        }

    async def _ask(
        self, about: str, method: str, path: str, body: Mapping[str, Any], *, by_alias: bool = False
    ) -> None:
        headers = {"authorization": f"GenieKey {self._options.api_key.reveal()}"}
        whole = f"{path}?identifierType=alias" if by_alias else path
        answer = await self._http.send(Request(about, self._options.url, body, whole, headers, method))
        if answer.status != 202 or not isinstance(answer.body, dict) or "result" not in answer.body:
            self._http.unclear(answer)


def _alias(key: str) -> str:
    return f"/alerts/{quote(key, safe='')}"


def _description(card: Card) -> str:
    """The whole headline, since the message holds only the beginning of a long one, and the rest of the card."""
    return f"{paging.headline(card, 1_000)}\n\n{paging.body(card, DESCRIPTION - 1_100)}"


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> JiraServiceManagement:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    http = HttpClient(WHO, outside.now, (wanted.api_key, wanted.url), wanted)
    return JiraServiceManagement(name, wanted, http, outside.memory)
