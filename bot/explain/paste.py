"""What somebody pasted, read by the fingerprints' own rules: an answer, an event stream, a missing answer, or words.

Nothing here knows what an error means: a text is brought into the form of an answer or a transport error, and
`probes.fingerprints.read` reads that.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from bot.explain.curl import STATUS_LINE, from_curl
from bot.explain.json_objects import object_in
from bot.explain.statuses import phrase_in, stated, word_in
from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.streams import events_of
from probes.fingerprints.transport import named
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.model import Layer, Outcome

_PAGE: Final = re.compile(r"<!doctype html|<html|<head|<title|<body|<center>|<h1>|<script|<\?xml", re.IGNORECASE)
_EVENT: Final = re.compile(r"^(?:event|data): ?\S", re.MULTILINE)
_VERBOSE: Final = re.compile(r"^< (?=HTTP/)", re.MULTILINE)
_HEADER: Final = re.compile(
    r"^[<\s\"'-]{0,8}(server|cf-ray|cf-mitigated|request-id|x-request-id|retry-after|content-type|via|date"
    r"|x-amzn-errortype|x-amzn-requestid|x-envoy-upstream-service-time|x-vercel-error|anthropic-organization-id"
    r"|openai-processing-ms|apim-request-id)[\"']?\s{0,4}[:=]\s{0,4}[\"']?([^\"'\r\n]{1,200})",
    re.IGNORECASE | re.MULTILINE,
)
_NO_ANSWER: Final = re.compile(
    r"\bE(?:CONN|NOTFOUND|AI_|HOST|NET|PIPE|PROTO|TIMEDOUT|SOCKET)[A-Z_]{0,20}\b|\b(?:ERR|UND_ERR|HPE|CERT|DEPTH|UNABLE_TO)_[A-Z_]{3,50}"
    r"|curl: \(\d+\)|getaddrinfo|socket hang up|no such host|i/o timeout|tls: |x509: |certificate|handshake"
    r"|(?:read|connect|request|connection|operation|socket)\w*[ :]{1,2}(?:was |has )?time[d]?[ -]?out|timeout of \d+"
    r"|connection (?:refused|reset|aborted|closed|error)|connect(?:ion)? ?time|\w{0,40}Timeout(?:Error|Exception)?\b"
    r"|UnknownHost|ConnectError|ConnectException|APIConnection|RemoteProtocolError|incomplete (?:chunked )?read"
    r"|fetch failed|failed to fetch|network error|deadline exceeded|could not resolve|name resolution|tunnel"
    r"|self[- ]signed|name or service not known|proxyerror|broken pipe|empty reply|server disconnected|dial tcp"
    r"|stream (?:error|timeout)|no route to host|unreachable",
    re.IGNORECASE,
)
_PROXY: Final = re.compile(r"upstream connect error|disconnect/reset before headers|no healthy upstream", re.IGNORECASE)
_STREAM: Final = re.compile(
    r"message_stop|mid-?stream|stream(?:ing)? (?:was |has )?(?:idle|ended|closed|stalled|interrupted|cut|broke)",
    re.IGNORECASE,
)
_EMPTY: Final = re.compile(r"empty or malformed response|unexpected end of json|is not valid json", re.IGNORECASE)
_CHECK: Final = re.compile(r"just a moment|attention required|checking your browser", re.IGNORECASE)
_ENVELOPE: Final = re.compile(r'"type"\s{0,9}:\s{0,9}"system"\s{0,9},?')
"""Claude Code's own mark of its events: it names no error."""
_BARE: Final = re.compile(r"http_\d{3}")
_ELSEWHERE: Final = frozenset({Layer.OUR_PROXY, Layer.CAPTIVE_PORTAL, Layer.UNKNOWN})
MESSAGE: Final = 1500
"""Characters of a plain text that are read as an error's message: the end of it, where traces name their error."""


@dataclass(frozen=True, slots=True)
class Paste:
    """What a text reads as; `form` says in which form it came, `status` what it states, None if it states none."""

    reading: Reading | None
    form: str
    status: int | None = None


