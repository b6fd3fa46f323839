"""A person's question and its answer, the same on every platform; from the store alone, with each reading's age."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.errors import Misunderstood
from bot.core.commands.parser import PASTED, Request, parse
from bot.core.commands.table import COMMANDS
from bot.core.model.audit import DONE, REFUSED, AuditEntry
from bot.core.text.redaction import redacted, secret
from bot.desk import (
    accuracy,
    actions,
    advice,
    announcements,
    audit,
    completion,
    history,
    notify_requests,
    queries,
    reports,
    routes,
    subscriptions,
)
from bot.desk.ports import DeskServices, Handler, Query

log = logging.getLogger(__name__)

EXPLAIN = "explain"
"""It takes out the secrets itself, and says so."""
HANDLERS: Mapping[str, Handler] = {
    "status": queries.status,
    "why": queries.why,
    "incidents": queries.incidents,
    "incident": queries.incident,
    "ledger": queries.ledger,
    "reliability": queries.reliability,
    "accuracy": accuracy.accuracy,
    "digest": history.digest,
    "deliveries": queries.deliveries,
    "doctor": queries.doctor,
    "help": queries.help_with,
    "alternatives": advice.alternatives,
    "explain": advice.explain,
    "should-i": advice.should_i,
    "history": history.history,
    "postmortem": history.postmortem,
    "tips": advice.tips,
    "report": reports.report,
    "works": reports.works,
    "ack": actions.act,
    "release": actions.act,
    "resolve": actions.act,
    "right": actions.act,
    "wrong": actions.act,
    "silence": actions.quiet,
    "unsilence": actions.quiet,
    "maintenance": actions.quiet,
    "silences": actions.silences,
    "subscribe": subscriptions.subscribe,
    "unsubscribe": subscriptions.unsubscribe,
    "subscriptions": subscriptions.subscriptions,
    "test": subscriptions.test,
    "audit": audit.audit,
    "announce": announcements.announce,
    "notify": notify_requests.notify,
    "routes": routes.routes,
}


class Desk:
    """Answers questions. Whatever changes something goes through what stands behind it; without it, it says so."""

    def __init__(self, behind: DeskServices) -> None:
        self._behind = behind

    def serve(self, behind: DeskServices) -> None:
        """Answer from these services from now on: the configuration has changed."""
        self._behind = behind

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        """The answer to `text`, whatever it says; roles are checked here and nowhere else.

        Raises:
            StoreError: the store is away.
        """
        request = parse(text, self._behind.names)
        if not isinstance(request, Misunderstood) and request.command == EXPLAIN:
            return await self._answer(request, asker, now)
        # A key pasted in the wrong place is neither echoed nor kept, and whoever pasted it is told.
        safe, kinds = redacted(text[:PASTED])
        answer = await self._answer(parse(safe, self._behind.names), asker, now)
        return replace(answer, lines=(*secret(kinds), *answer.lines)) if kinds else answer

    async def _answer(self, request: Request | Misunderstood, asker: Asker, now: float) -> Answer:
        if isinstance(request, Misunderstood):
            log.debug("a command from %s was not understood", asker.person.platform)
            return replies.not_understood(request, now)
        needed = COMMANDS[request.command].role
        if not asker.role.may(needed):
            await self._record(request, asker, now, REFUSED)
            return replies.refused(request.command, needed, asker, now)
        limits = self._behind.limits
        if limits is not None and (wait_s := await limits.wait_s(request.command, asker.person)):
            await self._record(request, asker, now, REFUSED)
            return replies.too_often(request.command, wait_s, now)
        known = replace(asker, id=asker.id or uuid4().hex)
        answer = await HANDLERS[request.command](self._behind, Query(request, known, now))
        if answer.changed:
            await self._record(request, asker, now, DONE)
        return answer

    async def _record(self, request: Request, asker: Asker, now: float, outcome: str) -> None:
        """What was done to an incident or component is in its service's timeline besides, by the judge."""
        if self._behind.audit is not None:
            about = request.word or (request.target.id if request.target else "")
            deed = AuditEntry(now, asker.person, request.command, about, asker.here, outcome)
            await self._behind.audit.record(deed)

    async def hear(self, service: str, component: str, app: str, failed: int, total: int) -> None:
        """Note how an app's own requests ended; nothing where nobody takes reports.

        Raises:
            StoreError: the store is away.
        """
        if self._behind.reports is not None:
            await self._behind.reports.outcome(service, component, app, failed, total)

    async def complete(self, text: str, asker: Asker) -> list[tuple[str, str]]:  # noqa: ARG002 - who asks may matter
        """What the line could go on to, as (label, value), 25 at most: a command, or the value of its next argument.

        Raises:
            StoreError: the store is away.
        """
        return await completion.complete(self._behind, text)
