"""Which HTTP status a pasted text speaks of: the number it states, else the one its error word or phrase stands for."""

import re
from collections.abc import Mapping
from typing import Final

from probes.fingerprints.error_codes import GENERIC, SPECIFIC
from probes.model import Layer

SHORT: Final = 60
"""Characters of a text that is hardly more than a number."""

_STATED: Final = tuple(
    re.compile(rule, re.IGNORECASE | re.MULTILINE)
    for rule in (
        r"\bHTTP/\d(?:\.\d)? (\d{3})\b",
        r"\bAPI Error:?\s{0,4}\(?(\d{3})\b",
        r"\b(?:error )?(?:code|status)(?:[_ ]?code)?[\"']?\s{0,4}[:=]?\s{0,4}[\"']?(?:http_)?(\d{3})\b",
        r"\b(?:error|http)_status[\"']?\s{0,4}[:=]\s{0,4}(\d{3})\b",
        r"\bHTTP(?: error| status(?: code)?| response)?:?\s{1,4}(\d{3})\b",
        r"\b(\d{3}) status code \(no body\)",
        r"(?:Error|Exception|exceptions?\.\w{1,60})\]?:\s{1,4}\[?(\d{3})\b",
        r"\[(\d{3}) [A-Z]",
        r"^[^\w\n]{0,3}(\d{3})(?=$|[\s:{\-,.])",
        r"\b(?:returned|got|received|answered|with|an?) (?:an? )?(?:HTTP )?(\d{3})\b(?! ?(?:ms|s|sec|tokens)\b)",
        (
            r"\b(\d{3})\s{1,3}(?:internal server error|bad gateway|service (?:temporarily )?unavailable"
            r"|gateway time-?out|too many requests|unauthorized|forbidden|not found|payment required|bad request"
            r"|request entity|overloaded|proxy authentication)"
        ),
        r"<(?:title|h1)>[^<\d]{0,80}(\d{3})\b",
        r"\bHTTP/\d(?:\.\d)?\" (\d{3})\b",
        r"\b(?:cloudflare|error)\W{1,3}(52[0-79]|530)\b|\|\s(52[0-79]|530):",
    )
)
_EDGE_CODE: Final = re.compile(r"\berror(?: code)?:?[\s\d]{0,6}\b(1[012]\d{2})\b", re.IGNORECASE)
_EDGE_STATUS: Final[Mapping[int, int]] = {1015: 429, 1027: 429, 1200: 429, 1020: 403, 1010: 403, 1009: 403, 1012: 403}
_BARE: Final = re.compile(r"(?<![\w.:/-])([45]\d{2})(?![\w.:/-])")

_WORDS: Final[Mapping[int, str]] = {
    400: """invalid_request_error invalid_argument failed_precondition badrequesterror badrequestexception
        validationexception invalidargument context_length_exceeded servicequotaexceededexception""",
    401: """authentication_error authenticationerror authenticationexception unauthenticated invalid_api_key
        unauthorizedexception authentication_failed oauth_org_not_allowed""",
    402: "billing_error payment_required",
    403: """permission_error permission_denied permissiondenied permissiondeniederror permissiondeniedexception
        accessdeniedexception unrecognizedclientexception expiredtokenexception invalidsignatureexception
        unsupported_country_region_territory""",
    404: "not_found_error notfounderror notfoundexception not_found resourcenotfoundexception model_not_found",
    408: "modeltimeoutexception request_timeout",
    409: "conflict_error conflicterror conflictexception",
    413: "request_too_large requesttoolargeerror",
    422: "unprocessableentityerror unprocessableentityexception",
    424: "modelerrorexception modelstreamerrorexception",
    429: """rate_limit_error rate_limit_exceeded ratelimiterror ratelimitexception resource_exhausted resourceexhausted
        insufficient_quota throttlingexception toomanyrequestsexception modelnotreadyexception too_many_requests""",
    500: """api_error server_error internal_server_error internalservererror internalserverexception internal_error
        internalserverexception""",
    503: """serviceunavailable serviceunavailableexception serviceunavailableerror service_unavailable
        serviceunavailable_error engine_overloaded_error slow_down""",
    504: "timeout_error deadline_exceeded deadlineexceeded deadlineexceedederror",
    529: "overloaded_error overloadederror",
}
OF_WORD: Final[Mapping[str, int]] = {word: status for status, words in _WORDS.items() for word in words.split()}
"""The status with which vendors send an error word, and for which their clients name an exception."""
_GRPC: Final[Mapping[str, int]] = {"UNAVAILABLE": 503, "INTERNAL": 500, "UNAUTHENTICATED": 401, "NOT_FOUND": 404}
_OF_LAYER: Final[Mapping[str, int]] = {
    Layer.CAPACITY: 503,
    Layer.APP_BACKEND: 500,
    Layer.OUR_QUOTA: 429,
    Layer.OUR_BILLING: 402,
    Layer.OUR_KEY: 403,
    Layer.ALIVE_NEEDS_AUTH: 401,
    Layer.OUR_REQUEST: 400,
}
_TOKEN: Final = re.compile(r"(?<![A-Za-z_])[A-Za-z][A-Za-z_]{4,59}(?![A-Za-z_])")