def read(text: str) -> Paste:
    """Read a text whose secrets are already out. `reading` is None where no rule knows it."""
    text = text.strip()
    verbose = _VERBOSE.search(text)
    if verbose:
        text = _from_verbose(text[verbose.start() :])
    if STATUS_LINE.match(text.encode()):
        answer = from_curl(text.encode())
        return Paste(_whole(answer), "an HTTP answer", answer.status)
    page = _PAGE.search(text)
    if page:
        return _page(text, page.start())
    if _EVENT.search(text):
        return Paste(read_stream_end(events_of(text)), "an event stream", 200)
    before, body = object_in(text)
    told = _object(text, before, _ENVELOPE.sub("", body)) if body else None
    return told if told and told.reading else _plain(text)


def _from_verbose(text: str) -> str:
    """What `curl -v` prints of an answer, without its marks."""
    lines = text.splitlines()
    head = [line[2:] for line in lines if line.startswith("< ")]
    body = [line for line in lines if not re.match(r"[<>*{}] |[<>]$", line)]
    return "\r\n".join([*head, "", *body])


def _whole(answer: Answer) -> Reading | None:
    text = answer.body.decode("utf-8", "replace")
    if answer.status == 200 and _EVENT.match(text.lstrip()):
        return read_stream_end(events_of(text), headers=answer.headers)
    return read_answer(answer)


def _page(text: str, begin: int) -> Paste:
    """A web page, perhaps with the client's line before it."""
    status = stated(text[:begin]) or stated(text[begin:])
    answer = Answer(status or phrase_in(text[begin:]) or 200, _headers(text), text[begin:].encode())
    return Paste(_known(read_answer(answer)), "a web page", status)


def _object(text: str, before: str, body: str) -> Paste:
    """An error as JSON, bare or in the line of a client."""
    word = word_in(body) or word_in(before)
    status = stated(before) or stated(body)
    meant = status or (word[1] if word else None) or phrase_in(body) or 200
    reading = read_answer(Answer(meant, _headers(text), body.encode()))
    if word and reading.symptom and (_BARE.fullmatch(reading.symptom) or reading.symptom == "error_in_200"):
        reading = _told(meant, word[0], body[:MESSAGE], text)
    return Paste(_known(reading), "an error as JSON", status)


def _plain(text: str) -> Paste:
    """A line of a client or tool, a traceback, or bare words."""
    message = text[-MESSAGE:]
    status, word = stated(text), word_in(message)
    if _EMPTY.search(message):
        return Paste(read_answer(Answer(200)), "a client's message", status)
    if status is None and word is None and not _PROXY.search(message):
        if _STREAM.search(message):
            return Paste(read_stream_end([("message_start", "{}")]), "a client's message")
        if _NO_ANSWER.search(message):
            return Paste(read_error(_error(message), control=None), "a request without an answer")
    meant = status or (word[1] if word else None) or phrase_in(message)
    if meant == 407:
        return Paste(read_error(TransportError("proxy_auth", message), control=None), "a client's message", status)
    if meant is None or meant < 400:
        return Paste(None, "plain words")
    return Paste(_spoken(meant, word[0] if word else "", message, text), "a client's message", status)


def _spoken(status: int, word: str, message: str, text: str) -> Reading | None:
    """A message as the vendor's own JSON would carry it; what that does not tell, as the page it may be."""
    told = _told(status, word, message, text)
    if told.symptom and not _BARE.fullmatch(told.symptom):
        return _known(told)
    title = f"<title>{message}</title>" if _CHECK.search(message) else message
    page = read_answer(Answer(status, _headers(text), title.encode()))
    return page if page.symptom and not _BARE.fullmatch(page.symptom) and page.layer not in _ELSEWHERE else _known(told)


def _told(status: int, word: str, message: str, text: str) -> Reading:
    body = json.dumps({"error": {"type": word, "message": message} if word else {"message": message}})
    return read_answer(Answer(status, _headers(text), body.encode()))


def _error(message: str) -> TransportError:
    """The error that is named last: a trace ends with its cause, a line begins with it."""
    message = message.replace("APIConnectionTimeout", "Timeout")  # the SDKs' name for any request that took too long
    lines = [line for line in message.splitlines() if _NO_ANSWER.search(line)]
    kinds = [error for line in reversed(lines) if (error := named(line)).kind != "other"]
    return kinds[0] if kinds else named(message)


def _known(reading: Reading) -> Reading | None:
    """A text of which nobody says that it failed is no success either: it is not known."""
    return None if reading.outcome is Outcome.OK or reading.symptom in {"captive_portal", "http_200"} else reading


def _headers(text: str) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in _HEADER.findall(text)}
