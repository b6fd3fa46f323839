"""Slack's messages as HTML, as near to the desktop client (light) as a picture needs; an unknown block is an error."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.pictures.mrkdwn import known, mrkdwn, plain
from tests.pictures.page import PHONE, Html, colour, joined, page, tag

WIDTH = 760
Block = Mapping[str, Any]

STYLE = """
body{background:#fff;color:#1d1c1d;font:15px/22px Lato,"Noto Sans",sans-serif,"Noto Color Emoji";padding:14px 20px 16px}
b{font-weight:700}
.message{display:flex;gap:8px}
.message+.message{margin-top:12px}
.face{flex:none;width:36px;height:36px;border-radius:8px;background:#1d1c1d;color:#fff;
  font:700 15px/36px Lato,"Noto Sans";text-align:center;letter-spacing:-.5px}
.side{flex:1;min-width:0}
.who{font-weight:900}
.app{margin:0 6px;padding:1px 3px;border-radius:3px;background:#e8e8e8;color:#454447;
  font:700 10px/14px Lato,"Noto Sans";vertical-align:2px}
.at{color:#616061;font-size:12px}
.only{margin:0 0 4px 44px;color:#616061;font-size:13px;line-height:18px}
.header{font:900 18px/24px Lato,"Noto Sans",sans-serif,"Noto Color Emoji";margin:6px 0 4px}
.section{margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere}
.context{margin:6px 0 2px;color:#616061;font-size:13px;line-height:18px;display:flex;flex-wrap:wrap;gap:2px 10px}
.divider{border-top:1px solid #ddd;margin:12px 0}
.bar{display:flex;gap:12px;margin-top:4px}
.bar>.colour{flex:none;width:4px;border-radius:8px}
.bar>.inside{flex:1;min-width:0}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0 6px}
.button{height:28px;padding:0 10px 1px;border:1px solid #bbbabb;border-radius:8px;background:#fff;
  font:700 13px/26px Lato,"Noto Sans",sans-serif,"Noto Color Emoji";white-space:nowrap}
.primary{background:#007a5a;border-color:#007a5a;color:#fff}
.danger{background:#e01e5a;border-color:#e01e5a;color:#fff}
.select{min-width:96px;display:flex;justify-content:space-between;gap:12px;font-weight:400;color:#454447}
.link{color:#1264a3}
.mention{color:#1264a3;background:#e8f5fa;border-radius:3px;padding:0 2px 1px}
code{font:12px/18px "DejaVu Sans Mono",monospace;color:#c01343;background:#f8f8f8;border:1px solid #ddd;
  border-radius:3px;padding:1px 3px}
pre{font:12px/18px "DejaVu Sans Mono",monospace;background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;
  margin:4px 0;white-space:pre-wrap}
.replies{display:flex;align-items:center;gap:12px;color:#616061;font-size:13px;margin:12px 0 12px 44px}
.replies:after{content:"";flex:1;border-top:1px solid #ddd}
"""


DARK = """
body{background:#1a1d21;color:#d1d2d3}
.header,.who,b{color:#f8f8f8}
.face{background:#f8f8f8;color:#1a1d21}
.app{background:#35373b;color:#ababad}
.at,.only,.context,.replies{color:#ababad}
.button{background:#1a1d21;border-color:#797c81;color:#f8f8f8}
.select{color:#d1d2d3}
.primary{background:#007a5a;border-color:#007a5a}
.link,.mention{color:#1d9bd1}
.mention{background:#1d9bd11a}
.divider,.replies:after{border-color:#35373b}
code,pre{background:#232529;border-color:#565856;color:#e8912d}
"""
"""What the dark client shows otherwise."""


def show(*parts: Html, dark: bool = False, phone: bool = False) -> str:
    """The page."""
    return page(f"{STYLE}{DARK if dark else ''}", joined(*parts), PHONE if phone else WIDTH)


def message(sent: Mapping[str, Any], at: float, now: float, people: Mapping[str, str] | None = None) -> Html:
    """A message by its arguments of chat.postMessage, posted `at`, as seen at `now` (Unix seconds).

    `people` are the names behind ids.
    """
    with known(people or {}):
        return _message(sent, at, now)


def _message(sent: Mapping[str, Any], at: float, now: float) -> Html:
    parts = [block(one, now) for one in sent.get("blocks") or ()]
    parts += [_attachment(one, now) for one in sent.get("attachments") or ()]
    if not parts:
        parts = [tag("div", mrkdwn(sent["text"], now), look="section")]
    who = tag("div", tag("span", "Groundtruth", look="who"), tag("span", "APP", look="app"), _at(at))
    return tag("div", tag("div", "gt", look="face"), tag("div", who, *parts, look="side"), look="message")


def private(sent: Mapping[str, Any], now: float) -> Html:
    """A message that one person sees."""
    return joined(tag("div", "👁 Only visible to you", look="only"), message(sent, now, now))


def replies(lines: Sequence[tuple[str, float]], now: float, people: Mapping[str, str] | None = None) -> Html:
    """The thread under a message: each line's text and when it was posted."""
    count = f"{len(lines)} {'reply' if len(lines) == 1 else 'replies'}"
    return joined(tag("div", count, look="replies"), *(message({"text": text}, at, now, people) for text, at in lines))


def block(it: Block, now: float) -> Html:
    """One block. Raises ValueError for a type, or a part of one, that is not known here."""
    kind = str(it.get("type"))
    if kind not in BLOCKS:
        raise ValueError(f"unknown block: {kind}")
    return BLOCKS[kind](it, now)


def _attachment(it: Block, now: float) -> Html:
    known = {"color", "fallback", "blocks"}
    if unknown := set(it) - known:
        raise ValueError(f"unknown in an attachment: {unknown}")
    bar = tag("div", look="colour", style=f"background:{colour(it['color'])}")
    return tag("div", bar, tag("div", *(block(one, now) for one in it["blocks"]), look="inside"), look="bar")


def _text(it: Block, now: float) -> Html:
    if it["type"] == "plain_text":
        return plain(it["text"])
    if it["type"] == "mrkdwn":
        return mrkdwn(it["text"], now)
    raise ValueError(f"unknown text: {it['type']}")


def _section(it: Block, now: float) -> Html:
    if unknown := set(it) - {"type", "text", "block_id"}:
        raise ValueError(f"unknown in a section: {unknown}")
    return tag("div", _text(it["text"], now), look="section")


def _element(it: Block, now: float) -> Html:
    if it["type"] == "button":
        return tag("span", _text(it["text"], now), look=f"button {it.get('style', '')}".strip())
    if it["type"] == "static_select":
        shown = it.get("initial_option", {}).get("text") or it["placeholder"]
        return tag("span", _text(shown, now), tag("span", "⌄"), look="button select")
    if it["type"] == "overflow":
        return tag("span", "⋯", look="button")
    raise ValueError(f"unknown element: {it['type']}")


def _at(at: float) -> Html:
    return tag("span", f"{datetime.fromtimestamp(at, UTC):%H:%M}", look="at")


BLOCKS: Mapping[str, Callable[[Block, float], Html]] = {
    "header": lambda it, now: tag("div", _text(it["text"], now), look="header"),
    "section": _section,
    "context": lambda it, now: tag("div", *(tag("span", _text(e, now)) for e in it["elements"]), look="context"),
    "actions": lambda it, now: tag("div", *(_element(e, now) for e in it["elements"]), look="actions"),
    "divider": lambda _, __: tag("div", look="divider"),
}
