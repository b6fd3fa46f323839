"""One thing that a client or vendor says when a request fails: how it is written, what it means, what to do."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from probes.fingerprints.verdicts import Verdict

GAP: Final = 160
"""Characters that `…` in a form may stand for, within one line."""
_PIECES: Final = re.compile(r"\s*…\s*")


@dataclass(frozen=True)
class Message:
    """One meaning and the forms in which it is written.

    `forms` are as people see them, in any case of letters; `…` stands for what varies. `symptom` is a stable word;
    `means` and `do` are sentences for people, `do` is "" where the verdict's own advice fits. `said_by` names whose
    message it is in the generated table ("Claude Code", "any client").
    """

    symptom: str
    verdict: Verdict
    means: str
    forms: tuple[str, ...] = field(repr=False)
    do: str = ""
    said_by: str = ""

    @cached_property
    def patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """For each form: a piece that the text must contain (lower case, single spaces), and the whole as a pattern."""
        return tuple((_longest(form), _compiled(form)) for form in self.forms)


def _longest(form: str) -> str:
    pieces = [" ".join(piece.split()) for piece in _PIECES.split(form.lower())]
    return max(pieces, key=len)


def _compiled(form: str) -> re.Pattern[str]:
    """Any white space between words, any quotation marks, `…` for up to `GAP` characters, whole words at the ends."""
    pieces = [piece for piece in _PIECES.split(form) if piece]
    rule = f"[^\\n]{{0,{GAP}}}?".join(r"\s+".join(map(_word, piece.split())) for piece in pieces)
    begin = r"(?<!\w)" if re.match(r"\w", pieces[0], re.ASCII) else ""
    end = r"(?!\w)" if re.search(r"\w$", pieces[-1], re.ASCII) else ""
    return re.compile(begin + rule + end, re.IGNORECASE)


def _word(word: str) -> str:
    return re.sub(r"'|’", "['’]", re.escape(word).replace("’", "'"))
