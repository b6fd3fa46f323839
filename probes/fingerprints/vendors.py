"""The vendors' own JSON: their words first, then their sentences, then the kind of error, then its number."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.fingerprints.error_messages import SENTENCES
from probes.fingerprints.rules import BROKEN, Found, first
from probes.fingerprints.verdicts import Verdict
from probes.model import Fault

_SYMPTOM: Final = re.compile(r"[a-z][a-z0-9_.:-]{1,39}")
_BROAD: Final = (v.QUOTA, v.REQUEST)
_OUR_SERVER_ERROR: Final = frozenset({v.KEY, v.NEEDS_AUTH, v.RIGHTS, v.PLAN})


def _words(heard: ParsedAnswer) -> tuple[str, ...]:
    """Error words in document order; AWS names its exception in a header, with a link behind it."""
    amazon = heard.answer.headers.get("x-amzn-errortype", "").lower()
    plain = (
        re.split(r"[#/]", word)[-1] if word.startswith(("com.amazon", "aws")) else word for word in heard.said.words
    )
    return tuple(word.split(":http")[0].strip() for word in (amazon, *plain) if word and word != "error")


def _lookup(table: Mapping[str, Verdict], words: tuple[str, ...]) -> Found | None:
    return next((Found(word[:40], table[word]) for word in words if word in table), None)


def _upstream(heard: ParsedAnswer) -> Found | None:
    """OpenRouter names the provider that failed: then a 429 is that provider's, not our quota."""
    if not heard.said.other("provider_name"):
        return None
    if heard.status == 429:
        return Found("upstream_429", v.CAPACITY)
    if heard.status in BROKEN or heard.status == 408:
        full = _lookup(SPECIFIC, _words(heard)) or first(SENTENCES, heard)
        worn = full is not None and full.verdict == v.CAPACITY
        return Found(f"upstream_{heard.status}", v.CAPACITY if worn else v.BACKEND)
    return None


def _weigh(found: Found | None, heard: ParsedAnswer) -> Found | None:
    """What the vendor answered with 5xx is not our fault, whatever word it chose; what it refused is not its outage."""
    if found is None:
        return None
    if heard.status in BROKEN and found.verdict.fault is Fault.OURS and found.verdict not in _OUR_SERVER_ERROR:
        return Found(found.symptom, v.CAPACITY if found.verdict == v.QUOTA else v.BACKEND)
    if heard.status == 429 and found.verdict in (v.BACKEND, v.REQUEST):
        return Found(found.symptom, v.QUOTA)
    if heard.status == 401 and found.verdict == v.REQUEST:
        return Found(found.symptom, v.NEEDS_AUTH)
    if heard.status in (400, 401, 402, 403, 404, 413, 422) and found.verdict == v.BACKEND:
        return Found(found.symptom, v.NEEDS_AUTH if heard.status == 401 else v.REQUEST)
    return found


def _key_matters(found: Found, heard: ParsedAnswer) -> Found:
    """A 401 without a key says only that they live; with one it is the key's trouble, in whatever words."""
    if heard.status == 401 and heard.answer.sent_key is not None and found.verdict in (v.KEY, v.NEEDS_AUTH):
        return Found(found.symptom, v.KEY if heard.answer.sent_key else v.NEEDS_AUTH)
    return found


def read_spoken(heard: ParsedAnswer) -> Found | None:
    """What the words and sentences of an error mean, without help from a bare status."""
    words = _words(heard)
    specific, generic = _lookup(SPECIFIC, words), _lookup(GENERIC, words)
    sentence = first(SENTENCES, heard)
    found = specific or sentence or generic
    if specific and sentence and specific.verdict in _BROAD and sentence.verdict in (v.CAPACITY, v.BILLING):
        found = sentence  # "rate_limit_exceeded: out of credits", "throttled by high demand": the sentence knows more
    if found is sentence and found is not None:
        name = next((word for word in words if _SYMPTOM.fullmatch(word)), "")
        found = Found(name or found.symptom, found.verdict)
    return found


def read_vendor(heard: ParsedAnswer) -> Found | None:
    """An error in the vendor's JSON, with 4xx and 5xx, or with 200 when the body says that it failed."""
    if heard.kind not in ("json", "events") and "x-amzn-errortype" not in heard.answer.headers:
        return None
    if heard.status < 400:
        if not heard.said.failed:
            return None
        heard = replace(heard, status=heard.said.code or 200)
    found = _upstream(heard) or _weigh(read_spoken(heard), heard)
    return _key_matters(found, heard) if found else None
