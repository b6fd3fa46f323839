"""Questions as people type them, put as the command that answers them: "is claude down?" is `status claude`. Pure."""

import re

_IS = r"(?:is|are|was)"
_STATE = (
    r"(?:up|down|out|back|ok|okay|fine|healthy|working|broken|slow|failing|degraded|available|online|offline"
    r"|having (?:issues|problems|trouble|an outage))"
)
_WHEN = r"(?: (?:now|right now|again|today|at the moment|for (?:you|anyone|anybody|everyone)(?: else)?))*"
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), command)
    for pattern, command in (
        (rf"why {_IS} (?P<what>.+?) (?:still )?{_STATE}{_WHEN}", "why"),
        (rf"{_IS} (?P<what>.+?) (?:still )?{_STATE}{_WHEN}", "status"),
        (r"what(?:'s| is) (?:wrong|up|going on|happening) with (?P<what>.+?)", "status"),
        (r"how(?:'s| is| are) (?P<what>.+?)(?: doing)?", "status"),
        (r"what (?:does|is|do) (?P<what>.+?) means?", "explain"),
        (r"what (?:can i|should i|do i|to) do (?:about|with) (?P<what>.+?)", "tips"),
        (r"what(?:'s| is) (?:silenced|muted|quiet)(?P<what>)", "silences"),
    )
)


def command_of(said: str) -> tuple[str, str] | None:
    """The command that a question asks for, and what it is about; None where the words are no question that we know."""
    text = " ".join(said.replace("\u2019", "'").split()).strip(" ?!.")
    for phrase, command in _PHRASES:
        if found := phrase.fullmatch(text):
            return command, re.sub(r"^(?:the|our) ", "", found["what"], flags=re.IGNORECASE)
    return None
