"""Many new messages at once become one: the gate that couriers ask, and the job that posts each group.

The rule is `bot.core.routing.grouping`. What is held back stays in the outbox, and who is held back for which group is
kept in the store. So several couriers agree, and a process that dies anywhere loses nothing: what was admitted is
admitted again, what is held is checked again, and a group that was posted twice is one message edited twice.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.model.snapshot import Snapshot
from bot.core.routing.grouping import Group, GroupTiming, Member, Step, kind_of, member, step
from bot.delivery.channel_queue import GateDecision
from bot.delivery.self_notices import SelfNotice, SelfNotices
from bot.errors import StoreError
from bot.store.store import Store
from bot.store.types import Claimed

log = logging.getLogger(__name__)

RECHECK_S = 30.0
"""What is held back is checked again this often: whether it has ended, changed, or is told as itself now."""
TICK_S = 0.5
TURN_MS = 10_000
TURN = "groups"
"""Which process tells the groups; two at once would only say the same."""
IN_ONE_WRITE = 100

GROUP = TypeAdapter(Group)
MEMBER = TypeAdapter(Member)


class Grouping:
    """Holds back and tells together, each target at its own pace."""

    def __init__(
        self,
        store: Store,
        news: SelfNotices,
        owner: str,
        now: Callable[[], float],
        pace_of: Callable[[str], GroupTiming],
    ) -> None:
        self._store = store
        self._news = news
        self._owner = owner
        self._now = now
        self._pace_of = pace_of

    async def gate(self, claimed: Claimed, snapshot: Snapshot, now: float) -> GateDecision:
        """What becomes of a root that does not stand yet. Raises StoreError."""
        kind = kind_of(snapshot)
        if kind is None:
            return GateDecision()
        one = member(snapshot)
        if one.over and claimed.done_version:
            # It ended in a group, or in quiet hours, and people go on speaking of it.
            return GateDecision(never=True)
        pace, group = self._pace_of(claimed.channel), Group(kind, claimed.channel, now)
        window = (pace.group_wait_s, pace.at_once)
        words = (_packed(MEMBER, one), _packed(GROUP, group))
        name = f"{claimed.service}/{claimed.subject}"
        if await self._store.groups.admit(group.name, name, now, window, words):
            return GateDecision()
        return GateDecision(never=True) if one.over or one.quiet else GateDecision(held_until=now + RECHECK_S)

    async def run(self) -> None:
        """Update group messages as they change, until cancelled."""
        while True:
            try:
                if await self._store.shared.hold(TURN, self._owner, TURN_MS):
                    await self.round()
            except StoreError as error:
                log.debug("groups wait for the store: %s", error)
            await asyncio.sleep(TICK_S)

    async def round(self) -> None:
        """Say of every group what has to be said now. Raises StoreError."""
        due = list[tuple[Group, list[str], Step]]()
        for name, word in (await self._store.groups.groups()).items():
            members = await self._store.groups.members(name)
            try:
                group = GROUP.validate_json(word)
                known = {one: MEMBER.validate_json(body) for one, body in members.items()}
            except ValidationError:
                log.warning("the group %s cannot be read; what it held back is sent one by one", name)
                await self._store.groups.forget(name)
                continue
            follows = step(group, known, self._pace_of(group.target), self._now()) if known else Step(over=True)
            if follows.say is not None or follows.over:
                due.append((group, list(members), follows))
        for first in range(0, len(due), IN_ONE_WRITE):
            await self._tell(due[first : first + IN_ONE_WRITE])

    async def _tell(self, due: list[tuple[Group, list[str], Step]]) -> None:
        """First the word is written, then that it was; who dies between says the same again."""
        now = self._now()
        notices = [
            SelfNotice(s.say.subject, "", (group.target,), over=s.over, several=s.say) for group, _, s in due if s.say
        ]
        if notices and not await self._news.publish(notices):
            return
        for group, members, follows in due:
            if follows.over:
                fresh = Group(group.kind, group.target, now)
                await self._store.groups.end(group.name, members, _packed(GROUP, fresh))
            else:
                said = Group(group.kind, group.target, group.begun, now, follows.say)
                await self._store.groups.said(group.name, _packed(GROUP, said))


def _packed(kind: TypeAdapter[Any], value: object) -> str:
    return kind.dump_json(value, exclude_defaults=True).decode()
