"""Discord's messages as HTML, as near to the desktop client (dark) as a picture needs; what is unknown is an error.

Markdown: only what our own rendering makes: escaped letters, moments, and labels before the rows of a description.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.pictures.mrkdwn import ago
from tests.pictures.page import PHONE, Html, joined, page, ready, tag

WIDTH = 660
Payload = Mapping[str, Any]
ROW, BUTTON, MENU = 1, 2, 3
STYLES: Mapping[int, str] = {1: "blue", 2: "grey", 3: "green", 4: "red", 5: "grey away"}

STYLE = """
body{background:#313338;color:#dbdee1;font:400 15px/21px "Noto Sans",sans-serif,"Noto Color Emoji";
  padding:16px 18px 16px}
.message{display:flex;gap:14px}
.face{flex:none;width:40px;height:40px;border-radius:50%;background:#1e1f22;color:#fff;font:700 15px/40px "Noto Sans";
  text-align:center;letter-spacing:-.5px}
.side{flex:1;min-width:0}
.who{font-weight:600;color:#f2f3f5}
.app{margin:0 6px;padding:0 5px;border-radius:4px;background:#5865f2;color:#fff;font:600 10px/15px "Noto Sans";
  display:inline-block;vertical-align:1px}
.at{color:#949ba4;font-size:12px}
.embed{margin-top:4px;max-width:540px;border-left:4px solid;border-radius:4px;background:#2b2d31;
  padding:2px 16px 16px 12px}
.title{margin-top:8px;font-weight:600;color:#f2f3f5;font-size:16px;line-height:22px}
.about b{font-weight:600;color:#f2f3f5}
.about{font-size:14px;line-height:19px;margin-top:8px;white-space:pre-wrap}
.said{color:#f2f3f5}
.said b{font-weight:600}
.small{font-size:12px;line-height:16px;color:#949ba4;margin-top:4px}
.link{color:#00a8fc}
.mention{color:#c9cdfb;background:#3c4270;border-radius:3px;padding:0 2px}
.name{font-weight:600;color:#f2f3f5;font-size:14px;line-height:19px;margin-top:9px}
.value{font-size:14px;line-height:19px;white-space:pre-wrap;overflow-wrap:anywhere}
.foot{font-size:12px;line-height:16px;margin-top:10px;color:#dbdee1}
.moment{background:#404249;border-radius:3px;padding:0 2px}
.row{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.button{height:32px;padding:0 14px;border-radius:8px;font-weight:500;font-size:14px;line-height:32px;color:#fff}
.blue{background:#5865f2}.grey{background:#4e5058}.green{background:#248046}.red{background:#da373c}
.menu{width:400px;height:40px;padding:0 12px;border-radius:8px;background:#1e1f22;border:1px solid #3f4147;
  color:#949ba4;line-height:38px;display:flex;justify-content:space-between}
.thread{margin-top:10px;max-width:540px;padding:8px 12px;border-radius:8px;background:#2b2d31;
  font-size:14px;line-height:20px}
.thread b{font-weight:600;color:#f2f3f5;margin-right:8px}
.thread .count{color:#00a8fc;font-weight:500}
.line{display:flex;gap:6px;margin-top:2px;color:#b5bac1}
.line .who{font-size:13px}
"""
_TOKEN = re.compile(
    r"\\(?P<letter>.)|<t:(?P<at>\d+):(?P<form>[FRTt])>|<@(?P<who>\d+)>|(?P<alien>[\\*_~`|<\[\]])", re.DOTALL
)
_BOLD = re.compile(r"\*\*((?:\\.|[^*\\])+)\*\*")
_AWAY = re.compile(r" \[↗\]\(https?://[^\s()]+\)$")
SMALL = "-# "
_LABEL = re.compile(r"\*\*(?P<label>(?:\\.|[^*\\])+)\*\*(?= )")


LIGHT = """
body{background:#fff;color:#313338}
.who,.title,.about b,.said,.name,.thread b{color:#060607}
.at,.small{color:#5c5e66}
.embed,.thread{background:#f2f3f5}
.moment{background:#e3e5e8}
.grey{background:#e3e5e8;color:#060607}
.menu{background:#ebebeb;border-color:#dcdcde;color:#5c5e66}
.foot,.line{color:#4e5058}
.mention{color:#505cdc;background:#e6e8fd}
.link,.thread .count{color:#006ce7}
"""
"""What the light client shows otherwise."""


def show(*parts: Html, light: bool = False, phone: bool = False) -> str:
    """The page."""
    return page(f"{STYLE}{LIGHT if light else ''}", joined(*parts), PHONE if phone else WIDTH)


def message(sent: Payload, at: float, now: float, under: Html | None = None) -> Html:
    """A message by its payload, posted `at`, as seen at `now` (Unix seconds), with its thread `under` it."""
    text = [tag("div", _headline(sent["content"], now), look="said")] if sent.get("content") else []
    parts = [*text, *(embed(one, now) for one in sent.get("embeds") or ())]
    parts += [_row(one) for one in sent.get("components") or ()]
    who = tag("div", tag("span", "Groundtruth", look="who"), tag("span", "APP", look="app"), _at(at))
    side = tag("div", who, *parts, *([under] if under else []), look="side")
    return tag("div", tag("div", "gt", look="face"), side, look="message")


def _headline(text: str, now: float) -> Html:
    """A message's own text: a headline is bold as a whole."""
    found = _BOLD.fullmatch(text)
    return tag("b", markdown(found[1], now)) if found else markdown(text, now)


def thread(name: str, lines: Sequence[str], now: float) -> Html:
    """The thread as it stands under its message: name, count, the latest line."""
    count = f"{len(lines)} {'Message' if len(lines) == 1 else 'Messages'} ›"
    last = tag("span", markdown(lines[-1], now))
    top = tag("div", tag("b", name), tag("span", count, look="count"))
    return tag("div", top, tag("div", tag("span", "Groundtruth", look="who"), last, look="line"), look="thread")


def embed(it: Payload, now: float) -> Html:
    """An embed. Raises ValueError for a part that is not known here."""
    if unknown := set(it) - {"title", "description", "color", "fields", "footer"}:
        raise ValueError(f"unknown in an embed: {unknown}")
    about = [tag("div", *_rows(it["description"], now), look="about")] if "description" in it else []
    fields = [
        tag("div", markdown(one[part], now), look=part) for one in it.get("fields", ()) for part in ("name", "value")
    ]
    foot = [tag("div", it["footer"]["text"], look="foot")] if "footer" in it else []
    title = [tag("div", markdown(it["title"], now), look="title")] if "title" in it else []
    return tag("div", *title, *about, *fields, *foot, look="embed", style=f"border-left-color:#{int(it['color']):06x}")


def markdown(text: str, now: float) -> Html:
    """Markdown as people see it at `now`, for a reader in UTC. Raises ValueError for a mark that is not escaped."""
    parts: list[str] = []
    end = 0
    for found in _TOKEN.finditer(text):
        parts.append(text[end : found.start()])
        if found["alien"]:
            raise ValueError(f"{found['alien']!r} is not escaped in {text!r:.80}")
        if found["who"]:
            parts.append(tag("span", f"@{found['who']}", look="mention"))
        elif found["letter"]:
            parts.append(found["letter"])
        else:
            parts.append(tag("span", _moment(int(found["at"]), found["form"], now), look="moment"))
        end = found.end()
    return joined(*map(ready, parts), text[end:])


def _rows(text: str, now: float) -> list[Html]:
    """A description's rows, each with its label in bold."""
    rows = []
    for line in text.split("\n"):
        row, small = line.removeprefix(SMALL), line.startswith(SMALL)
        found = _LABEL.match(row)
        label = [tag("b", markdown(found["label"], now))] if found else []
        rest = row[found.end() :] if found else row
        away = [tag("span", " ↗", look="link")] if _AWAY.search(rest) else []
        said = markdown(_AWAY.sub("", rest), now)
        rows.append(tag("div", *label, said, *away, look="small" if small else ""))
    return rows


def _moment(at: int, form: str, now: float) -> str:
    when = datetime.fromtimestamp(at, UTC)
    if form == "R":
        return ago(now - at)
    if form in "tT":
        return f"{when:%H:%M:%S}" if form == "T" else f"{when:%H:%M}"
    return f"{when:%A}, {when.day} {when:%B} {when.year} at {when:%H:%M}"


def _row(it: Payload) -> Html:
    if it["type"] != ROW:
        raise ValueError(f"unknown component: {it['type']}")
    return tag("div", *map(_component, it["components"]), look="row")


def _component(it: Payload) -> Html:
    if it["type"] == BUTTON:
        return tag("span", it["label"], look=f"button {STYLES[it['style']]}")
    if it["type"] == MENU:
        return tag("span", tag("span", it["placeholder"]), tag("span", "⌄"), look="menu")
    raise ValueError(f"unknown component: {it['type']}")


def _at(at: float) -> Html:
    return tag("span", f"{datetime.fromtimestamp(at, UTC):%H:%M}", look="at")
