"""An error that somebody pasted, explained: read by the probes' own fingerprints, beside what others see now.

The secrets in it are taken out before anything else, nothing of it is stored or logged, and the answer repeats only
what was recognised.
"""

import re
from dataclasses import replace
from typing import Final

from bot.core.answers.answer import Answer
from bot.core.answers.corroboration import Context
from bot.core.answers.explanation import Finding, explanation
from bot.core.text.redaction import redacted
from bot.explain.attribution import clues
from bot.explain.paste import Paste, read
from probes.fingerprints.values import Reading
from probes.model import Fault, Outcome

OWN: Final = "check_gateway"
_WORD: Final = re.compile(r"[a-z][a-z0-9_.:-]{1,39}")


def explained(text: str, context: Context, now: float) -> Answer:
    """What a pasted text means, whose fault it is, whether others see it, and what to do.

    Args:
        text: a status, body, trace, line, page, id or words; of a longer one the first 20,000 characters.
        context: how everything stands now.
        now: Unix seconds.
    """
    return explanation(finding(text), context, now)


def finding(text: str) -> Finding:
    """What the text turns out to be."""
    safe, kinds = redacted(text)
    hints = clues(safe)
    paste = read(safe)
    found = Finding(
        known=False,
        form=paste.form,
        status=paste.status,
        request_id=hints.request_id,
        giver=hints.giver,
        service=hints.service,
        component=hints.component,
        secrets=kinds,
    )
    reading = paste.reading
    if reading is None:
        return found
    if hints.elsewhere and not hints.request_id:
        reading = _of_one_s_own(reading)
    means, do = (paste.message.means, paste.message.do) if paste.message else ("", "")
    return replace(
        found,
        known=True,
        fault=reading.fault,
        layer=reading.layer,
        symptom=reading.symptom,
        word="" if paste.message else _written(reading.symptom, safe),
        advice=reading.advice,
        status=_status(paste),
        retry_after=reading.retry_after,
        request_id=reading.request_id or hints.request_id,
        means=means,
        do="" if reading.advice == OWN else do,
    )


def _of_one_s_own(reading: Reading) -> Reading:
    """What a host says that is no vendor's: it may be its own failure or that of whoever stands behind it."""
    if reading.fault not in (Fault.VENDOR, Fault.EDGE):
        return reading
    return replace(reading, outcome=Outcome.INCONCLUSIVE, fault=Fault.UNKNOWN, advice=OWN)


def _written(word: str, text: str) -> str:
    """The error word as the text writes it (`ThrottlingException`), "" where it is not a word of the text."""
    found = re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) if _WORD.fullmatch(word) else None
    return found.group() if found else ""


def _status(paste: Paste) -> int | None:
    """The stated status; a stream's 200 says nothing of its error."""
    return None if paste.form == "an event stream" else paste.status
