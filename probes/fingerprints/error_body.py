"""What a JSON body says of its error, by a scan for telling keys.

It is not parsed: a body cut at some KiB, wrapped in a string, sent as HTML or followed by rubbish then reads like the
whole one, in time linear in the bounded text.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

LOOKED_AT: Final = 32 * 1024
PAIRS: Final = 80
DEPTH: Final = 3

_WORD_KEYS: Final = (
    "type", "code", "status", "reason", "__type", "error_type", "errortype",
    "error_code", "error_name", "error_category", "native_code", "err_code", "errorcode",
)  # fmt: skip
_MESSAGE_KEYS: Final = (
    "message", "error", "errors", "detail", "details", "msg", "title", "raw",
    "description", "err_msg", "error_msg", "errormessage", "faultstring", "error_message", "error_description",
)  # fmt: skip
_OTHER_KEYS: Final = (
    "statuscode", "status_code", "provider_name", "zone", "cloudflare_error",
    "request_id", "requestid", "retry_after", "retrydelay", "ray_id",
)  # fmt: skip
_CODE_KEYS: Final = ("code", "status", "statuscode", "status_code")
_KEYS: Final = "|".join(sorted((*_WORD_KEYS, *_MESSAGE_KEYS, *_OTHER_KEYS), key=len, reverse=True))
_PAIR: Final = re.compile(
    rf'"({_KEYS})"\s{{0,50}}:\s{{0,50}}\[?\s{{0,50}}'
    r'(?:"((?:[^"\\]|\\.){0,4000})("?)|(-?\d{1,9})|(true))',
    re.IGNORECASE | re.DOTALL,
)
_FAILED: Final = re.compile(
    r'"errors?"\s{0,50}:\s{0,50}(?:\{\s{0,50}"|\[\s{0,50}[{"]|"[^"]|true)|"(?:type|object)"\s{0,50}:\s{0,50}"error"',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The telling parts of a JSON body.

    `words` in lower case and document order, `code` an HTTP status the body names, `others` the side keys.
    """

    failed: bool = False
    words: tuple[str, ...] = ()
    message: str = ""
    code: int | None = None
    others: Mapping[str, str] | None = None

    def other(self, key: str) -> str:
        """The value of one of the side keys ("zone", "provider_name"), or nothing."""
        return (self.others or {}).get(key, "")


def _unquoted(raw: str) -> str:
    try:
        return str(json.loads(f'"{raw}"', strict=False))
    except ValueError:
        return raw.replace('\\"', '"').replace("\\n", " ").replace("\\/", "/")


def _pairs(text: str) -> Iterable[tuple[str, str, str]]:
    """(key in lower case, value, "cut" | "figure" | "string") of every telling pair."""
    for found in islice(_PAIR.finditer(text), PAIRS):
        key, string, closing, figure, true = found.groups()
        if string is None:
            yield key.lower(), figure or true.lower(), "figure"
        else:
            yield key.lower(), _unquoted(string), "string" if closing else "cut"


def listen(text: str, depth: int = DEPTH) -> ErrorBody:
    """What a JSON body says, whole or cut, and what the JSON inside its messages says."""
    text = text[:LOOKED_AT]
    words: list[str] = []
    messages: list[str] = []
    others: dict[str, str] = {}
    codes: list[int] = []
    for key, value, shape in _pairs(text):
        if key in _CODE_KEYS and value.isascii() and value.isdecimal() and len(value) == 3 and value[0] in "45":
            codes.append(int(value))
        if key in _MESSAGE_KEYS:
            messages.extend([value.strip()] if shape != "figure" and value.strip() else [])
        elif key in _OTHER_KEYS:
            others.setdefault(key, value)
        elif shape != "cut" and len(value) <= 120:
            words.append(value.lower())
    message = " · ".join(dict.fromkeys(messages))
    inner = listen(message, depth - 1) if depth and '":' in message else ErrorBody()
    return ErrorBody(
        failed=bool(_FAILED.search(text)),
        words=(*words, *inner.words),
        message=message,
        code=codes[0] if codes else inner.code,
        others={**(inner.others or {}), **others},
    )
