"""Cards, trail lines and answers as Discord's messages: payloads of the API. Pure.

Embeds, not components v2: a message that was ever v2 can hold no `content` and no embeds again, so a refused form could
not go out as plain text, a role could not be pinged beside it, and its 40 components would have to hold the table of a
status as well. An embed has the accent colour, the fields and the sizes that are needed, in every client.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.discord.markdown import escape, markup, plain
from bot.core.messages.buttons import BEHIND, MORE, folded
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.model.silence import UNTIL_RESOLVED
from bot.core.text.inline import tidy
from bot.core.text.no_break import unbroken
from bot.core.text.quoting import clean
from bot.core.text.truncation import DISCORD, Piece, first, fit, fitted, width

COLOURS: Mapping[Colour, int] = {
    Colour.GREEN: 0x2EB886,
    Colour.YELLOW: 0xDAA038,
    Colour.ORANGE: 0xE8762D,
    Colour.RED: 0xA30200,
    Colour.BLUE: 0x439FE0,
    Colour.GREY: 0xDDDDDD,
}
Payload = dict[str, Any]
QUIET: Mapping[str, Any] = {"parse": []}
"""Allowed mentions: nobody is pinged, whatever the text contains."""
LENGTHS = (("30 min", "30m"), ("1 h", "1h"), ("4 h", "4h"), ("1 day", "1d"), ("7 days", "7d"))
SILENCES = (
    *((f"Silence for {words}", length) for words, length in LENGTHS),
    (f"Silence {UNTIL_RESOLVED}", UNTIL_RESOLVED),
)
"""The menu's choices."""
TRAIL_SHOWN = 4
SMALL = "-# "
"""Begins a row of small print."""
SUPPRESS_EMBEDS = 1 << 2
_ROW, _ROWS, _ID = 5, 5, 100
_ABREAST = 2
"""Buttons beside ⋯ in the width of a phone. Slack keeps a third in a second row: its menu takes five, and is full."""
_VERB, _SUBJECT = re.compile(r"[a-z-]{1,24}"), re.compile(r"[!-9;-~]{1,64}")
_GREEN, _GREY, _BLUE, _LINK = 3, 2, 1, 5
STYLES: Mapping[str, int] = {"ack": _BLUE, "resolve": _GREEN, "right": _GREEN}


def root(card: Card, *, threaded: bool = True, pings: Sequence[int] = ()) -> Payload:
    """The message of a card. Without a thread the last lines of its trail stand in it; `pings` are roles to call.

    The headline is the message's own text: telephones show no preview of embeds.
    """
    trail = () if threaded else tuple(("", e.said or f"{e.event}: {e.text}") for e in card.trail[-TRAIL_SHOWN:])
    shown = [("Trail" if not n else "\u200b", text) for n, (_, text) in enumerate(trail)]
    headline = f"**{headlined(card)}**"
    return {
        "content": " ".join([*(f"<@&{role}>" for role in pings), headline]),
        "embeds": [embed(card, shown)],
        "components": buttons(*_folded(card.actions), links=_linked(card)[1]),
        "allowed_mentions": _allowed(pings),
    }


def headlined(card: Card) -> str:
    """The headline in Markdown, where roles still fit before it."""
    return fit(unbroken(clean(card.headline, DISCORD.title)) or "no headline", 1_000, escape)


def embed(card: Card, more: Sequence[tuple[str, str]] = ()) -> Payload:
    """The card below its headline: a row for each line, the small print last; all fits, and what was cut is counted.

    Rows and not fields: a field's name takes a line of its own, which makes twice the height on a telephone. The small
    print is a row too, since a footer shows no times.
    """
    foot = fit(unbroken(tidy(_footer(card), 1_000)), 1_500, markup)
    room = DISCORD.text - width(foot) - 10
    rows = [*_rows((*card.lines, *more), room, _linked(card)[0]), f"{SMALL}{foot}" if foot else ""]
    return {"color": COLOURS[card.tone], "description": "\n".join(row for row in rows if row) or "\u200b"}


