"""Who did something: a person, or the status page."""

from dataclasses import dataclass

PAGE = "page"
"""The platform of whoever speaks on a vendor's status page."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something: the platform, the workspace or guild there, the user's id and the name to show."""

    platform: str
    place: str
    user: str
    name: str
