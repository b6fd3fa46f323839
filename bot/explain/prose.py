"""Whether somebody talks about an error, or shows one."""

import re
from typing import Final

WORDS: Final = 14
"""Words of a line that is too long for an error's own and too short to be called prose without a mark of it."""
SENTENCE: Final = 8
"""Words of a sentence that somebody begins with himself or a question."""
_OPENS_TALK: Final = re.compile(
    r"\W{0,3}(?!we (?:could|can|are|were|had|have|encountered)|we're|we've|our (?:server|system|service)s?\b)"
    r"(?:I(?!/)|I'm|I've|we|our|my|let's|can|could|how|why|should|does|anyone|has anyone|fyi|todo|what does|they)\b",
    re.IGNORECASE,
)
OPENING: Final = 16
"""Characters before an error's own sentence: marks of a client, a glyph, "Error: "."""
_HEAD: Final = re.compile(
    r"(?:\b[\w.$]{0,80}(?:Error|Exception|Failure|Fault)\b|\berror\b|\bfailed\b|\bfatal\b|\bstatus\b|HTTP/?\d?"
    r"|\bcode\b|\bcurl\b"
    r"|^\W{0,4}\d{3}\b|[{\[]|\bnpm\b|\bretry(?:ing)?\b|\bwarn(?:ing)?\b|=>|->|\bat\b \w+\()",
    re.IGNORECASE,
)
_TALK: Final = re.compile(
    r"\b(?:I|I'm|I've|we|we're|our|my|let's|they|he|she|users?|team|should|could you|can you|how (?:do|to|can)|why"
    r"|what|when"
    r"|if|add(?:ed|s)?|implement\w*|handle[sd]?|refactor\w*|explain\w*|document\w*|mention\w*|example|discuss\w*"
    r"|blog|article"
    r"|feature|fix(?:ed|es)?|changelog|incident|resolved|yesterday|tomorrow|last week|later today|saw|noticed)\b",
    re.IGNORECASE,
)


def is_mention(text: str, begin: int, end: int) -> bool:
    """Whether the words at that place are spoken of in a sentence, and no error is shown there.

    The line (of the whole text, if the place is all of it) is long, has the marks of talk, and no error's head.
    """
    lines = _lines(text, begin, end)
    whole = end - begin >= len(lines)
    if whole and len(lines.split()) >= SENTENCE and _OPENS_TALK.match(lines):
        return True
    if end - begin < len(lines) and begin - text.rfind("\n", 0, begin) <= OPENING:
        return False
    words = len(lines.split())
    if words <= WORDS:
        return False
    talk = len(_TALK.findall(lines))
    head = _HEAD.search(lines)
    if head is None:
        return talk > 0
    return (
        talk >= 3
        and talk * 12 >= words
        and not re.match(r"\W{0,6}(?:\[?\w{1,20}\]? ?)?(?:API )?(?:error|\w+Error|\d{3})\b", lines)
    )


def _lines(text: str, begin: int, end: int) -> str:
    first = text.rfind("\n", 0, begin) + 1
    last = text.find("\n", end)
    return text[first : last if last >= 0 else len(text)]
