"""Who asks the desk, from where, and what they may. Pure."""

from dataclasses import dataclass

from bot.core.commands.table import Role
from bot.core.model.person import Person


@dataclass(frozen=True, slots=True)
class Asker:
    """A person at the desk. The platform says who it is and which role that person has; the desk alone checks it.

    `here` is the target the question came from ("slack:C0123", "" where there is none); `id` the platform's own id of
    this interaction, so that one sent twice acts once ("": the desk makes one). `direct` is the target that is a direct
    message to the person ("slack:U0123", "discord:@123", "" where there is none).
    """

    person: Person
    role: Role = Role.VIEWER
    here: str = ""
    id: str = ""
    direct: str = ""
