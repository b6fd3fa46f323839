"""Cards and answers as Adaptive Cards 1.5 (https://adaptivecards.io/explorer). Pure.

Upstream words stand in text runs, which know no Markdown; only times of our own stand in text blocks, whose
`{{DATE}}` and `{{TIME}}` Teams shows in the reader's zone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels import paging
from bot.core.answers.answer import Answer
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import utc
from bot.core.text.quoting import clean

Element = dict[str, Any]

STYLES: Mapping[Colour, str] = {
    Colour.GREEN: "good",
    Colour.YELLOW: "warning",
    Colour.ORANGE: "warning",
    Colour.RED: "attention",
    Colour.BLUE: "accent",
    Colour.GREY: "emphasis",
}
LINES, ROWS, PARAGRAPHS, BUTTONS = 20, 25, 40, 6
"""A card of more than 28 KB is refused: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages."""
WORDS, SUMMARY = 400, 250


def root(it: Card) -> dict[str, Any]:
    """The message of a card, as an activity."""
    headline = paging.headline(it, SUMMARY)
    body = [
        {
            "type": "Container",
            "style": STYLES[it.tone],
            "bleed": True,
            "items": [_runs((headline, True), size="Medium")],
        },
        *_lines(it.lines, it.at),
        *_times(it.times),
        *([_runs((clean(utc(it.footer, it.at), WORDS), False), isSubtle=True, size="Small")] if it.footer else []),
    ]
    links: list[Element] = [{"type": "Action.OpenUrl", "title": label, "url": url} for label, url in paging.links(it)]
    return _message(headline, body, [*buttons(it.actions), *links])


def answer(it: Answer) -> dict[str, Any]:
    """The message of an answer, as an activity."""
    it = it.plainly()
    title = clean(it.title, SUMMARY) or "no answer"
    body = [_title(title), *_lines(it.lines, it.at)]
    if it.table is not None:
        rows = it.table.rows[:ROWS]
        body += [_runs((" · ".join(clean(cell, 80) for cell in row if cell), False)) for row in rows]
        if len(it.table.rows) > len(rows):
            body.append(_runs((f"and {len(it.table.rows) - len(rows)} more", False), isSubtle=True))
    said = [line for line in it.text.splitlines() if line.strip()]
    body += [_runs((clean(line, WORDS), False)) for line in said[:PARAGRAPHS]]
    if len(said) > PARAGRAPHS:
        body.append(_runs((f"and {len(said) - PARAGRAPHS} more lines", False), isSubtle=True))
    if it.footer:
        body.append(_runs((clean(it.footer, WORDS), False), isSubtle=True, size="Small"))
    return _message(title, body, buttons(it.actions))


def line(entry: TimelineEntry) -> dict[str, Any]:
    """One line of a trail, as an activity: plain text in which no character is markup."""
    named = f"{entry.event}: " if entry.event and not entry.said else ""
    text = clean(f"{named}{paging.line(entry, WORDS)}", WORDS)
    return {"type": "message", "textFormat": "plain", "text": text}


def buttons(actions: Sequence[Action]) -> list[Element]:
    """Each carries its verb and incident, so that nothing is kept here."""
    return [
        {
            "type": "Action.Execute",
            "title": clean(action.label, 40),
            "verb": action.verb,
            "data": {"subject": action.subject},
        }
        for action in actions[:BUTTONS]
    ]


def _message(summary: str, body: Sequence[Element], actions: Sequence[Element]) -> dict[str, Any]:
    content: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": list(body),
    }
    if actions:
        content["actions"] = list(actions)[: BUTTONS + 5]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _lines(lines: Iterable[tuple[str, str]], now: float) -> list[Element]:
    every = list(lines)
    shown = [
        _runs((f"{clean(label, 60)}: " if label else "", True), (clean(utc(text, now), WORDS), False))
        for label, text in every[:LINES]
    ]
    if len(every) > LINES:
        shown.append(_runs((f"and {len(every) - LINES} more lines", False), isSubtle=True))
    return shown


def _times(times: Iterable[tuple[str, float]]) -> list[Element]:
    """A line a time, in the reader's zone."""
    found = []
    for label, at in list(times)[:5]:
        stamp = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = "".join(letter for letter in clean(label, 40) if letter.isalnum() or letter == " ")
        text = f"{said} {{{{DATE({stamp}, SHORT)}}}} {{{{TIME({stamp})}}}}".strip()
        found.append(
            {"type": "TextBlock", "text": text, "wrap": True, "isSubtle": True, "size": "Small", "spacing": "None"}
        )
    return found


def _title(text: str) -> Element:
    return _runs((text, True), size="Medium")


def _runs(*texts: tuple[str, bool], **how: Any) -> Element:
    """A paragraph of plain text; the flag is for bold."""
    inlines = [
        {"type": "TextRun", "text": text, **({"weight": "Bolder"} if bold else {}), **how}
        for text, bold in texts
        if text
    ]
    return {"type": "RichTextBlock", "inlines": inlines or [{"type": "TextRun", "text": " "}], "spacing": "Small"}
