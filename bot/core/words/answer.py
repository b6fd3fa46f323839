"""What the desk says to a question: plain values that any platform renders, and the data behind them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.incident import Incident, Voices


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`title` alone suffices; `lines` are (label, text); `data` is JSON-able.

    `understood` says whether we knew what was meant; `at` is when it was true, Unix seconds.
    """

    title: str
    at: float
    lines: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    footer: str = ""
    understood: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service stands as far as the store knows: voices by component in order, and its open incidents."""

    service: str
    name: str
    voices: tuple[Voices, ...]
    incidents: tuple[Incident, ...] = ()
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
