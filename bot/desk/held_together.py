"""Which incidents the one message about several stands for, so that people can act on all of them at once."""

from dataclasses import dataclass

from bot.core.model.group import Kind
from bot.store.codec import GROUP
from bot.store.groups import Groups


@dataclass(frozen=True, slots=True)
class HeldTogether:
    """Reads the groups that the couriers keep."""

    groups: Groups

    async def incidents(self, name: str) -> list[tuple[str, str]]:
        """(service, incident) of each member of the group of that id; none where it is over. Raises StoreError."""
        for key, word in (await self.groups.groups()).items():
            group = GROUP.load(word)
            if group is not None and group.kind is Kind.INCIDENTS and group.id == name:
                found = [member.partition("/") for member in await self.groups.members(key)]
                return [(service, incident) for service, _, incident in found]
        return []
