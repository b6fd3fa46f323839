"""A service as it stands now."""

from dataclasses import dataclass

from bot.core.model.group import Correlation
from bot.core.model.incident import Incident
from bot.core.model.silence import ActiveSilence as Held
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageMention


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How one service stands as far as the store knows: voices by component in order, and its open incidents.

    `usual_lag_s` is the page's usual lateness (median, p90): by the ledger where that has enough, else by the
    catalogue. `others` are other vendors' pages that speak of this service; `silences` those that stand, and work that
    people or the configuration announced; `causes` what it has in common with others that fail.
    """

    service: str
    name: str
    voices: tuple[ComponentStatus, ...]
    incidents: tuple[Incident, ...] = ()
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
    others: tuple[PageMention, ...] = ()
    silences: tuple[Held, ...] = ()
    causes: tuple[Correlation, ...] = ()
