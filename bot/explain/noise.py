"""What in a text is neither error nor status: stack frames, line numbers, ports, durations, sizes, limits."""

import re
from typing import Final

_FRAME: Final = re.compile(
    r"^\s*(?:File \".{1,400}\", line \d+.*\n(?!\S).*|at .{1,400}:\d+(?::\d+)?\)?;?\s*$|at [\w$.<>]{2,200}\(.*\)\s*$"
    r"|from .{1,300}:\d+:in .*|\.{3} \d+ more.*|goroutine \d+ .*)\n?",
    re.MULTILINE,
)
_NUMBERS: Final = re.compile(
    r"(?<=\bline )\d+"  # "_base_client.py", line 521
    r"|(?<=:)\d{1,5}(?=:\d)|(?<=:)\d{1,5}(?=[)\]])"  # core.js:316:19
    r"|(?<=\.(?:js|ts|py|go|rs|rb|cs):)\d+|(?<=\.(?:mjs|tsx|php|cjs):)\d+|(?<=\.java:)\d+"
    r"|\bport[\"']?\s{0,3}[:=]?\s{0,3}\d+"
    r"|(?<=[\w\]]:)\d{2,5}(?=[\s/\"'(),;\]]|$)"  # host:443
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\b\d+(?:\.\d+)?\s?(?:ms|s|secs?|seconds?|milliseconds?|m|min|minutes?|hours?|h|bytes?|[kKMG]i?[bB]|tokens?"
    r"|times|retries|attempts?|chars?|characters|items|lines|rows|files|requests?|reqs?|%|users?|of)\b"
    r"|(?:max_tokens|max_output_tokens|maxTokens|budget_tokens|limit|timeout\w{0,12}|delay\w{0,8}"
    r"|retry[-_ ]?after\w{0,6}"
    r"|duration\w{0,6}|elapsed\w{0,6}|errno|pid|size|length|id|user|build|version)[\"']?\s{0,3}[:=]?\s{0,3}-?\d+"
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?Z?)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|(?<=[$€#])\d+|\bv?\d+\.\d+\.\d+\b|\b\d{1,3}(?:,\d{3})+\b",
    re.IGNORECASE | re.MULTILINE,
)


def without_frames(text: str) -> str:
    """The text without the frames of its stack traces; what an error says itself stays."""
    return _FRAME.sub("", text)


def without_numbers(text: str) -> str:
    """The text with `#` for every number that stands where no status stands."""
    return _NUMBERS.sub("#", text)
