"""Server-sent events out of the pieces of a body, as they come: pure, bounded, linear in what is fed.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream, with two liberties: an event
of a name alone counts too, and `close` gives the last event although no empty line ended it, for a stream that was cut
shall not look emptier than it was.
"""

import re

LONGEST = 64 * 1024
"""Bytes kept of one event's data at most; the rest of such an event is read and dropped."""

Event = tuple[str, str]
"""Its name, "" where it has none, and its data."""

_ENDS = re.compile(rb"\r\n|\n|\r")
_NAME = 200


class Events:
    """One stream's parser: `feed` it bytes in order, then `close` it."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._line = bytearray()  # begun, not ended
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False  # a line feed would be the second half of the same line's end
        self._first = True

    def feed(self, piece: bytes) -> list[Event]:
        """The events that this piece completes."""
        if not piece:
            return []
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
        self._after_cr = piece.endswith(b"\r")
        *ended, begun = _ENDS.split(piece)
        found = [event for part in ended if (event := self._end_line(part))]
        self._keep(begun)
        return found

    def close(self) -> list[Event]:
        """The event that the stream's end cut short, if there is one; nothing may be fed afterwards."""
        last = [self._end_line(b""), self._dispatch()]
        return [event for event in last if event]

    def _keep(self, part: bytes) -> None:
        # A few bytes more than the data: the field's name and colon.
        self._line += part[: max(0, self._longest + 16 - len(self._line))]

    def _end_line(self, part: bytes) -> Event | None:
        """One whole line: a field, a comment, or the empty one that ends an event."""
        self._keep(part)
        line = bytes(self._line)
        self._line.clear()
        if self._first:
            line, self._first = line.removeprefix(b"\xef\xbb\xbf"), False
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value[:_NAME].decode("utf-8", "replace")
        elif field == b"data":
            self._add(value)
        return None

    def _add(self, value: bytes) -> None:
        room = self._longest - self._size
        if room > 0:
            self._data.append(value[:room])
            self._size += len(value[:room]) + 1

    def _dispatch(self) -> Event | None:
        name, data = self._name, self._data
        self._name, self._data, self._size = "", [], 0
        return (name, b"\n".join(data).decode("utf-8", "replace")) if name or data else None
