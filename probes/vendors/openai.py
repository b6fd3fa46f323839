"""Kind `openai`: the list of models or one streamed completion of any API that speaks OpenAI's language.

The target is the base address such servers give to their clients (`https://api.openai.com/v1`): OpenAI, Azure,
OpenRouter, Groq, Mistral, xAI, DeepSeek, Together, Fireworks, vLLM, a LiteLLM gateway.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.inference.call import ModelRequest, StreamProtocol, streamed, whole
from probes.inference.model_options import SHARED, ResolvedTexts, address, cost, given, listing, secret, unready, usage
from probes.inference.sse import Event
from probes.model import Check, Observation
from probes.options import Option, Options, one_of, with_defaults
from probes.tools import Tools
from probes.transport.body import document
from probes.transport.request import keyed

LIST_BYTES = 8 * 1024 * 1024
"""OpenRouter's list is the longest known to us, about 1 MB."""

OPTIONS: Options = MappingProxyType(
    {
        "mode": Option((str,), "models", "models (free) or chat (one completion)", one_of("models", "chat")),
        "api_key": secret('the key, as "${NAME}"; without one the gateway is all that can be measured'),
        **SHARED,
        "token_limit": Option(
            (str,),
            "max_tokens",
            "what the API calls its limit; newer models of OpenAI want max_completion_tokens",
            one_of("max_tokens", "max_completion_tokens"),
        ),
        "body": Option((dict,), {}, "more keys of the request for a completion"),
    }
)


async def openai(check: Check, tools: Tools) -> Observation:
    """Ask once, in the check's mode."""
    options = with_defaults(OPTIONS, check.options)
    key = given({"authorization": f"Bearer {options['api_key']}"} if options["api_key"] else {}, tools)
    more = given(options["headers"], tools)
    if options["mode"] == "models":
        model = options["model"]
        return await whole(check, tools, _listed(check, key, more, model), lambda body: _models(body, model))
    if not options["model"]:
        return unready(check, tools, "no_model", "mode chat needs the option model")
    return await streamed(check, tools, _completion(check, key, more, options), SPEECH)


def _models(body: bytes, model: str) -> str:
    return listing(body, ("data", "models"), model)


def _listed(check: Check, key: ResolvedTexts, more: ResolvedTexts, model: str) -> ModelRequest:
    headers = {**more.texts, **key.texts}
    return ModelRequest(
        address(check.target, "/models"),
        headers=headers,
        keyed=keyed(headers),
        lacking=key.lacking or more.lacking,
        max_bytes=LIST_BYTES,
        model=model,
    )


def _completion(check: Check, key: ResolvedTexts, more: ResolvedTexts, options: Mapping[str, Any]) -> ModelRequest:
    headers = {"content-type": "application/json", "accept": "text/event-stream", **more.texts, **key.texts}
    body = {
        "model": options["model"],
        "messages": [{"role": "user", "content": options["prompt"]}],
        options["token_limit"]: options["max_tokens"],
        "stream": True,
        **options["body"],
    }
    return ModelRequest(
        address(check.target, "/chat/completions"),
        method="POST",
        headers=headers,
        body=json.dumps(body).encode(),
        keyed=keyed(headers),
        lacking=key.lacking or more.lacking,
        model=options["model"],
        slow_ms=options["slow_ms"],
        cost=cost(options),
    )


def _begun(event: Event) -> bool:
    """Words, thoughts, a call of a tool, or the reason why there are none."""
    chunk = document(event[1])
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return False
    delta = choices[0].get("delta")
    said = isinstance(delta, dict) and any(value for name, value in delta.items() if name != "role")
    return said or bool(choices[0].get("finish_reason") or choices[0].get("text"))


def _ended(event: Event) -> bool:
    return event[1].lstrip().startswith("[DONE]")


def _spent(event: Event) -> tuple[int, int] | None:
    return usage(event[1], "usage", "prompt_tokens", "completion_tokens")


SPEECH = StreamProtocol("choices", _begun, _ended, _spent)
