"""Many new messages at once become one: the gate that couriers ask, and the job that posts each group.

The rule is `bot.core.routing.grouping`. What is held back stays in the outbox, and who is held back for which group is
kept in the store. So several couriers agree, and a process that dies anywhere loses nothing: what was admitted is
admitted again, what is held is checked again, and a group that was posted twice is one message edited twice.
"""

import logging
from collections.abc import Callable

from bot.core.model.snapshot import Snapshot
from bot.core.routing.grouping import Group, GroupTiming, Step, kind_of, member, step
from bot.delivery.channel_queue import GateDecision
from bot.delivery.self_notices import SelfNotice, SelfNotices
from bot.process import Process
from bot.store.codec import GROUP, MEMBER
from bot.store.types import ClaimedDelivery

log = logging.getLogger(__name__)

RECHECK_S = 30.0
"""What is held back is checked again this often: whether it has ended, changed, or is told as itself now."""
TICK_S = 0.5
LEASE = "groups"
IN_ONE_WRITE = 100


class Grouping:
    """Holds back and tells together, each target at its own pace."""

    def __init__(
        self,
        process: Process,
        news: SelfNotices,
        pace_of: Callable[[str], GroupTiming],
    ) -> None:
        self._process = process
        self._store = process.store
        self._news = news
        self._pace_of = pace_of

    async def gate(self, claimed: ClaimedDelivery, snapshot: Snapshot, now: float) -> GateDecision:
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
        words = (MEMBER.dump(one), GROUP.dump(group))
        name = f"{claimed.service}/{claimed.subject}"
        if await self._store.groups.admit(group.name, name, now, window, words):
            return GateDecision()
        return GateDecision(never=True) if one.over or one.quiet else GateDecision(held_until=now + RECHECK_S)

    async def run(self) -> None:
        """Tell the groups as they change, for ever; two processes at once would only say the same."""
        await self._process.every(TICK_S, self.round, LEASE)

    async def round(self) -> None:
        """Say of every group what has to be said now. Raises StoreError."""
        due = list[tuple[Group, list[str], Step]]()
        for name, word in (await self._store.groups.groups()).items():
            members = await self._store.groups.members(name)
            group = GROUP.load(word)
            known = {one: held for one, body in members.items() if (held := MEMBER.load(body)) is not None}
            if group is None or len(known) < len(members):
                log.warning("the group %s cannot be read; what it held back is sent one by one", name)
                await self._store.groups.forget(name)
                continue
            follows = step(group, known, self._pace_of(group.target), self._process.now()) if known else Step(over=True)
            if follows.say is not None or follows.over:
                due.append((group, list(members), follows))
        for first in range(0, len(due), IN_ONE_WRITE):
            await self._tell(due[first : first + IN_ONE_WRITE])

    async def _tell(self, due: list[tuple[Group, list[str], Step]]) -> None:
        """First the word is written, then that it was; who dies between says the same again."""
        now = self._process.now()
        notices = [
            SelfNotice(s.say.subject, "", (group.target,), over=s.over, several=s.say) for group, _, s in due if s.say
        ]
        if notices and not await self._news.publish(notices):
            return
        for group, members, follows in due:
            if follows.over:
                fresh = Group(group.kind, group.target, now)
                await self._store.groups.end(group.name, members, GROUP.dump(fresh))
            else:
                said = Group(group.kind, group.target, group.begun, now, follows.say)
                await self._store.groups.said(group.name, GROUP.dump(said))
