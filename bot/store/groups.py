"""What is held back for one message about several: who began lately on each target, and who waits for the group's word.

A group is the messages of one kind to one target. The held deliveries themselves stay in the outbox.
"""

from collections.abc import Sequence

from bot.store import keys
from bot.store.client import RedisClient, mapping


class Groups:
    """Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def admit(self, group: str, one: str, now: float, window: tuple[float, int], words: tuple[str, str]) -> bool:
        """Whether a root that does not stand yet is told as itself; else it is a member from now on.

        `window` is how many seconds back new ones are counted and how many of them are no storm. `words` (JSON) are
        what is known of this one, and the group as it stands with its first member. What was told yes hears yes again.
        """
        member, fresh = words
        bounds = (keys.BEGUN_KEPT, keys.BEGUN_AGE_S)
        args = (group, "admit", keys.GROUP_TTL_S, one, now, *window, member, fresh, *bounds)
        return bool(await self._link.run("group", self._keys(group), args))

    async def groups(self) -> dict[str, str]:
        """The groups that have members (JSON by name)."""
        return mapping(await self._link.call("HGETALL", keys.GROUPS))

    async def members(self, group: str) -> dict[str, str]:
        """What is known of each member (JSON)."""
        return mapping(await self._link.call("HGETALL", keys.members(group)))

    async def said(self, group: str, word: str) -> None:
        """The group (JSON) after something was said of it."""
        await self._link.call("HSET", keys.GROUPS, group, word)

    async def end(self, group: str, members: Sequence[str], fresh: str) -> None:
        """These are left to themselves; what came meanwhile is the group `fresh` (JSON)."""
        await self._link.run("group", self._keys(group), (group, "end", keys.GROUP_TTL_S, fresh, *members))

    async def forget(self, group: str) -> None:
        """A group that cannot be read; what it held back began lately, and is told as itself."""
        await self._link.calls([("HDEL", keys.GROUPS, group), ("DEL", keys.members(group))])

    @staticmethod
    def _keys(group: str) -> tuple[str, str, str]:
        return keys.GROUPS, keys.members(group), keys.begun(group)
