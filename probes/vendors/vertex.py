"""Kind `vertex`: a model's entry, or one streamed answer of Gemini or Claude, by the HTTP API of Google's Vertex AI.

The target is a region's API with its version, `https://europe-west4-aiplatform.googleapis.com/v1`, or the global one.
Who asks is a service account (its JSON as a secret; needs the extra `vertex`) or an API key.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from probes.inference.call import ModelRequest, streamed, whole
from probes.inference.model_options import SHARED, ResolvedTexts, address, cost, given, secret, unready
from probes.model import Check, Observation
from probes.options import Option, Options, one_of, with_defaults
from probes.tools import Tools, observe
from probes.transport.body import document
from probes.transport.request import keyed
from probes.vendors import anthropic_message, gemini
from probes.vendors.google_account import NoTokenError, account_of, token

_REGION = re.compile(r"([a-z0-9-]+)-aiplatform[.]")

OPTIONS: Options = MappingProxyType(
    {
        "mode": Option(
            (str,), "model", "model (its entry, free) or generate (one answer)", one_of("model", "generate")
        ),
        "credentials": secret('a service account\'s JSON, as "${NAME}"'),
        "api_key": secret('instead: an API key, as "${NAME}"'),
        "project": Option((str,), "", "the project's id; that of the service account if absent"),
        "location": Option((str,), "", "the region; read from the target's host if absent"),
        "publisher": Option((str,), "google", "google for Gemini, anthropic for Claude", one_of("google", "anthropic")),
        **SHARED,
        "body": Option((dict,), {}, "more keys of the request for an answer"),
    }
)


async def vertex(check: Check, tools: Tools) -> Observation:
    """Ask once, in the check's mode."""
    options = with_defaults(OPTIONS, check.options)
    if not options["model"]:
        return unready(check, tools, "no_model", "kind vertex needs the option model")
    found = given({"x-goog-api-key": options["api_key"], "credentials": options["credentials"]}, tools)
    texts = dict(found.texts)
    credentials = texts.pop("credentials", "")
    hidden: tuple[str, ...] = ()
    project = options["project"]
    if credentials:
        try:
            account = account_of(credentials)
            granted = await token(check, tools, account)
        except NoTokenError as missing:
            return replace(observe(check, tools, missing.reading), model=options["model"])
        hidden = (granted.token.reveal(),)
        texts["authorization"] = f"Bearer {hidden[0]}"
        project = project or account.get("project_id", "")
        # What the token took is gone from the check's time.
        check = replace(check, timeout_s=check.timeout_s - granted.took_ms / 1000)
    more = given(options["headers"], tools)
    key = ResolvedTexts({**more.texts, **texts}, found.lacking or more.lacking)
    return await _ask(check, tools, {**options, "project": project}, key, hidden)


async def _ask(
    check: Check, tools: Tools, options: dict[str, Any], key: ResolvedTexts, hidden: tuple[str, ...]
) -> Observation:
    publisher = options["publisher"]
    model = f"/publishers/{publisher}/models/{quote(options['model'], safe='@')}"
    if options["mode"] == "model":
        call = ModelRequest(
            address(check.target, model),
            headers=key.texts,
            keyed=keyed(key.texts),
            lacking=key.lacking,
            hidden=hidden,
            model=options["model"],
        )
        return await whole(check, tools, call, _entry)
    path = _place(check, options) + model
    if publisher == "google":
        url = address(check.target, f"{path}:streamGenerateContent", "alt=sse")
        return await streamed(check, tools, gemini.generation(url, key, options, hidden), gemini.SPEECH)
    url = address(check.target, f"{path}:streamRawPredict")
    return await streamed(check, tools, _claude(url, key, options, hidden), anthropic_message.SPEECH)


def _place(check: Check, options: Mapping[str, Any]) -> str:
    """Without a project the path is that of an API key's own."""
    if not options["project"]:
        return ""
    found = _REGION.match(urlsplit(check.target).hostname or "")
    location = options["location"] or (found.group(1) if found else "global")
    return f"/projects/{quote(options['project'], safe=':')}/locations/{quote(location, safe='')}"


def _entry(body: bytes) -> str:
    told = document(body)
    return "" if isinstance(told, dict) and "name" in told else "no model's entry"


def _claude(url: str, key: ResolvedTexts, options: Mapping[str, Any], hidden: tuple[str, ...]) -> ModelRequest:
    headers = {"content-type": "application/json", **key.texts}
    body = {
        "anthropic_version": "vertex-2023-10-16",
        "messages": [{"role": "user", "content": options["prompt"]}],
        "max_tokens": options["max_tokens"],
        "stream": True,
        **options["body"],
    }
    return ModelRequest(
        url,
        method="POST",
        headers=headers,
        body=json.dumps(body).encode(),
        keyed=keyed(headers),
        lacking=key.lacking,
        hidden=hidden,
        model=options["model"],
        slow_ms=options["slow_ms"],
        cost=cost(options, options["model"].replace("@", "-")),
    )