PHRASES: Final = tuple(
    (status, re.compile(rule, re.IGNORECASE))
    for status, rule in (
        (503, r"upstream connect error|no healthy upstream|disconnect/reset before headers|will return soon"),
        (504, r"upstream request timeout|gateway time-?out|endpoint request timed out"),
        (429, r"limit reached|hit your (?:\w{1,20} )?limit|(?:hour|weekly|daily) limit"),
        (429, r"temporarily limiting requests|rate[ -]limit|too many (?:requests|tokens)|rate exceeded|quota|throttl"),
        (529, r"overloaded"),
        (
            503,
            r"service (?:is )?(?:temporarily |currently )?unavailable|over capacity|at capacity|high demand|too busy",
        ),
        (500, r"internal server error|internal error"),
        (502, r"bad gateway"),
        (407, r"proxy authentication required"),
        (403, r"just a moment|attention required|checking your browser|verify (?:that )?you are (?:a )?human"),
        (
            403,
            r"sorry, you have been blocked|forbidden|permission denied|not available in your (?:country|region)",
        ),
        (401, r"invalid (?:api[ _-]?key|x-api-key|bearer)|api[ _-]?key (?:is )?(?:required|missing|invalid)|oauth"),
        (401, r"unauthori[sz]ed|please run /login|authentication (?:failed|required|error)|not authenticated"),
        (400, r"credit balance|usage limit|spend(?:ing)? limit"),
        (403, r"organization has been disabled|cf-mitigated"),
        (413, r"(?:request|payload|entity) (?:is )?too large|request_too_large"),
        (400, r"prompt is too long|context (?:length|window)|maximum context|bad request|content filter"),
        (402, r"payment required"),
        (404, r"issue with the selected model|may not exist or you may not have access|detail\W{1,9}not found"),
        (404, r"(?:model|page|resource|endpoint)\b.{0,60}(?:not found|does not exist)|\b404\b"),
    )
)
"""What people quote without its number."""


def stated(text: str) -> int | None:
    """The status the text states in so many digits, None if it states none."""
    for rule in _STATED:
        for found in rule.finditer(text):
            number = int(found.group(found.lastindex or 1))
            if 400 <= number <= 599:
                return number
    if edge := _EDGE_CODE.search(text):
        return _EDGE_STATUS.get(int(edge.group(1)), 530)
    bare = _BARE.search(text) if len(text) <= SHORT else None
    return int(bare.group(1)) if bare else None


def word_in(text: str) -> tuple[str, int] | None:
    """The first error word in the text and its status."""
    for found in _TOKEN.finditer(text):
        word = found.group()
        if word in _GRPC:
            return word.lower(), _GRPC[word]
        if "_" in word or not (word.islower() or word.istitle()):
            low = word.lower()
            if status := OF_WORD.get(low) or _by_meaning(low):
                return low, status
    return None


def _by_meaning(word: str) -> int | None:
    """The status under which a word of the vendors' table is believed to mean what it means there."""
    verdict = SPECIFIC.get(word) or GENERIC.get(word)
    return _OF_LAYER.get(verdict.layer) if verdict else None


def phrase_in(text: str) -> int | None:
    """The status that a phrase of the text is known to come with."""
    return next((status for status, rule in PHRASES if rule.search(text)), None)
