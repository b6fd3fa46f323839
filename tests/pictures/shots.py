"""What is pictured: messages as the program posted them (`recorded.json`), by the file each picture goes to."""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from tests.pictures import discord, slack, terminal
from tests.pictures.page import PHONE, Html
from tests.pictures.recording import FILE

MESSAGES = ("incident", "acknowledged", "resolved", "discrepancy", "status")
ON_PHONES = ("incident", "acknowledged", "resolved")
_AT = re.compile(r"<!date\^(\d+)\^")
UNDER = ("acknowledged", "resolved")
"""Those shown with their thread."""


@cache
def recorded() -> Mapping[str, Any]:
    """What stood on both platforms, and who is behind an id."""
    found: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def on_slack(name: str, *, dark: bool = False, phone: bool = False) -> str:
    """A recorded message as Slack shows it."""
    it, people = recorded()["slack"][name], recorded()["people"]
    if name == "status":
        return slack.show(slack.private(it["said"], it["now"]), dark=dark, phone=phone)
    parts: list[Html] = [slack.message(it["said"], it["at"], it["now"], people)]
    if name in UNDER and not phone:
        lines = [(line, float(_AT.findall(line)[0])) for line in it["thread"]]
        parts.append(slack.replies(lines, it["now"], people))
    return slack.show(*parts, dark=dark, phone=phone)


def on_discord(name: str, *, light: bool = False, phone: bool = False) -> str:
    """A recorded message as Discord shows it."""
    it = recorded()["discord"][name]
    under = discord.thread(it["called"], it["thread"], it["now"]) if name in UNDER and it["thread"] else None
    return discord.show(discord.message(it["said"], it["at"], it["now"], under), light=light, phone=phone)


def _shots() -> dict[str, tuple[Callable[[], str], int]]:
    """Each message on a desktop; some on a phone and in the other colours too."""
    found: dict[str, tuple[Callable[[], str], int]] = {}
    for folder, draw, other, width in (
        ("deploy/slack/pictures", on_slack, "dark", slack.WIDTH),
        ("deploy/discord/pictures", on_discord, "light", discord.WIDTH),
    ):
        for name in MESSAGES:
            found[f"{folder}/{name}.png"] = (partial(draw, name), width)
        for name in ON_PHONES:
            found[f"{folder}/{name}-phone.png"] = (partial(draw, name, phone=True), PHONE)
        theme: Any = {other: True}
        found[f"{folder}/incident-{other}.png"] = (partial(draw, "incident", **theme), width)
        found[f"{folder}/incident-phone-{other}.png"] = (partial(draw, "incident", phone=True, **theme), PHONE)
    return found


SHOTS: Mapping[str, tuple[Callable[[], str], int]] = {
    **_shots(),
    "deploy/docs/pictures/terminal.png": (terminal.demo, terminal.WIDTH),
}
"""The picture's file -> its page, and how wide that is in CSS pixels."""
