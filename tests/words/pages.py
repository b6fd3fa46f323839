"""Every word that people see, from fixtures, as each platform shows it: for a reader to go through."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from io import StringIO
from textwrap import wrap
from typing import Any

from rich.console import Console

from bot.advice.library import tips
from bot.channels import paging
from bot.channels.discord import answers as discord_answers
from bot.channels.discord import embeds
from bot.channels.slack import answers as slack_answers
from bot.channels.slack import blocks
from bot.channels.teams import cards as teams_cards
from bot.cli.ask import show
from bot.core.answers.answer import Answer
from bot.core.incidents import lifecycle, silence_expiry
from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.group import AffectedVendor, CommonFactor, Correlation, Kind, NoticeGroup
from bot.core.model.incident import TimelineEntry
from bot.core.model.service import ServiceView
from bot.core.model.silence import Silence
from bot.core.model.snapshot import Snapshot
from bot.core.text.inline import utc
from probes.model import State
from tests.support.situations import ANNA, API, INCIDENT, NOW, SITUATIONS, START
from tests.words.answered import gathered

WIDTHS = (38, 80)
"""Columns of an embed on a telephone, and of a terminal."""


def cards() -> dict[str, Card]:
    """A message of every kind, each as it stands in some situation."""
    found = {name: card(*about, tips()) for name, about in SITUATIONS.items() if name != "hostile"}
    several = NoticeGroup(Kind.INCIDENTS, "G2", START, (("Claude", 3), ("OpenAI", 1)), 9, 12, 12, 14, State.MAJOR, 2)
    struck = tuple(AffectedVendor(n.casefold(), n, f"I{n[0]}", START) for n in ("Claude", "OpenAI", "Cursor"))
    cause = Correlation(CommonFactor.EDGE, "cloudflare", "C1", START, struck, of=4, fine=11)
    spoken = {"group": several, "group over": replace(several, going=0, over_at=NOW)}
    for name, group in spoken.items():
        found[name] = card(replace(_bare(""), several=group), NOW)
    found["common cause"] = card(replace(_bare(""), cause=cause), NOW)
    found["common cause over"] = card(replace(_bare(""), cause=replace(cause, over_at=NOW)), NOW)
    found["of ourselves"] = card(_bare("slack: deliveries work again"), NOW)
    return found


def silence_ended() -> Snapshot:
    """What whoever asked for a silence is told at its end."""
    asked = Silence("claude-api", START, NOW, ANNA, "known", id="S4F7K", where="slack:C1")
    told = silence_expiry.notice(asked, ServiceView("claude", "Claude", {"claude-api": "Claude API"}), NOW)
    assert told is not None
    return told.snapshot


def _bare(reason: str) -> Snapshot:
    return Snapshot(NOW, "GROUNDTRUTH", "Groundtruth", None, None, (), reason, over=bool(reason))


def trail() -> list[TimelineEntry]:
    """What threads say in the life of an incident."""
    called = " and ".join
    one = replace(INCIDENT, shade=State.MAJOR)
    return [
        lifecycle.turned(one, State.PARTIAL, called, (API,), NOW).timeline[-1],
        lifecycle.turned(replace(one, shade=State.PARTIAL), State.MAJOR, called, (API,), NOW).timeline[-1],
        lifecycle.closed(one, ANNA, NOW, "seen enough", called).timeline[-1],
    ]


def slack(it: Card) -> str:
    """A card as Slack is sent it, markup and all."""
    sent = blocks.card(it, "m", it.at).arguments()
    return "\n".join(_texts([*sent["blocks"], *(b for a in sent["attachments"] for b in a["blocks"])]))


def _texts(found: list[dict[str, object]]) -> Iterator[str]:
    for block in found:
        match block:
            case {"type": "actions", "elements": [*elements]}:
                labels = [(e.get("text") or e.get("placeholder") or {}).get("text", "⋯") for e in elements]  # type: ignore[attr-defined]
                yield " ".join(f"[{label}]" for label in labels)
            case {"type": "context", "elements": [*elements]}:
                yield "  ".join(e["text"] for e in elements)  # type: ignore[index]
            case {"text": {"text": str(text)}}:
                yield text
            case _:
                yield ""


def discord(it: Card) -> str:
    """A card as Discord is sent it."""
    sent = embeds.root(it)
    labels = [
        " ".join(f"[{one.get('label') or one.get('placeholder')}]" for one in row["components"])
        for row in sent["components"]
    ]
    return "\n".join([sent["content"], sent["embeds"][0]["description"], *labels])


def console(it: Card) -> str:
    """A card in a terminal."""
    rows = [f"{label}: {utc(text, it.at)}".removeprefix(": ") for label, text in it.lines]
    return "\n".join([it.headline, *rows, utc(it.footer, it.at)])


def pager(it: Card) -> str:
    """A card on a pager and in an e-mail: the subject, then the text."""
    return f"{paging.headline(it, 250)}\n\n{paging.body(it, 4_000)}"


def teams(it: Card) -> str:
    """A card as Teams is sent it."""
    return _activity(teams_cards.root(it))


def _activity(sent: Mapping[str, Any]) -> str:
    """An activity's own text or summary, then a line for each paragraph and the buttons of its card."""
    lines = [str(sent.get("summary") or sent.get("text"))]
    for attached in sent.get("attachments", ()):
        lines += _paragraphs(attached["content"]["body"])
        lines += [f"[{one['title']}]" for one in attached["content"].get("actions", ())]
    return "\n".join(lines)


