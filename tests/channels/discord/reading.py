"""What a person reads of Discord's Markdown: escapes gone, nothing else; markup that is left is a finding."""

import re

from tests.fakes.discord.world import Message

MARKUP = re.compile(r"(?<!\\)(?:\*\*|__|~~|\|\||`|<[@#:/!]|\[[^\]]*\]\()")


def shown(text: str) -> str:
    """The text as it is shown. Raises AssertionError where some of it would be markup."""
    found = MARKUP.search(text)
    assert not found, f"{found} in {text!r} is markup"
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("\u200b", "")


def told(text: str) -> str:
    """The same of an answer, whose labels at the beginning of each line are bold."""
    return "\n".join(shown(re.sub(r"^\*\*((?:[^*\\]|\\.)+)\*\* ", r"\1 ", line)) for line in text.split("\n"))


def headline(message: Message) -> str:
    """What it says first; a root's headline is bold."""
    first = message.content.partition("\n")[0] or message.embeds[0]["title"]
    return shown(re.sub(r"^(?:<@&\d+> )*\*\*(.*)\*\*$", r"\1", first))


def line(message: Message) -> str:
    """A line of a trail without its time."""
    return shown(re.sub(r"^<t:\d+:t> ", "", message.content))
