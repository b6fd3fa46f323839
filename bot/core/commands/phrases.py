"""Sentences as people type them, put as the command that answers them: "is claude down?" is `status claude`. Pure."""

import re

_IS = r"(?:is|are|was)"
_STATE = (
    r"(?:up|down|out|back|ok|okay|fine|healthy|working|broken|slow|failing|degraded|available|online|offline"
    r"|having (?:issues|problems|trouble|an outage))"
)
_WHEN = r"(?: (?:now|right now|again|today|at the moment|for (?:you|anyone|anybody|everyone)(?: else)?))*"
_ANYTHING = r"(?:anything|something|everything|it all|things)"
_IT = r"(?:it|this|that|this one|that one|the incident)"
_GREETING = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|please|pls|just|groundtruth|can you|could you|can we|would you)\b[ ,:]*)+",
    re.IGNORECASE,
)
_THANKS = re.compile(r"[ ,]+(?:please|pls|thanks|thank you|thx)$", re.IGNORECASE)
_AGAIN = r"(?:back(?: up)?|over|up|fixed|resolved)"
_TELL_ME = r"(?:tell|notify|ping|message) me when"
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), command)
    for pattern, command in (
        (rf"{_IS} {_ANYTHING} (?:still )?{_STATE}{_WHEN}(?P<what>)", "status"),
        (rf"(?:what(?:'s| is) (?:down|broken|failing)|how are things){_WHEN}(?P<what>)", "status"),
        (r"(?:is it (?:just )?(?:us|me)(?: or them)?|whose fault is it)(?P<what>)", "why"),
        (r"what(?:'s| is| has)? (?:happened|going on|happening)(?: today| last night)?(?P<what>)", "incidents"),
        (r"who(?:'s| is) on (?:it|this|call)(?P<what>)", "incidents"),
        (rf"{_TELL_ME} (?:it's|its|that's) {_AGAIN}(?P<what>)", "notify"),
        (rf"{_TELL_ME} (?P<what>.+?) (?:is|are) {_AGAIN}", "notify"),
        (rf"why {_IS} (?P<what>.+?) (?:still )?{_STATE}{_WHEN}", "why"),
        (rf"{_IS} (?P<what>.+?) (?:still )?{_STATE}{_WHEN}", "status"),
        (rf"(?P<what>.+?) (?:is|are|isn't|is not) (?:still )?(?:not )?{_STATE}(?: again)? for me", "report"),
        (r"(?P<what>.+?) (?:does not|doesn't|won't) (?:work|respond|load|open)(?: for me)?", "report"),
        (rf"(?P<what>.+?) (?:is|are|seems|looks) (?:still )?{_STATE}{_WHEN}", "status"),
        (r"(?P<what>.+?) works(?: for me| again| fine)*", "works"),
        (r"what(?:'s| is) (?:wrong|up|going on|happening) with (?P<what>.+?)", "status"),
        (r"(?:(?:what(?:'s| is) the )?status (?:of|for)) (?P<what>.+?)", "status"),
        (r"how(?:'s| is| are) (?P<what>.+?)(?: doing)?", "status"),
        (r"what (?:does|is|do) (?P<what>.+?) means?", "explain"),
        (r"should (?:i|we) (?:wait|retry|switch)(?: (?:for|from|off|away from|with|on))? (?P<what>.+?)", "should-i"),
        (r"(?:how long will|when will) (?P<what>.+?) (?:last|take|be (?:back|over|up|fixed)(?: again)?)", "should-i"),
        (r"what (?:can i|should i|do i|to) do (?:about|with) (?P<what>.+?)", "tips"),
        (r"what (?:can|should) (?:i|we) use instead of (?P<what>.+?)", "alternatives"),
        (r"(?:alternatives?|a replacement) (?:to|for) (?P<what>.+?)", "alternatives"),
        (r"(?:uptime|availability|history) (?:of|for) (?P<what>.+?)", "history"),
        (r"(?:stop|no more|hold) (?:alerts|messages|notifications) (?:for|about|on|of) (?P<what>.+?)", "silence"),
        (rf"(?:i'm|i am|we're|we are) on (?:it|this)(?P<what>)|i(?:'ll| will) take {_IT}|(?:ack|take) {_IT}", "ack"),
        (rf"(?:release|unack) {_IT}(?P<what>)", "release"),
        (rf"(?:resolve|close) {_IT}(?P<what>)", "resolve"),
        (r"what(?:'s| is) (?:silenced|muted|quiet)(?P<what>)", "silences"),
    )
)
_PASTED = re.compile(
    r"Traceback \(most recent|\bat [\w.$<>]+ ?\(|\b\w+(?:Error|Exception)\b|\bHTTP[/ ][\d. ]*[45]\d\d\b|^\W*[45]\d\d\b"
    r"|[\"']?error[\"']?\s*[:=]|\b\w+_error\b|\bstatus[_ ]?code\b|\breq_\w{6,}|\bE[A-Z]{5,}\b|curl: \(\d+\)"
)
_ARTICLE = re.compile(r"^(?:the|our|my) ", re.IGNORECASE)
_PRONOUN = frozenset({"it", "this", "that", "anything", "everything", "something", "things"})


def plainly(said: str) -> str:
    """The sentence without greeting, thanks and marks at its end."""
    text = " ".join(said.replace("\u2019", "'").split()).strip(" ?!.")
    return _THANKS.sub("", _GREETING.sub("", text)).strip(" ?!.,")


def command_of(said: str, *, commanded: bool = False) -> tuple[str, str] | None:
    """The command that a sentence asks for, and what it is about; None where the words are none that we know.

    `commanded`: the text begins with a command or is pasted, so its first words name nothing.
    """
    text = plainly(said)
    for phrase, command in _PHRASES:
        if commanded and phrase.pattern.startswith("(?P<what>"):
            continue
        if found := phrase.fullmatch(text):
            what = _ARTICLE.sub("", found["what"] or "")
            return command, "" if what.casefold() in _PRONOUN else what
    return None


def pasted(text: str) -> bool:
    """Whether a text is, or has in it, what a program printed when it failed."""
    return _PASTED.search(text) is not None
