"""Cards as Slack blocks: headline, facts and small print as blocks, then the buttons beside a bar of colour.

The headline stands in `text` (phones notify with it) and in the first block (desktops do). Only an attachment has a
colour, and clients fold one that has more than about five blocks: so it has a single one, the buttons. Texts of others
stand in plain_text, or in mrkdwn with everything that steers taken out. Pure: `json.dumps(card(…).arguments())` is what
is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.mrkdwn import escape, link, literal, markup
from bot.core.messages.buttons import folded
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.model.silence import UNTIL_RESOLVED
from bot.core.text import inline
from bot.core.text.inline import tidy
from bot.core.text.no_break import unbroken
from bot.core.text.quoting import OPEN, clean
from bot.core.text.truncation import SLACK, Piece, first, fit, fitted, width

Block = dict[str, Any]

COLORS: Mapping[Colour, str] = {
    Colour.RED: "#a30200",
    Colour.ORANGE: "#e8762d",
    Colour.YELLOW: "#daa038",
    Colour.GREEN: "#2eb886",
    Colour.BLUE: "#439fe0",
    Colour.GREY: "#dddddd",
}
SILENCES = (
    ("30 min", "30m"),
    ("1 h", "1h"),
    ("4 h", "4h"),
    ("24 h", "24h"),
    ("7 days", "7d"),
    ("Until it is resolved", UNTIL_RESOLVED),
)
"""What the Silence menu offers, with the duration the desk is told."""
LINES = 30
"""Lines of a card at most; more is no message but a document."""
TOGETHER = 650
"""Characters of a line with those that go on under its label; beyond some 700 Slack hides the rest of a section."""
BUTTONS = 25
ROOT = "root."
"""How the block of a root's buttons is named: what is pressed there stands on an incident's message, on no answer."""
SURE: Block = {
    "title": {"type": "plain_text", "text": "Resolve it?"},
    "text": {"type": "plain_text", "text": "The message turns green for everybody. I'll post again if it gets worse."},
    "confirm": {"type": "plain_text", "text": "Resolve"},
    "deny": {"type": "plain_text", "text": "Not yet"},
}
"""Asked before an incident is called over: a thumb slips."""
ASK, SILENCE, SHARE = "ask", "silence", "share"
"""How ids of actions begin: a line for the desk, the menu of durations, the same answer for everybody."""


CHART = "data_visualization"
"""The type of a block that draws a chart."""


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message in both forms: `text` and blocks as Slack shows them, `plain` where it refuses the blocks."""

    text: str
    blocks: Sequence[Block]
    plain: str
    attachments: Sequence[Block] = field(default=())

    def arguments(self) -> dict[str, Any]:
        """The fields of a message, in full."""
        return {"text": self.text, "blocks": list(self.blocks), "attachments": list(self.attachments)}

    def forms(self) -> list[dict[str, Any]]:
        """The same message in every form, to be tried in this order: in full, without charts, without any form."""
        full = self.arguments()
        bare = [block for block in self.blocks if block.get("type") != CHART]
        without = [{**full, "blocks": bare}] if len(bare) < len(self.blocks) else []
        return [full, *without, self.plainly()]

    def plainly(self) -> dict[str, Any]:
        """The fields of the same message without any form."""
        return {"text": self.plain, "blocks": [], "attachments": []}


def card(it: Card, mark: str, now: float, called: Sequence[str] = ()) -> SlackMessage:
    """The message of a card; `mark` makes its block ids fresh, as an edit needs them.

    `called` are ids of people and user groups who are mentioned, the only ones that ever are.
    """
    headline = clean(it.headline, 2_000) or "no headline"
    top = title(headline)
    named = " ".join(f"<!subteam^{who}>" if who.startswith("S") else f"<@{who}>" for who in called)
    under, links = _linked(it)
    body = [section(text) for text in labelled(it.lines, SLACK.total - 3_000 - width(top["text"]["text"]), now, under)]
    shown, foot = [top, *([section(named)] if named else []), *body], _foot(it.footer, links, now)
    pressed = buttons(*folded(it.actions))
    bar = numbered(pressed or foot, f"{ROOT}{mark}.b")
    return SlackMessage(
        text=fit(headline, SLACK.plain, escape),
        blocks=numbered([*shown, *(foot if pressed else ())], f"{mark}.a"),
        plain=plain(headline, it.lines, it.footer, now, named),
        attachments=[{"color": COLORS[it.tone], "fallback": fit(headline, 300, escape), "blocks": bar}] if bar else [],
    )


def trail(entry: TimelineEntry, now: float) -> str:
    """One line of a thread, with its time in the reader's zone."""
    said = tidy(entry.said, 400) or " ".join(f"{clean(entry.event, 40)}: {tidy(entry.text, 400)}".strip(": ").split())
    return f"{markup(now)(inline.moment(entry.at))}  {markup(now)(said or 'changed')}"


def title(text: str, now: float = 0.0) -> Block:
    """The first block: large where it is short enough for a header, else whole; one with times is bold markup."""
    if OPEN in text:
        return section(f"*{fit(tidy(text, SLACK.text), SLACK.text - 200, markup(now)).replace('*', '∗')}*")
    kind = "header" if width(escape(text)) <= SLACK.title else "section"
    limit = SLACK.title if kind == "header" else SLACK.text
    return {"type": kind, "text": {"type": "plain_text", "text": fit(unbroken(text), limit, escape), "emoji": False}}


