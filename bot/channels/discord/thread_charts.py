"""An incident's charts on Discord: one message in its thread, a picture that is replaced by edits.

The pictures are drawn in a process of their own, which needs the extra `charts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.discord import errors
from bot.channels.discord.errors import DiscordError
from bot.channels.discord.markdown import markup
from bot.channels.discord.rest import Rest
from bot.channels.discord.threads import Threads
from bot.core.answers.charts import Chart, Drawing, dated
from bot.core.drawing import in_words
from bot.core.text.quoting import clean
from bot.errors import DeliveryError
from bot.pictures.drawn import Pictures

PICTURE = "charts.png"
DESCRIPTION = 1_024
"""Characters that a picture is described with."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root message: its channel, its id (which is its thread's too), its thread's name."""

    channel: str
    id: str
    thread: str


class ThreadCharts:
    """Charts of one bot."""

    def __init__(self, rest: Rest, threads: Threads) -> None:
        self._rest = rest
        self._threads = threads
        self._pictures = Pictures()

    async def draw(self, root: Root, drawing: Drawing, drawn: str, once: str) -> str:
        """In the thread of a root, or in its message `drawn`; the message's id. Raises DeliveryError.

        `once` is the nonce of the first message.
        """
        png = await self._pictures.of(drawing.charts)
        if not png:
            raise DeliveryError("no picture could be drawn")
        said = _message(drawing)
        if drawn:
            try:
                await self._rest.call("PATCH", f"/channels/{root.id}/messages/{drawn}", said, root.id, png)
            except DiscordError as error:
                # Somebody took it away, or the thread: whoever did does not want another.
                error.permanent = error.permanent or error.code in {errors.UNKNOWN_MESSAGE, errors.UNKNOWN_CHANNEL}
                raise
            return drawn
        made = await self._threads.say(root.channel, root.id, root.thread, {**said, "nonce": once}, png)
        if not made:
            raise DeliveryError("there is no thread for charts", permanent=True)
        return made


def described(charts: Sequence[Chart]) -> str:
    """What a picture of charts shows, for those who do not see it."""
    return clean(in_words(charts), DESCRIPTION)


def _message(drawing: Drawing) -> dict[str, Any]:
    return {
        "content": f"-# {markup(dated(drawing))}",
        "attachments": [{"id": 0, "filename": PICTURE, "description": described(drawing.charts)}],
        "allowed_mentions": {"parse": []},
    }
