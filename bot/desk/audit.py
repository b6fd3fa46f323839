"""The record of what people did: written by the desk for every act, read by admins."""

import logging
from dataclasses import replace

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.answers.audit import audited
from bot.core.model.audit import REFUSED, AuditEntry
from bot.desk.ports import DeskServices, Query
from bot.errors import StoreError
from bot.store.codec import DEED
from bot.store.store import Store

log = logging.getLogger(__name__)

REFUSAL_S = 600.0
"""The same refusal of the same person is written once in this time, so that nobody can push real deeds out."""
SHOWN = 100


class Audit:
    """The deeds as the store keeps them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, deed: AuditEntry) -> None:
        """Write it down; the deed is done, so a store that is away at this moment costs the line and not the answer."""
        who = f"{deed.by.platform}:{deed.by.place}:{deed.by.user}"
        level = logging.WARNING if deed.outcome == REFUSED else logging.INFO
        log.log(level, "%s %s by %r from %r: %s", deed.command, deed.about, who[:200], deed.here[:100], deed.outcome)
        try:
            name = f"refused:{who}:{deed.command}"
            if deed.outcome == REFUSED and not await self._store.notes.set_once(name, REFUSAL_S):
                return
            await self._store.audit.add(DEED.dump(deed), _whose(deed))
        except StoreError as error:
            log.warning("the audit log misses a line, the store is away: %s", error)

    async def deeds(self, limit: int) -> list[AuditEntry]:
        """The latest, newest first; those of another version are passed over. Raises StoreError."""
        return DEED.load_all(await self._store.audit.latest(limit))


def _whose(deed: AuditEntry) -> str:
    """What an entry of this person has, whatever name it shows; quotes of what people write stand escaped in JSON."""
    nameless = AuditEntry(0.0, replace(deed.by, name=""), "")
    return DEED.dump(nameless).partition('"by":{')[2].partition('"name"')[0]


async def audit(behind: DeskServices, question: Query) -> Answer:
    """The latest deeds."""
    if behind.audit is None:
        return replies.not_here(question.request.command, question.now)
    return audited(await behind.audit.deeds(SHOWN), question.now)
