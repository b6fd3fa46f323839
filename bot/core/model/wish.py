"""What somebody wants to be told, once. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """To hear directly (`target`) when an incident is over; `at` is when it was asked, Unix seconds."""

    service: str
    incident: str
    target: str
    at: float

    @property
    def name(self) -> str:
        """One wish a person and incident."""
        return f"{self.service}/{self.incident}/{self.target}"
