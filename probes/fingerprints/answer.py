"""An answer made easy to ask: bounded text, the error its JSON names, and who left a mark in the headers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from probes.fingerprints.error_body import LOOKED_AT, ErrorBody, listen
from probes.fingerprints.values import Answer

PAGE: Final = 8 * 1024
"""Characters of a page that are searched: whoever speaks says who it is at the top."""
HEADERS: Final = 200
HEADER_LENGTH: Final = 400

_PAGE: Final = re.compile(
    r"<!doctype html|<html|<head|<title|<body|<center>|<h1>|<script|<meta|<form|<\?xml|<error>", re.IGNORECASE
)
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_MARKS: Final = {
    "anthropic": r"^(?:request-id: req_|anthropic-)",
    "openai": r"^(?:openai-|x-openai-)",
    "groq": r"^x-groq-",
    "mistral": r"^mistral-correlation-id:",
    "deepseek": r"^x-ds-trace-id:",
    "azure": r"^(?:apim-request-id|azureml-|x-ms-(?:region|rai|client-request-id|deployment))",
    "aws": r"^x-amzn-(?:requestid|errortype|bedrock)",
    "cohere": r"^x-(?:debug-trace-id|endpoint-monthly-call-limit|trial-endpoint)",
    "openrouter": r"^x-(?:generation-id|clerk-)",
    "together": r"^x-together-",
    "fireworks": r"^fireworks-",
    "huggingface": r"^x-(?:compute-type|inference-id|hf-)",
    "litellm": r"^x-litellm-",
    "xai": r"^x-(?:xai|grok)-",
    "an app": r"^(?:request-id|x-request-id|x-envoy-upstream-service-time|x-kong-upstream-latency|x-powered-by):",
}
_EDGES: Final = {
    "cloudflare": r"^(?:cf-ray:|server: cloudflare|cf-mitigated:|cf-cache-status:)",
    "cloudfront": r"^(?:x-amz-cf-|server: cloudfront|via: .{0,80}cloudfront)",
    "fastly": r"^(?:x-served-by: cache-|x-fastly-|fastly-|x-timer: s\d|server: (?:varnish|fastly))",
    "akamai": r"^(?:server: akamai|x-akamai-|akamai-|server-timing: ak_p)",
    "vercel": r"^(?:x-vercel-|server: vercel)",
    "azure front door": r"^(?:x-azure-ref:|x-msedge-ref:)",
    "google": r"^(?:via: .{0,40}\bgoogle|server-timing: gfet|server: (?:gws|esf|gse|ghs|scaffolding|google frontend))",
    "alb": r"^server: awselb",
    "envoy": r"^(?:server: (?:istio-)?envoy|x-envoy-)",
    "kong": r"^(?:server: kong|x-kong-|via: .{0,40}kong)",
    "imperva": r"^(?:x-iinfo:|x-cdn: (?:imperva|incapsula))",
}
_VENDOR_RULES: Final = tuple((name, re.compile(rule, re.MULTILINE)) for name, rule in _MARKS.items())
_EDGE_RULES: Final = tuple((name, re.compile(rule, re.MULTILINE)) for name, rule in _EDGES.items())


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """One answer, asked and answered: `head` is one lower-case line per header, `page` what a person would read.

    `vendor` and `edge` name whose mark the headers bear: a vendor's own id header says that its app answered.
    """

    answer: Answer
    status: int
    head: str
    text: str
    page: str
    title: str
    kind: str
    said: ErrorBody
    vendor: str
    edge: str


def _text(body: bytes) -> str:
    body = body[:LOOKED_AT]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8", "replace").lstrip("\ufeff\0 \t\r\n")


def _head(headers: Mapping[str, str]) -> str:
    lines = [f"{name}: {value}"[:HEADER_LENGTH] for name, value in list(headers.items())[:HEADERS]]
    return "\n".join(line.replace("\n", " ").replace("\r", " ") for line in lines).lower()


def _kind(text: str, head: str) -> str:
    """What the body is, by its looks and not by its content type: empty, json, events, html or text."""
    if not text.strip():
        return "empty"
    if text[0] in "{[" or text.startswith('"{') or re.match(r"\)\]\}'", text):
        return "json"
    if _PAGE.search(text[:2000]):
        return "html"
    if "content-type: text/event-stream" in head or re.match(r"(?:event|data|id):|: ?[A-Z]", text):
        return "events"
    return "json" if re.search(r'"error"\s{0,9}:', text) else "text"


def title_of(page: str) -> str:
    """The title of a web page on one line, "" where there is none."""
    found = _TITLE.search(page[:PAGE])
    return " ".join(found.group(1).split()) if found else ""


def hear(answer: Answer) -> ParsedAnswer:
    """Look at everything once; rules only ask."""
    text, head = _text(answer.body), _head(answer.headers)
    kind = _kind(text, head)
    said = (
        listen(text.replace('\\"', '"') if text.startswith('"') else text)
        if kind in ("json", "events")
        else ErrorBody()
    )
    page = text
    if kind == "json":
        page = said.message if said.message or text[0] in "{[" else text
    return ParsedAnswer(
        answer=answer,
        status=answer.status,
        head=head,
        text=text,
        page=page[:PAGE].lower(),
        title=title_of(page).lower(),
        kind=kind,
        said=said,
        vendor=next((name for name, rule in _VENDOR_RULES if rule.search(head)), ""),
        edge=next((name for name, rule in _EDGE_RULES if rule.search(head)), ""),
    )
