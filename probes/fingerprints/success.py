"""A status below 400 is not yet a success: errors inside a 200, web pages where JSON was due, empty answers."""

import re
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.gateways import read_gateway
from probes.fingerprints.middleboxes import read_redirect
from probes.fingerprints.rules import Found
from probes.fingerprints.verdicts import Verdict

SHORT: Final = 1500
"""Characters: a longer page that mentions maintenance is about something else."""

_API_SHAPE: Final = re.compile(
    r'"(?:object|choices|candidates|content|usage|data|models|embeddings?|output|input_tokens|totaltokens'
    r'|id|results?|generations?)"\s{0,9}:',
    re.IGNORECASE,
)


def _content(heard: ParsedAnswer) -> Verdict | None:
    """What a 2xx with a body of each kind is worth; None: nothing an API would say."""
    marked = bool(heard.vendor or heard.edge)
    if heard.vendor and heard.kind != "html":
        return v.OK
    if heard.kind in ("json", "events"):
        return v.OK if _API_SHAPE.search(heard.text) or heard.kind == "events" else v.GATEWAY_ALIVE
    if heard.answer.plain:
        return v.OK
    if marked or heard.status == 204:
        return v.GATEWAY_ALIVE
    return None


def _of_api(heard: ParsedAnswer) -> bool:
    """Whether a host was asked that has no web pages."""
    return re.match(r"https?://(?:api|inference)[.-]", heard.answer.url.lower()) is not None


def _failure(heard: ParsedAnswer) -> Found:
    """An error in a 200 that no rule knows: by the status it names, else by where it stood."""
    if heard.kind == "events":
        return Found("stream_error", v.STREAM)
    code = heard.said.code or 0
    if code >= 500:
        return Found(f"http_{code}", v.GATEWAY if code in (502, 504) else v.BACKEND)
    return Found("error_in_200", v.REQUEST if code else v.UNKNOWN)


def read_success(heard: ParsedAnswer) -> Found | None:
    """Everything below 400 that no earlier rule has taken."""
    if heard.status >= 400:
        return None
    if heard.status < 200:
        return Found(f"http_{heard.status}", v.UNKNOWN)
    return read_redirect(heard) or _told(heard) or _accepted(heard)


def _told(heard: ParsedAnswer) -> Found | None:
    """A failure told in a 2xx."""
    if heard.said.failed:
        return _failure(heard)
    return read_gateway(heard) if heard.kind in ("text", "html") and len(heard.page) < SHORT else None


def _accepted(heard: ParsedAnswer) -> Found:
    if heard.kind == "empty" and heard.answer.body and not heard.answer.plain:
        return Found("blank_200", v.CUT)  # white space keeps a connection open while an answer is made: none was
    if heard.kind == "html" and not heard.answer.plain and (heard.vendor or heard.edge) and _of_api(heard):
        return Found("not_json", v.MALFORMED)
    if verdict := _content(heard):
        return Found("", verdict)
    if heard.kind == "html":
        return Found("captive_portal", v.PORTAL)
    return Found("empty_200" if heard.kind == "empty" else "not_json", v.MALFORMED)
