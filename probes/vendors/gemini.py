"""Kind `gemini`: the list of models or one streamed answer of Google's Gemini API.

The target is the API with its version, `https://generativelanguage.googleapis.com/v1beta`. When a model is full the
list still answers: only mode `generate` sees that.
"""

import json
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from probes.inference.call import ModelRequest, StreamProtocol, streamed, whole
from probes.inference.model_options import SHARED, ResolvedTexts, address, cost, given, listing, secret, unready, usage
from probes.inference.sse import Event
from probes.model import Check, Observation
from probes.options import Option, Options, one_of, with_defaults
from probes.tools import Tools
from probes.transport.body import document
from probes.transport.request import keyed

LIST_BYTES = 2 * 1024 * 1024

OPTIONS: Options = MappingProxyType(
    {
        "mode": Option((str,), "models", "models (free) or generate (one answer)", one_of("models", "generate")),
        "api_key": secret('the key, as "${NAME}"; without one the gateway is all that can be measured'),
        **SHARED,
        "body": Option((dict,), {}, "more keys of the request for an answer"),
    }
)


async def gemini(check: Check, tools: Tools) -> Observation:
    """Ask once, in the check's mode."""
    options = with_defaults(OPTIONS, check.options)
    # Never as ?key=: addresses end up in logs.
    key = given({**options["headers"], "x-goog-api-key": options["api_key"]}, tools)
    model = options["model"].removeprefix("models/")
    if options["mode"] == "models":
        call = ModelRequest(
            address(check.target, "/models", "pageSize=1000"),
            headers=key.texts,
            keyed=keyed(key.texts),
            lacking=key.lacking,
            max_bytes=LIST_BYTES,
            model=model,
        )
        return await whole(check, tools, call, lambda body: listing(body, ("models",), model))
    if not model:
        return unready(check, tools, "no_model", "mode generate needs the option model")
    path = f"/models/{quote(model, safe='')}:streamGenerateContent"
    return await streamed(check, tools, generation(address(check.target, path, "alt=sse"), key, options), SPEECH)


def generation(url: str, key: ResolvedTexts, options: dict[str, Any], hidden: tuple[str, ...] = ()) -> ModelRequest:
    """The request for one short answer, the same for Gemini on Vertex AI."""
    headers = {"content-type": "application/json", **key.texts}
    body = {
        "contents": [{"role": "user", "parts": [{"text": options["prompt"]}]}],
        "generationConfig": {"maxOutputTokens": options["max_tokens"]},
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
        model=options["model"].removeprefix("models/"),
        slow_ms=options["slow_ms"],
        cost=cost(options),
    )


def _candidate(event: Event) -> dict[str, Any]:
    chunk = document(event[1])
    candidates = chunk.get("candidates") if isinstance(chunk, dict) else None
    found = candidates[0] if isinstance(candidates, list) and candidates else None
    return found if isinstance(found, dict) else {}


def _begun(event: Event) -> bool:
    candidate = _candidate(event)
    return bool(candidate.get("content") or candidate.get("finishReason"))


def _ended(event: Event) -> bool:
    """The last chunk has the reason why the model stopped; it brings the usage too."""
    return bool(_candidate(event).get("finishReason"))


def _spent(event: Event) -> tuple[int, int] | None:
    return usage(event[1], "usageMetadata", "promptTokenCount", "candidatesTokenCount")


def _refused(event: Event) -> str:
    """A prompt that is blocked gets no candidate at all, and no end."""
    chunk = document(event[1]) if '"blockReason"' in event[1] else None
    feedback = chunk.get("promptFeedback") if isinstance(chunk, dict) else None
    return f"the prompt is blocked: {str(feedback.get('blockReason'))[:40]}" if isinstance(feedback, dict) else ""


SPEECH = StreamProtocol("candidates", _begun, _ended, _spent, _refused)