def _linked(card: Card) -> tuple[Mapping[str, str], Sequence[tuple[str, str]]]:
    """Links that stand at the end of the line of the same label, and the others, which are buttons."""
    labels = {label for label, _ in card.lines}
    within = {label: f"[↗]({url})" for label, url in card.links if label in labels and _opens(url) and ")" not in url}
    return within, [(label, url) for label, url in card.links if label not in within]


def _rows(lines: Sequence[tuple[str, str]], room: int, under: Mapping[str, str]) -> list[str]:
    """Lines as `**label** text`, together within `room`; `under` are links at the end of a line, by its label."""
    kept, left = first(_together(lines), DISCORD.parts)
    pieces = [
        Piece(text, limit) for name, value in kept for text, limit in ((clean(name, 100), 100), (value, DISCORD.value))
    ]
    room -= 6 * len(kept) + 20 + sum(map(len, under.values()))
    said = fitted(pieces, room, markup)
    ends = [f" {under.get(name, '')}".rstrip() for name, _ in kept]
    rows = [
        f"**{name}** {value or '–'}{end}" if name else value + end
        for name, value, end in zip(said[::2], said[1::2], ends, strict=True)
    ]
    return [*rows, *([f"… ({left} more)"] if left else [])]


def _footer(card: Card) -> str:
    """Always with the subject: by it a root that was posted and not written down is known again."""
    subject = clean(card.subject, 80)
    return card.footer if not subject or subject in card.footer else f"{card.footer} · {subject}".removeprefix(" · ")


def is_root_of(message: Any, subject: str) -> bool:
    """Whether a message read back is a root of ours about this subject, and no answer that somebody shared."""
    if not isinstance(message, dict) or message.get("interaction_metadata") or message.get("webhook_id"):
        return False
    if not (message.get("author") or {}).get("bot") or not subject:
        return False
    said = [(e.get("footer") or {}).get("text") or "" for e in message.get("embeds") or []]
    said += [str(e.get("description") or "").rpartition("\n")[2] for e in message.get("embeds") or []]
    said += [str(message.get("content") or "").rpartition("\n")[2]]
    return any(re.search(rf"(?<![\w-]){re.escape(subject)}(?![\w-])", text) for text in said)


@dataclass(frozen=True, slots=True)
class Frame:
    """What goes into an embed: plain text, but for `text`, which is Markdown of ours and stays whole."""

    title: str
    lines: Sequence[tuple[str, str]]
    footer: str
    colour: int
    text: str = ""


def framed(frame: Frame) -> Payload:
    """The embed, within all limits."""
    kept, left = first(_together(frame.lines), DISCORD.parts)
    pieces = [Piece(unbroken(tidy(frame.title, DISCORD.title)) or "no headline", DISCORD.title)]
    for name, value in kept:
        pieces += [Piece(clean(name, 100) or "\u200b", 100), Piece(value or "–", DISCORD.value)]
    foot = plain(" · ".join(p for p in (f"{left} more lines" if left else "", frame.footer) if p), 500)
    room = DISCORD.total - 10 - width(foot) - width(frame.text)
    said = fitted(pieces, room, markup)
    fields = [{"name": n or "\u200b", "value": v or "–"} for n, v in zip(said[1::2], said[2::2], strict=True)]
    told: Payload = {"title": said[0] or "…", "color": frame.colour, "fields": fields}
    if frame.text:
        told["description"] = frame.text
    return {**told, "footer": {"text": foot}} if foot else told


