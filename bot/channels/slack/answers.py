"""The desk's answers as Slack messages, views included. Pure."""

from collections.abc import Sequence

from bot.channels.slack.blocks import (
    SHARE,
    Block,
    SlackMessage,
    button,
    buttons,
    context,
    labelled,
    numbered,
    plain,
    section,
    title,
)
from bot.channels.slack.charts import chart_blocks
from bot.channels.slack.mrkdwn import literal, markup, moment
from bot.channels.slack.sections import sections
from bot.core.answers.answer import Answer, Table
from bot.core.text.inline import tidy
from bot.core.text.no_break import unbroken
from bot.core.text.quoting import clean
from bot.core.text.truncation import SLACK, fit, width

ROW = 600
"""Characters of one row of a table."""
OTHERS = 3_000
"""Characters kept for what is neither line nor row nor body: labels, buttons, small print."""


def answer(it: Answer, now: float, *, share: str = "", by: str = "") -> SlackMessage:
    """An answer as a message; `share`: the line to ask again for everybody, `by`: who shared it."""
    headline = tidy(it.title, 2_000) or "no answer"
    every = [title(headline, now), *body(it, now), *chart_blocks(it.charts), *_actions(it, share)]
    said = f"asked by {literal(clean(by, 60))}" if by else ""
    every += context(fit(tidy(it.footer, 1_000), 1_000, markup(now)), f"as of {moment(it.at, now, seconds=True)}", said)
    return SlackMessage(
        text=fit(headline, SLACK.plain, markup(now)),
        blocks=numbered(every[: SLACK.parts + 4], "a"),
        plain=plain(headline, [*it.lines, *_rows_plainly(it.table)], it.footer, now),
    )


def body(it: Answer, now: float, total: int = SLACK.total) -> list[Block]:
    """Lines, table and long text of an answer, within the limits."""
    room = total - OTHERS - min(width(it.title), SLACK.text)
    found = [section(text) for text in labelled(it.lines, room, now)]
    room -= sum(width(block["text"]["text"]) for block in found)
    if it.table is not None:
        found += [section(text) for text in rows(it.table, room, now)]
        room -= sum(width(block["text"]["text"]) for block in found)
    if it.text and room > 200:
        found += [section(text) for text in sections(it.text, SLACK.text, room)]
    return found


def rows(table: Table, total: int, now: float) -> list[str]:
    """A table for a narrow screen: one row a line, its first cell bold, the others under their heads."""
    groups: list[str] = [""]
    used = 0
    for number, cells in enumerate(table.rows):
        said = _row(table.head, cells, now)
        if used + width(said) + 40 > total:
            groups.append(f"… ({len(table.rows) - number} more)")
            break
        if groups[-1] and width(groups[-1]) + width(said) + 1 > SLACK.text:
            groups.append("")
        groups[-1] += f"\n{said}" if groups[-1] else said
        used += width(said) + 1
    return [group for group in groups if group]


def _row(head: Sequence[str], cells: Sequence[str], now: float) -> str:
    name, *others = (tidy(cell, 200) for cell in cells)
    shown = markup(now)
    parts = [f"{_label(head, number)}{shown(unbroken(cell))}" for number, cell in enumerate(others, 1) if cell]
    said = f"*{shown(name.replace('*', '∗'))}*  " + "  ·  ".join(parts)
    return (
        said
        if width(said) <= ROW
        else f"*{fit(name.replace('*', '∗'), 100, shown)}*  {fit('; '.join(others), ROW - 200, shown)}"
    )


def _label(head: Sequence[str], number: int) -> str:
    return f"_{literal(clean(head[number], 30))}_ " if number < len(head) and head[number].strip() else ""


def _rows_plainly(table: Table | None) -> list[tuple[str, str]]:
    return [("", "; ".join(filter(None, cells))) for cells in table.rows[:30] if cells] if table else []


def _actions(it: Answer, share: str) -> list[Block]:
    """The answer's buttons, and the one that shows it to everybody where it is worth showing and asks nothing new."""
    sharable = bool(share) and it.understood and not it.refused and not it.changed and len(share) <= 1_500
    return buttons(it.actions, after=[button("Share in channel", SHARE, share)] if sharable else ())
