"""What `curl -i` printed, as the answer it shows."""

import re
from collections.abc import Iterable
from typing import Final

from probes.fingerprints.values import Answer

STATUS_LINE: Final = re.compile(rb"HTTP/(\d(?:\.\d)?)[ \t]+(\d{3})[^\r\n]*\r?\n?")
_BLANK_LINE: Final = re.compile(rb"\r?\n[ \t]*\r?\n")


def from_curl(data: bytes) -> Answer:
    """The last answer of `curl -i` output: those before it are redirects, 100 Continue or a proxy's tunnel."""
    version, status, headers, rest = "", 0, {}, data
    while (found := STATUS_LINE.match(rest)) is not None:
        version, status = found.group(1).decode(), int(found.group(2))
        rest = rest[found.end() :]
        if rest[:2] == b"\r\n" or rest[:1] == b"\n":  # a status line without headers
            head, rest = b"", rest.removeprefix(b"\r").removeprefix(b"\n")
        else:
            blank = _BLANK_LINE.search(rest)
            head, rest = (rest[: blank.start()], rest[blank.end() :]) if blank else (rest, b"")
        headers = _header_lines(head)
    return Answer(status, headers, rest, http_version=version)


def _header_lines(head: bytes) -> dict[str, str]:
    pairs = (row.partition(":") for row in head.decode("utf-8", "replace").splitlines() if ":" in row)
    return merged((name, value) for name, _, value in pairs)


def merged(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by lower-case name; one that comes twice has both values."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.strip().lower()
        found[key] = f"{found[key]}, {value.strip()}" if key in found else value.strip()
    return found
