"""What the desk says to a question: plain values that any platform renders, and the data behind them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.card import Action
from bot.core.incident import Incident, Voices
from bot.core.mention import Mention
from bot.core.several import Cause
from bot.core.silences import Standing as Held


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`title` alone suffices; `lines` are (label, text); `data` is JSON-able.

    `understood` says whether we knew what was meant; `at` is when it was true, Unix seconds. `refused`: the asker lacks
    the role; `changed`: something was done, so others may want to see it. `actions` are buttons that make sense under
    it; `text` is a long body in Markdown (a report card, a recipe).
    """

    title: str
    at: float
    lines: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    footer: str = ""
    understood: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False
    changed: bool = False
    actions: tuple[Action, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service stands as far as the store knows: voices by component in order, and its open incidents.

    `usual_lag_s` is the page's usual lateness (median, p90): by the ledger where that has enough, else by the
    catalogue. `others` are other vendors' pages that speak of this service; `silences` those that stand, and work that
    people or the configuration announced; `causes` what it has in common with others that fail.
    """

    service: str
    name: str
    voices: tuple[Voices, ...]
    incidents: tuple[Incident, ...] = ()
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
    others: tuple[Mention, ...] = ()
    silences: tuple[Held, ...] = ()
    causes: tuple[Cause, ...] = ()
