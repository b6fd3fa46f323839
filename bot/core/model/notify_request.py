"""Who wants to be told, once, that an incident is over. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotifyRequest:
    """To hear directly (`target`) when an incident is over; `at` is when it was asked, Unix seconds."""

    service: str
    incident: str
    target: str
    at: float

    @property
    def name(self) -> str:
        """One request a person and incident."""
        return f"{self.service}/{self.incident}/{self.target}"