def section(text: str) -> Block:
    """A block of markup that is ready."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def context(*texts: str) -> list[Block]:
    """A line of small print, of those texts (markup that is ready) that say something."""
    said = [{"type": "mrkdwn", "text": text, "verbatim": True} for text in texts if text]
    return [{"type": "context", "elements": said}] if said else []


def labelled(
    lines: Sequence[tuple[str, str]], total: int, now: float, under: Mapping[str, str] | None = None
) -> list[str]:
    """Lines as `*label*  text`, in markup that is ready, together within `total`; what is left out is counted.

    A line without a label goes on with the one before. `under` are links that stand at the end of a line, by its label.
    """
    shown, left = first(lines, LINES)
    labels = [f"*{literal(clean(label, 40))}*  " if clean(label, 40) else "" for label, _ in shown]
    ends = [f" {(under or {}).get(label, '')}".rstrip() for label, _ in shown]
    pieces = [Piece(unbroken(tidy(text, SLACK.text)), SLACK.text - 100) for _, text in shown]
    more = [f"… ({left} more)"] if left else []
    room = total - sum(map(width, labels)) - sum(map(width, ends)) - 20
    said: list[str] = []
    for label, text, end in zip(labels, fitted(pieces, room, markup(now)), ends, strict=True):
        if said and not label and width(said[-1]) + width(text) < TOGETHER:
            said[-1] += f"\n{text}{end}"
        else:
            said.append(label + text + end)
    return [text for text in said if text] + more


def buttons(actions: Sequence[Action], lesser: Sequence[Action] = (), *, after: Sequence[Block] = ()) -> list[Block]:
    """A row of buttons; silencing is a menu of durations, `lesser` are in a menu (⋯). `after` stands at the end."""
    elements = [_element(action, number) for number, action in enumerate(actions[: BUTTONS - len(after) - 1])]
    elements = [element for element in (*elements, _more(lesser)) if element] + list(after)
    return [{"type": "actions", "elements": elements}] if elements else []


def button(label: str, action_id: str, value: str, *, style: str = "") -> Block:
    """One button; the value comes back when it is pressed."""
    said: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": fit(clean(label, 75), 75, escape) or "…", "emoji": True},
        "action_id": action_id[:255],
        "value": value[:2_000],
    }
    return {**said, "style": style} if style else said


def plain(headline: str, lines: Sequence[tuple[str, str]], footer: str, now: float, called: str = "") -> str:
    """The message without any form; `called` is ready as it is."""
    rows = [f"{clean(label, 40)}: {tidy(text, 1_000)}".removeprefix(": ") for label, text in lines[:LINES]]
    said = "\n".join(text for text in (headline, *rows, tidy(footer, 300)) if text)
    return "\n".join(filter(None, (fit(said, SLACK.plain - width(called) - 1, markup(now)), called)))


def numbered(blocks: Sequence[Block], mark: str) -> list[Block]:
    """The blocks with ids of their own."""
    return [{**block, "block_id": f"{mark}{number}"} for number, block in enumerate(blocks)]


def _linked(it: Card) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Links that stand at the end of the line of the same label, and the others."""
    labels = {label for label, _ in it.lines}
    within = {label: link(url, "↗") for label, url in it.links[:5] if label in labels and link(url, "↗") != "↗"}
    return within, [(label, url) for label, url in it.links[:5] if label not in within]


def _foot(footer: str, links: Sequence[tuple[str, str]], now: float) -> list[Block]:
    foot = fit(unbroken(tidy(footer, 1_000)), 1_000, markup(now))
    return context(foot, fit_links("  ".join(link(url, f"{clean(label, 40)} ↗") for label, url in links)))


def fit_links(text: str) -> str:
    """Links are whole or not there: a cut one opens something else."""
    return text if width(text) <= SLACK.footer - 500 else ""


def _element(action: Action, number: int) -> Block:
    """The button or menu of an action; nothing where its line would be cut, for it would do something else."""
    line = f"{action.verb} {action.subject}".strip()
    if width(line) > 134:  # Slack takes 150, with the longest choice after it
        return {}
    if action.verb != "silence":
        style = "primary" if action.verb == "ack" else ""
        made = button(action.label, f"{ASK}:{number}:{action.verb}", line, style=style)
        return {**made, "confirm": SURE} if action.verb == "resolve" else made
    offered = [_option(words, f"{line} {length}") for words, length in SILENCES]
    place = {"type": "plain_text", "text": fit(clean(action.label, 75), 75, escape) or "Silence", "emoji": True}
    return {"type": "static_select", "action_id": f"{SILENCE}:{number}", "placeholder": place, "options": offered}


def _more(actions: Sequence[Action]) -> Block:
    """The menu (⋯) of up to five actions; nothing without any."""
    asks = {"silence": "…"}  # for how long, in the answer
    lines = {f"{a.verb} {a.subject}".strip(): a.label + asks.get(a.verb, "") for a in actions}
    labels = [(fit(clean(label, 75), 75, escape) or "…", line) for line, label in lines.items() if width(line) <= 150]
    options = [_option(label, line) for label, line in labels]
    return {"type": "overflow", "action_id": f"{ASK}:more", "options": options[:5]} if options else {}


def _option(words: str, value: str) -> Block:
    return {"text": {"type": "plain_text", "text": words, "emoji": True}, "value": value}
