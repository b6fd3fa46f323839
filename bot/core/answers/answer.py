"""What the desk says to a question: plain values that any platform renders, and the data behind them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any

from bot.core.answers.charts import Chart
from bot.core.model.card import Action
from bot.core.text.inline import zoned


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain text under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def without(self, name: str) -> "Table":
        """The table without the column of that head."""
        place = self.head.index(name)
        head, *rows = (row[:place] + row[place + 1 :] for row in (self.head, *self.rows))
        return Table(head, tuple(rows))


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of several things have to be chosen before `command subject` can be done.

    `options` are (label, value); the line to ask then has `components=a,b`. `voiced`: words may go with it.
    """

    command: str
    subject: str
    question: str
    options: tuple[tuple[str, str], ...]
    voiced: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`title` alone suffices; `lines` are (label, text); `data` is JSON-able.

    `understood` says whether we knew what was meant; `at` is when it was true, Unix seconds. `refused`: the asker lacks
    the role; `changed`: something was done, so others may want to see it. `actions` are buttons that make sense under
    it; `text` is a long body in Markdown (a postmortem, a recipe); `choice` is what a form has to ask first; `charts`
    repeat in pictures what the words say, for platforms that draw them.
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
    choice: Choice | None = None
    charts: tuple[Chart, ...] = ()

    @property
    def wait_s(self) -> float:
        """Seconds until it may be asked again; 0 where it was not asked too often."""
        return float(self.data.get("wait_s", 0.0)) if self.refused else 0.0

    def plainly(self, zone: tzinfo | None = UTC) -> "Answer":
        """The same for where no reader has times and mentions of his own: in one zone, None for this machine's."""

        def said(text: str) -> str:
            return zoned(text, self.at, zone)

        table = self.table
        if table is not None:
            table = Table(table.head, tuple(tuple(map(said, row)) for row in table.rows))
        lines = tuple((label, said(text)) for label, text in self.lines)
        return replace(
            self,
            title=said(self.title),
            lines=lines,
            table=table,
            footer=said(self.footer),
            text=said(self.text),
            data=_through(self.data, said),
        )


def _through(data: Any, said: Callable[[str], str]) -> Any:
    """JSON-able data with each of its texts, keys included, as `said` writes it."""
    match data:
        case str():
            return said(data)
        case Mapping():
            return {said(key) if isinstance(key, str) else key: _through(value, said) for key, value in data.items()}
        case list() | tuple():
            return [_through(value, said) for value in data]
        case _:
            return data
