"""A person's question and its answer, the same on every platform; from the store alone, with each reading's age."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from bot.core.asking import Asker
from bot.core.commands import COMMANDS
from bot.core.parsing import PASTED, Misunderstood, Request, parse
from bot.core.words import replies
from bot.core.words.answer import Answer
from bot.core.words.secrets import redacted
from bot.desk import acting, completing, helping, looking, past, reporting, subscribing
from bot.desk.behind import Behind, Handler, Question

log = logging.getLogger(__name__)

REFUSED = "refused"
EXPLAIN = "explain"
"""It takes out the secrets itself, and says so."""
HANDLERS: Mapping[str, Handler] = {
    "status": looking.status,
    "why": looking.why,
    "incidents": looking.incidents,
    "incident": looking.incident,
    "ledger": looking.ledger,
    "deliveries": looking.deliveries,
    "doctor": looking.doctor,
    "help": looking.help_with,
    "alternatives": helping.alternatives,
    "explain": helping.explain,
    "history": past.history,
    "report-card": past.report_card,
    "tips": helping.tips,
    "report": reporting.report,
    "works": reporting.works,
    "ack": acting.act,
    "unack": acting.act,
    "resolve": acting.act,
    "right": acting.act,
    "wrong": acting.act,
    "silence": acting.quiet,
    "unsilence": acting.quiet,
    "maintenance": acting.quiet,
    "subscribe": subscribing.subscribe,
    "unsubscribe": subscribing.unsubscribe,
    "subscriptions": subscribing.subscriptions,
    "test": subscribing.test,
}


class Desk:
    """Answers questions. Whatever changes something goes through what stands behind it; without it, it says so."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        """The answer to `text`, whatever it says; roles are checked here and nowhere else.

        Raises:
            StoreError: the store is away.
        """
        request = parse(text, self._behind.names)
        if isinstance(request, Misunderstood) or request.command != EXPLAIN:
            # A key pasted in the wrong place is neither echoed nor kept.
            request = parse(redacted(text[:PASTED])[0], self._behind.names)
        if isinstance(request, Misunderstood):
            log.debug("a line from %s was not understood", asker.person.platform)
            return replies.not_understood(request, now)
        needed = COMMANDS[request.command].role
        if not asker.role.may(needed):
            _audit(request, asker, REFUSED)
            return replies.refused(request.command, needed, asker, now)
        known = replace(asker, id=asker.id or uuid4().hex)
        answer = await HANDLERS[request.command](self._behind, Question(request, known, now))
        if answer.changed:
            _audit(request, asker, "done")
        return answer

    async def complete(self, text: str, asker: Asker) -> list[tuple[str, str]]:  # noqa: ARG002 - who asks may matter
        """What the line could go on to, as (label, value), 25 at most: a command, or the value of its next argument.

        Raises:
            StoreError: the store is away.
        """
        return await completing.complete(self._behind, text)


def _audit(request: Request, asker: Asker, outcome: str) -> None:
    """Who asked for which act; what was done is in the service's timeline besides, by the judge."""
    person = asker.person
    who = f"{person.platform}:{person.place}:{person.user}"
    about = request.word or (request.target.id if request.target else "")
    level = logging.WARNING if outcome == REFUSED else logging.INFO
    log.log(level, "%s %s by %r from %r: %s", request.command, about, who[:200], asker.here[:100], outcome)
