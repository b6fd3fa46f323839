"""An incident's charts on Slack: one message in its thread, edited in place, in Slack's own block.

Where Slack refuses the block, a picture is put into the thread: files cannot be replaced there, so one comes while the
incident lasts and one at its end. That needs the extra `charts` and the scope files:write.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from bot.channels.channel import MessageRef
from bot.channels.slack.blocks import context
from bot.channels.slack.charts import chart_blocks
from bot.channels.slack.errors import GONE, TOO_RICH, code
from bot.channels.slack.mrkdwn import escape, markup
from bot.channels.slack.rate_limits import EDIT, POST
from bot.channels.slack.web_api import Web
from bot.core.answers.charts import Drawing, dated
from bot.core.drawing import in_words
from bot.core.text.truncation import fit
from bot.errors import DeliveryError
from bot.pictures.drawn import Pictures

log = logging.getLogger(__name__)

Call = Callable[[str, str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Posts or updates in a place."""
TEXT = 2_900
PICTURE = "charts.png"
UPLOAD_S = 20.0


class ThreadCharts:
    """Charts of one workspace."""

    def __init__(self, name: str, web: Web, call: Call, now: Callable[[], float]) -> None:
        self._name = name
        self._web = web
        self._call = call
        self._now = now
        self._pictures = Pictures()

    async def draw(self, where: MessageRef, drawing: Drawing, drawn: MessageRef) -> MessageRef:
        """In the thread of `where`, or where they are `drawn`. Raises DeliveryError."""
        place = str(where["channel"])
        if drawn.get("file"):
            return await self._pictured(where, drawing) if drawing.last else drawn
        said = {"text": fit(in_words(drawing.charts), TEXT, escape), "blocks": _blocks(drawing, self._now())}
        try:
            if drawn.get("ts"):
                await self._call(EDIT, place, {**said, "ts": str(drawn["ts"]), "parse": "none"})
                return drawn
            answer = await self._call(POST, place, {**said, "thread_ts": str(where["ts"]), "unfurl_links": False})
        except DeliveryError as error:
            said_no = code(error.__cause__ or error)
            # Somebody took it away, or the thread: whoever did does not want another.
            error.permanent = error.permanent or said_no in GONE
            # What was taken once stays as it is: a picture beside it would be a second chart.
            if said_no not in TOO_RICH or drawn:
                raise
            log.info("%s: Slack refuses charts as a block (%s); a picture is tried", self._name, error)
            return await self._pictured(where, drawing)
        return {"ts": str(answer["ts"])}

    async def _pictured(self, where: MessageRef, drawing: Drawing) -> MessageRef:
        """The charts as a file in the thread. Raises DeliveryError."""
        png = await self._pictures.of(drawing.charts)
        if not png:
            raise DeliveryError("Slack takes no charts, and no picture could be drawn", permanent=True)
        place, poster, said = str(where["channel"]), self._web.poster, in_words(drawing.charts)
        asked = poster.files_getUploadURLExternal(filename=PICTURE, length=len(png), alt_txt=said[:1_000])
        room = await self._web.call(place, asked)
        try:
            timeout = aiohttp.ClientTimeout(total=UPLOAD_S)
            async with self._web.session.post(str(room["upload_url"]), data=png, timeout=timeout) as answer:
                answer.raise_for_status()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DeliveryError(f"Slack took no file ({type(error).__name__})") from error
        files: list[dict[str, str | None]] = [{"id": str(room["file_id"]), "title": drawing.charts[0].title}]
        done = poster.files_completeUploadExternal(files=files, channel_id=place, thread_ts=str(where["ts"]))
        await self._web.call(place, done)
        return {"file": str(room["file_id"])}


def posts(drawing: Drawing, drawn: MessageRef) -> bool:
    """Whether these charts become a new message: the first ones, and the last picture, as files are not replaced."""
    return not drawn or bool(drawn.get("file") and drawing.last)


def _blocks(drawing: Drawing, now: float) -> list[dict[str, Any]]:
    return [*chart_blocks(drawing.charts), *context(markup(now)(dated(drawing)))]
