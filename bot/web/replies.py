"""Answers with a body: their type, their ETag, compressed for whoever takes it."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.web.routing import Call

HTML, JSON, TEXT = "text/html; charset=utf-8", "application/json; charset=utf-8", "text/plain; charset=utf-8"
WORTH = 1_024
"""Bytes from which compressing pays."""
LEVEL = 5


class Body:
    """A body that is sent to many: its tag and its compressed form are made once."""

    def __init__(self, content: bytes, kind: str) -> None:
        self.content = content
        self.kind = kind
        self.tag = f'W/"{hashlib.sha256(content).hexdigest()[:24]}"'
        self._zipped: bytes | None = None

    @property
    def zipped(self) -> bytes:
        """The same compressed, the same bytes each time."""
        if self._zipped is None:
            self._zipped = gzip.compress(self.content, LEVEL, mtime=0)
        return self._zipped


def reply(
    call: Call, body: Body, *, status: int = 200, cache: str = "no-cache", headers: Mapping[str, str] | None = None
) -> web.Response:
    """The body, or 304 where the asker has it already. `cache` is the Cache-Control."""
    known = {"ETag": body.tag, "Cache-Control": cache, "Vary": "Accept-Encoding, Authorization, Cookie"}
    known |= headers or {}
    if status == 200 and _has(call.request.headers.get("If-None-Match", ""), body.tag):
        return web.Response(status=304, headers=known)
    content = body.content
    if len(content) >= WORTH and "gzip" in call.request.headers.get("Accept-Encoding", ""):
        content, known["Content-Encoding"] = body.zipped, "gzip"
    return web.Response(status=status, body=content, headers=known | {"Content-Type": body.kind})


def as_json(value: Any) -> Body:
    """A value as JSON; what JSON does not know (NaN) is an error here, not at the reader's."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Body(text.encode(), JSON)


def _has(shown: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag; weak comparison (RFC 9110, 13.1.2)."""
    named = {one.strip().removeprefix("W/") for one in shown[:2_000].split(",")}
    return "*" in named or tag.removeprefix("W/") in named
