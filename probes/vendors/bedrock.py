"""Kind `bedrock`: the list of models, or one streamed answer through Converse or InvokeModel, by Amazon's HTTP API.

The target is the region's own host: `https://bedrock-runtime.eu-central-1.amazonaws.com` for answers, and
`https://bedrock.eu-central-1.amazonaws.com` for the list. A Bedrock API key is sent as it is; access keys sign each
request by Amazon's own library, for which the extra `bedrock` must be installed.
"""

import asyncio
import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from probes.inference.call import ModelRequest, streamed, whole
from probes.inference.model_options import SHARED, ResolvedTexts, address, cost, given, listing, secret, unready
from probes.model import Check, Observation
from probes.options import Option, Options, one_of, with_defaults
from probes.tools import Tools
from probes.transport.request import keyed
from probes.vendors.bedrock_stream import SPEECH

LIST_BYTES = 2 * 1024 * 1024

_REGION = re.compile(r"[.]([a-z]{2,3}(?:-[a-z]{2,12}){1,2}-[0-9]{1,2})[.]")
_KEYS = ("access_key_id", "secret_access_key", "session_token")

OPTIONS: Options = MappingProxyType(
    {
        "mode": Option(
            (str,), "models", "models (free), converse or invoke (one answer)", one_of("models", "converse", "invoke")
        ),
        "api_key": secret('a Bedrock API key, as "${NAME}"'),
        "access_key_id": secret('instead: an access key, as "${NAME}"'),
        "secret_access_key": secret('its secret, as "${NAME}"'),
        "session_token": secret('its session, as "${NAME}", for temporary keys'),
        "region": Option((str,), "", "the region to sign for; read from the target's host if absent"),
        **SHARED,
        "body": Option((dict,), {}, "more keys of the request; for invoke the model's own"),
    }
)


async def bedrock(check: Check, tools: Tools) -> Observation:
    """Ask once, in the check's mode."""
    options = with_defaults(OPTIONS, check.options)
    texts = {"authorization": f"Bearer {options['api_key']}"} if options["api_key"] else {}
    key = given({**options["headers"], **texts}, tools)
    signing = given({name: options[name] for name in _KEYS}, tools)
    if options["mode"] != "models" and not options["model"]:
        return unready(check, tools, "no_model", f"mode {options['mode']} needs the option model")
    call = _listed(check, options) if options["mode"] == "models" else _answered(check, options)
    call = replace(call, headers={**call.headers, **key.texts}, keyed=keyed(key.texts), lacking=key.lacking)
    if not call.keyed and (signing.texts or signing.lacking):
        call = replace(call, lacking=signing.lacking or _absent(signing))
        if not call.lacking:
            signed = await _signed(call, signing, options["region"] or _region(check.target))
            if isinstance(signed, str):
                return unready(check, tools, "cannot_sign", signed)
            call = signed
    if options["mode"] == "models":
        return await whole(check, tools, call, lambda body: listing(body, ("modelSummaries",), options["model"]))
    return await streamed(check, tools, call, SPEECH)


def _listed(check: Check, options: Mapping[str, Any]) -> ModelRequest:
    return ModelRequest(address(check.target, "/foundation-models"), max_bytes=LIST_BYTES, model=options["model"])


def _answered(check: Check, options: Mapping[str, Any]) -> ModelRequest:
    """Converse speaks to every model alike; what InvokeModel wants is the model's own, and Claude's by default."""
    if options["mode"] == "converse":
        verb = "converse-stream"
        body = {
            "messages": [{"role": "user", "content": [{"text": options["prompt"]}]}],
            "inferenceConfig": {"maxTokens": options["max_tokens"]},
        }
    else:
        verb = "invoke-with-response-stream"
        body = {
            "anthropic_version": "bedrock-2023-05-31",
            "messages": [{"role": "user", "content": options["prompt"]}],
            "max_tokens": options["max_tokens"],
        }
        body = {} if options["body"] else body
    return ModelRequest(
        address(check.target, f"/model/{quote(options['model'], safe='')}/{verb}"),
        method="POST",
        headers={"content-type": "application/json"},
        body=json.dumps({**body, **options["body"]}).encode(),
        model=options["model"],
        slow_ms=options["slow_ms"],
        cost=cost(options, options["model"].partition("anthropic.")[2]),
    )


async def _signed(call: ModelRequest, signing: ResolvedTexts, region: str) -> ModelRequest | str:
    """The call with its signature, or why it cannot be signed."""
    if not region:
        return "the option region is missing, and the target's host names none"
    try:
        # In a thread: Amazon's library takes a fifth of a second to import, and other checks are due.
        library = await asyncio.to_thread(importlib.import_module, "probes.vendors.sigv4")
    except ImportError:
        return "access keys need botocore to be installed"
    who = {**signing.texts, "region": region, "service": "bedrock"}
    headers: dict[str, str] = library.signed(call.method, call.url, call.headers, call.body, who)
    signature = headers.get("Authorization", "").rpartition("Signature=")[2]
    return replace(call, headers=headers, keyed=True, hidden=(signature,))


def _absent(signing: ResolvedTexts) -> str:
    """A key is two: the option that is missing."""
    return next((f"the option {name}" for name in _KEYS[:2] if name not in signing.texts), "")


def _region(target: str) -> str:
    found = _REGION.search(f".{urlsplit(target).hostname or ''}.")
    return found.group(1) if found else ""
