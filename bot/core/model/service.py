"""What judging and wording need to know of a service. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.model.labels import Labels
from bot.core.model.silence import ActiveSilence
from bot.core.model.statuspage import PageMention

REFRESH_S = 45.0
"""Figures of a standing message are renewed this often; changes of state at once (Grafana OnCall's rule)."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another vendor's page that names this vendor's models: whose it is, and the words that mean this vendor."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service by name, its components' names and the vendor's ids for them, and where people read its page.

    `usual_lag_s` is this vendor's (median, p90) lateness in seconds, where known; `refresh_s` how often the figures of
    a standing message are renewed. `others` are the pages whose word corroborates, by the check that reads them.
    `people_open`: what only people report makes an incident when it lasts. `labels` are the operator's own, by
    component; those of the whole service under "". `rules` are plain rules of its checks, beside the detector.
    """

    id: str
    name: str
    names: Mapping[str, str]
    page_ids: Mapping[str, str] = field(default_factory=dict)
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
    others: Mapping[str, Other] = field(default_factory=dict)
    refresh_s: float = REFRESH_S
    people_open: bool = False
    labels: Labels = field(default_factory=dict)
    rules: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class About:
    """What the judge knows of a whole service: when it last judged (`at`), the page's usual lateness, who else speaks.

    `usual_lag_s` (median, p90) is the ledger's where that has enough to tell, else the catalogue's; `silences` are
    those that stand, and work that people announced.
    """

    at: float
    usual_lag_s: tuple[float, float] | None = None
    others: tuple[PageMention, ...] = ()
    silences: tuple[ActiveSilence, ...] = ()