def _paragraphs(body: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for element in body:
        match element:
            case {"type": "Container", "items": [*items]}:
                yield from _paragraphs(items)
            case {"inlines": [*runs]}:
                yield "".join(run["text"] for run in runs)
            case {"text": str(text)}:
                yield _TEAMS_TIME.sub("⟨11:42⟩", text)


def _slack_answer(it: Answer) -> str:
    return "\n".join(_texts(list(slack_answers.answer(it, it.at).arguments()["blocks"])))


def _discord_answer(it: Answer) -> str:
    said = discord_answers.reply(it).embed.to_dict()
    fields = [f"{f['name']} {f['value']}" for f in said.get("fields", ())]
    return "\n".join([said.get("title", ""), said.get("description", ""), *fields])


def _terminal_answer(it: Answer) -> str:
    told = StringIO()
    show(it, Console(file=told, width=80), wrapped=True)
    return told.getvalue().rstrip()


PLATFORMS: Mapping[
    str, tuple[Callable[[Card], str], Callable[[TimelineEntry], str], Callable[[Answer], str] | None]
] = {
    "Slack": (slack, lambda entry: blocks.trail(entry, NOW), _slack_answer),
    "Discord": (discord, lambda entry: str(embeds.trail(entry)["content"]), _discord_answer),
    "console": (console, lambda entry: utc(entry.said or entry.text, NOW), _terminal_answer),
    "Teams": (
        teams,
        lambda entry: _activity(teams_cards.line(entry)),
        lambda it: _activity(teams_cards.answer(it)),
    ),
    "pagers and e-mail": (pager, lambda entry: paging.line(entry, 300), None),
}
_TEAMS_TIME = re.compile(r"\{\{DATE\([^)]*\)\}\} \{\{TIME\([^)]*\)\}\}")
_DATE = re.compile(r"<!date\^(\d+)\^([^|>]*)\|[^>]*>|<t:(\d+):(\w)>")


def seen(text: str) -> str:
    """A text as its reader sees it: moments as `⟨time⟩`, no other platform's markup."""
    return _DATE.sub(lambda found: "⟨12 minutes ago⟩" if found[4] == "R" else "⟨11:42⟩", text)


def texts(platform: str) -> dict[str, str]:
    """Everything one platform shows, by what it is about."""
    of_card, of_line, of_answer = PLATFORMS[platform]
    found = {name: of_card(it) for name, it in cards().items()}
    found["end of a silence"] = of_card(card(silence_ended(), NOW))
    found |= {f"thread {n}": of_line(entry) for n, entry in enumerate(trail(), 1)}
    if of_answer is not None:
        found |= {f"answer to {name}": of_answer(it) for name, it in gathered().items()}
    return found


def page(platform: str, width: int) -> str:
    """All of it on one page, wrapped at `width` columns."""
    lines = [f"{platform}, {width} columns", "=" * width]
    for name, text in texts(platform).items():
        lines += ["", *wrap(f"--- {name}", width)]
        for row in seen(text).split("\n"):
            lines += wrap(row, width) or [""]
    return "\n".join(lines) + "\n"