def _together(lines: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What goes on without a label stands in the field before it, on a line of its own, while there is room."""
    found: list[tuple[str, str]] = []
    for name, text in lines:
        said = unbroken(tidy(text, 4_000))
        if not said and not name.strip():
            continue
        if found and not clean(name, 100) and width(markup(f"{found[-1][1]}\n{said}")) < DISCORD.value:
            found[-1] = found[-1][0], f"{found[-1][1]}\n{said}"
        else:
            found.append((name, said))
    return found


def plainly(card: Card) -> Payload:
    """The same without form, for when the form is refused."""
    rows = (f"{label}: {text}".removeprefix(": ") for label, text in card.lines)
    lines = [clean(card.headline, 300), *rows, _footer(card)]
    text = "\n".join(tidy(line, 700) for line in lines if line.strip()) or "no headline"
    content = fit(text, DISCORD.plain, markup)
    return {"content": content, "embeds": [], "components": [], "allowed_mentions": dict(QUIET)}


def trail(entry: TimelineEntry, pings: Sequence[int] = ()) -> Payload:
    """One line in the thread; `pings` are roles to call."""
    event, text = clean(entry.event, 80), tidy(entry.text, 400)
    told = tidy(entry.said, 400) or (f"{event}: {text}" if event and text else event or text or "changed")
    said = fit(told, 1_900, markup)
    when = f"<t:{int(entry.at)}:t> " if 0 <= entry.at < 1e11 else ""
    content = " ".join([*(f"<@&{role}>" for role in pings), f"{when}{said}"])[: DISCORD.plain]
    return {"content": content, "flags": SUPPRESS_EMBEDS, "allowed_mentions": _allowed(pings)}


def news(card: Card) -> Payload:
    """A card's headline in the thread, where the root cannot be edited for now."""
    said = fit(clean(card.headline, 300) or "no headline", DISCORD.plain, escape)
    return {"content": said, "flags": SUPPRESS_EMBEDS, "allowed_mentions": dict(QUIET)}


def _allowed(pings: Sequence[int]) -> Payload:
    return {"parse": [], "roles": [str(role) for role in pings]} if pings else dict(QUIET)


def thread_name(card: Card) -> str:
    """The name of the thread under a card; it stays as the headline changes."""
    return plain(f"{card.kind} {card.subject}", 90) or "trail"


def buttons(
    actions: Sequence[Action], behind: Sequence[Action] = (), *, links: Sequence[tuple[str, str]] = ()
) -> list[Payload]:
    """Rows of components: buttons, ⋯ for those `behind` it, links, each menu in a row of its own; nothing twice."""
    unlike = once(actions)
    items = [_button(action) for action in unlike if action.verb != "silence"]
    items += [_more(behind)] if behind else []
    items += [_link(label, url) for label, url in links if _opens(url)]
    menus = [_menu(action) for action in unlike if action.verb == "silence"]
    rows = [{"type": 1, "components": items[n : n + _ROW]} for n in range(0, len(items), _ROW)]
    return [*rows[: _ROWS - len(menus[:1])], *({"type": 1, "components": [menu]} for menu in menus[:1])]


def _folded(actions: Sequence[Action]) -> tuple[list[Action], list[Action]]:
    """Those in the row, as many as a phone shows in one, and those behind ⋯, whose id has to name them all."""
    row, behind = folded(once(actions))
    if behind and len(row) > _ABREAST:
        row, behind = folded(once(actions), {*BEHIND, "report"})
    return (row, behind) if not behind or len(_more(behind)["custom_id"]) <= _ID else (list(actions), [])


def _more(behind: Sequence[Action]) -> Payload:
    """The button that offers the others, privately: its id names them, so it works whoever posted it."""
    verbs = ",".join(action.verb for action in behind)
    return {"type": 2, "style": _GREY, "label": MORE, "custom_id": custom_id("more", f"{behind[0].subject}:{verbs}")}


def custom_id(verb: str, subject: str) -> str:
    """The id of a button; `pressed` reads it."""
    return f"gt:{verb}:{subject}"


def once(actions: Sequence[Action]) -> list[Action]:
    """Those that can be buttons, each once: verb and subject make the id."""
    fit_ids = (a for a in actions if _VERB.fullmatch(a.verb) and _SUBJECT.fullmatch(a.subject))
    return list({(action.verb, action.subject): action for action in fit_ids}.values())


def _button(action: Action) -> Payload:
    label = plain(action.label, 80) or action.verb
    style = STYLES.get(action.verb, _GREY)
    return {"type": 2, "style": style, "label": label, "custom_id": custom_id(action.verb, action.subject)}


def _menu(action: Action) -> Payload:
    told = [{"label": words, "value": length} for words, length in SILENCES]
    where = custom_id(action.verb, action.subject)
    asks = f"🔕 {plain(action.label, 80) or 'Silence'}…"
    return {"type": 3, "custom_id": where, "placeholder": asks, "options": told}


def _opens(url: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s<>\"]{3,500}", url)) and url.isascii()


def _link(label: str, url: str) -> Payload:
    return {"type": 2, "style": _LINK, "label": plain(label, 70) or "open", "url": url}
