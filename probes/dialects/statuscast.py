"""StatusCast: the page itself, whose components stand in HTML with their state as a class.

There is no public data beside it. A component's state is the class `component-<word>` of its status text; its name is
the text before it. Names are the ids. Source: inket/stts (`StatusCastService.swift`) and other readers in public code.
No options.
"""

from collections.abc import Mapping
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import looks_like_html, sized, text
from probes.dialects.states import once
from probes.model import Claim, Page, State

_MARK = "status-list-component-status-text"
_STATES = MappingProxyType(
    {
        "available": State.OPERATIONAL,
        "degraded": State.DEGRADED,
        "investigating": State.DEGRADED,
        "identified": State.DEGRADED,
        "monitored": State.DEGRADED,
        "unavailable": State.MAJOR,
        "maintenance": State.MAINTENANCE,
    }
)
"""An informational mark says nothing of the state."""
_STATE = "component-"
_MAX_COMPONENTS = 1000


class _Components(HTMLParser):
    """Gathers (name, state word): the text that stood last before a status, and the status's class."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._last = ""
        self._hidden = 0
        self._skip = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        classes = dict(attrs).get("class") or ""
        if _MARK in classes and len(self.found) < _MAX_COMPONENTS:
            words = [one.removeprefix(_STATE) for one in classes.split() if one.startswith(_STATE)]
            self.found.append((self._last, words[0] if words else ""))
            self._skip = True  # the status in words is no name

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        said = text(data)
        if said and not self._hidden:
            if not self._skip:
                self._last = said
            self._skip = False


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a StatusCast page. Raises NotUnderstoodError."""
    del options
    sized(body)
    if not looks_like_html(body) or b"</html>" not in body[-2000:].lower():
        raise NotUnderstoodError("no whole HTML page")
    parser = _Components()
    parser.feed(body.decode("utf-8", "replace"))
    parser.close()
    claims = [Claim(name, name, _STATES.get(word, State.UNKNOWN)) for name, word in parser.found if name]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    return Page(url="", claims=once(claims))


def fits(content: Content) -> bool:
    """HTML with its mark on a status."""
    return _MARK.encode() in content.html
