"""What people do in PagerDuty, done here as well: its webhooks v3.

https://developer.pagerduty.com/docs/webhooks-overview, -behavior, -signatures. A request is signed, has to be answered
within five seconds, and comes again for twenty minutes after a 5xx; after a 4xx never, and three of those in a row
switch the webhook off for a day, so that only a wrong signature gets one.

What we ask of PagerDuty ourselves comes back as an event too. It has no person as its agent, and is passed over.
"""

import contextlib
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from bot.channels.context import DeskPort, KeyValues
from bot.channels.http_channel import NotificationLog
from bot.channels.pagerduty.options import WebhookOptions
from bot.channels.paging import AlertStatus
from bot.core.commands.asker import Asker
from bot.core.commands.parser import INCIDENT_ID
from bot.core.commands.table import Role
from bot.core.model.person import Person
from bot.core.text.quoting import clean
from bot.errors import StoreError

log = logging.getLogger(__name__)

SIGNATURE = "x-pagerduty-signature"
SIGNATURES = 10
"""Looked at in one header; while a secret is changed there are two."""
OLDEST_S = 3_600.0
"""An event older than its last repeat (twenty minutes, behind others that wait) is somebody's recording."""
ACTS: Mapping[str, tuple[str, AlertStatus]] = {
    "incident.acknowledged": ("ack", AlertStatus.TAKEN),
    "incident.unacknowledged": ("unack", AlertStatus.FIRING),
    "incident.reopened": ("unack", AlertStatus.FIRING),
    "incident.resolved": ("resolve", AlertStatus.OVER),
}
"""What is done here, and where the alert then stands there. Trouble that goes on is not reopened by a word."""
HANDED_BACK = "incident.unacknowledged"
"""The one thing PagerDuty does by itself that is done here too: an acknowledgement that runs out."""

NOBODY = Person("pagerduty", "", "", "its time-out")


class _TooFastError(Exception):
    """This person, or the time-out that speaks for nobody, has changed all that it may for now."""


class _Agent(BaseModel):
    id: str = ""
    type: str = ""
    summary: str | None = None


class _Incident(BaseModel):
    incident_key: str | None = None


class _Event(BaseModel):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    event_type: str
    occurred_at: AwareDatetime | None = None
    agent: _Agent | None = None
    data: _Incident


class _Message(BaseModel):
    event: _Event


class Webhooks(NotificationLog):
    """The ear of one channel; `now` gives Unix seconds."""

    def __init__(
        self, name: str, back: WebhookOptions, desk: DeskPort, memory: KeyValues, now: Callable[[], float]
    ) -> None:
        super().__init__(name, memory)
        self._back = back
        self._desk = desk
        self._now = now
        self._taken = 0
        self._refused = 0

    def health(self) -> tuple[bool, str]:
        """Requests that are all refused tell of a wrong secret."""
        if self._refused and not self._taken:
            return False, (
                f"{self._refused} webhooks of PagerDuty had a wrong signature and none a right one: "
                "copy the secret that was shown when the webhook was made, or make a new one"
            )
        return True, f"{self._taken} webhooks taken, {self._refused} refused"

    async def take(self, request: web.BaseRequest) -> web.Response:
        """One webhook: done, passed over with a word, or refused."""
        body = await request.read()
        if not signed(self._back.secret.reveal(), request.headers.get(SIGNATURE, ""), body):
            self._refused += 1
            return web.Response(status=401, text="wrong signature")
        self._taken += 1
        try:
            event = _Message.model_validate_json(body).event
        except ValidationError:
            return web.Response(text="nothing for us")
        why = self._nothing(event)
        if why:
            log.debug("%s: %s ignored: %s", self.name, event.event_type[:80], why)
            return web.Response(text=why)
        try:
            await self._once(f"heard:{event.id}", lambda: self._do(event))
        except (StoreError, _TooFastError) as error:
            log.warning("%s: a webhook will be retried: %s", self.name, error)
            return web.Response(status=503, text="later")
        return web.Response(status=202, text="done")

    def _nothing(self, event: _Event) -> str:
        """Why this event is nothing to act on, "" where it is."""
        if event.event_type not in ACTS:
            return "nothing for us"
        if event.occurred_at is not None and abs(self._now() - event.occurred_at.timestamp()) > OLDEST_S:
            return "too old"
        if not self._subject(event):
            return "not an incident of ours"
        by_person = event.agent is not None and event.agent.type == "user_reference" and event.agent.id
        return "" if by_person or event.event_type == HANDED_BACK else "not done by a person"

    def _subject(self, event: _Event) -> str:
        """The incident's id, "" where the alert is none of ours. Its key is the delivery's: channel/incident."""
        channel, _, subject = (event.data.incident_key or "").partition("/")
        return subject if channel == self.name and INCIDENT_ID.fullmatch(subject) else ""

    async def _do(self, event: _Event) -> None:
        verb, standing = ACTS[event.event_type]
        key = event.data.incident_key or ""
        # Noted first: what we then tell PagerDuty would be its own news.
        known = await self._told(key)
        if known:
            await self._tell(key, {**known, "state": standing.value, "theirs": "yes"})
        try:
            await self._act(event, verb)
        except (StoreError, _TooFastError):
            # It comes again. Until then what stands there is not ours, or its end would never be told.
            if known:
                with contextlib.suppress(StoreError):
                    await self._tell(key, known)
            raise

    async def _act(self, event: _Event, verb: str) -> None:
        agent = event.agent if event.agent is not None and event.agent.type == "user_reference" else None
        person = Person("pagerduty", "", agent.id[:80], clean(agent.summary or "", 80)) if agent else NOBODY
        asker = Asker(person, Role.RESPONDER, self.name, f"{self.name}.{event.id}")
        answer = await self._desk.ask(f"{verb} {self._subject(event)}", asker, self._now())
        if answer.wait_s:
            raise _TooFastError(answer.title)
        log.info(
            "%s: %s by %s: %s", self.name, event.event_type, person.user or "nobody", clean(answer.plainly().title, 200)
        )


def signed(secret: str, header: str, body: bytes) -> bool:
    """Whether one of the signatures in the header is the body's; each is compared in constant time."""
    right = b"v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
    given = [one.strip().encode("utf-8", "surrogateescape") for one in header.split(",", SIGNATURES)[:SIGNATURES]]
    return any(hmac.compare_digest(right, one) for one in given)
