"""What the kinds that ask a model have in common: their options, their key, and what each lacks without one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from probes.inference.call import Cost
from probes.inference.prices import price_of, valid_price
from probes.model import Check, Layer, Observation
from probes.options import Option, Options, at_least, within
from probes.tools import MissingSecretError, Tools, filled, observe, ours
from probes.transport.body import document


def _headers(value: Mapping[Any, Any]) -> str:
    good = all(isinstance(name, str) and isinstance(text, str) for name, text in value.items())
    return "" if good else "a table of header names and texts"


def _secret(value: str) -> str:
    return "" if not value or "${" in value else "the name of a secret, as ${NAME}"


def secret(help_text: str) -> Option:
    """An option that is a secret: its name, never its value."""
    return Option((str,), "", help_text, _secret)


SHARED: Options = MappingProxyType(
    {
        "model": Option((str,), "", "the model's id, as the API calls it"),
        "prompt": Option((str,), "Hi", "what the model is asked"),
        "max_tokens": Option((int,), 1, "tokens the model may answer with", within(1, 256)),
        "headers": Option((dict,), {}, "more headers to send; ${NAME} stands for a secret of that name", _headers),
        "price": Option((dict,), {}, "dollars for a million tokens: input_per_mtok, output_per_mtok", valid_price),
        "slow_ms": Option((int, float), 0, "a first token that comes later counts as slow; 0: never", at_least(0)),
    }
)
"""Options of every kind that asks a model."""


@dataclass(frozen=True, slots=True)
class ResolvedTexts:
    """Texts of a check with their secrets in place; `lacking` names the first secret that is not set, "" if all are."""

    texts: Mapping[str, str] = field(repr=False)
    lacking: str = ""


def given(texts: Mapping[str, str], tools: Tools) -> ResolvedTexts:
    """Fill secrets into texts; one whose secret is not set is left out, as is an empty one."""
    found, lacking = {}, ""
    for name, text in texts.items():
        try:
            value = filled(text, tools.secrets)
        except MissingSecretError as missing:
            lacking = lacking or str(missing)
            continue
        if value:
            found[name] = value
    return ResolvedTexts(MappingProxyType(found), lacking)


def address(target: str, path: str, query: str = "") -> str:
    """The target with a path behind its own, keeping its query (`?api-version=...`)."""
    parts = urlsplit(target)
    queries = "&".join(part for part in (parts.query, query) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + path, queries, ""))


def unready(check: Check, tools: Tools, symptom: str, detail: str, layer: Layer = Layer.OUR_REQUEST) -> Observation:
    """Nothing was asked: the check itself lacks something."""
    return observe(check, tools, ours(symptom, detail, layer))


def cost(options: Mapping[str, Any], name: str = "") -> Cost:
    """What one answer may cost at most; `name`: the model as the table of prices knows it.

    A token is at least a byte of the prompt; some twenty more are put around it.
    """
    return Cost(
        len(options["prompt"].encode()) + 20,
        options["max_tokens"],
        price_of(name or options["model"], options["price"]),
    )


def usage(event: str, table: str, read: str, written: str) -> tuple[int, int] | None:
    """Tokens read and written as an event states them in a table of its JSON; None where it does not, or wrongly."""
    told = document(event) if f'"{table}"' in event else None
    figures = told.get(table) if isinstance(told, dict) else None
    if not isinstance(figures, dict):
        return None
    counts = [figures.get(name, 0) for name in (read, written)]
    if not all(type(count) is int and 0 <= count < 10**7 for count in counts):
        return None
    return counts[0], counts[1]


def listing(body: bytes, keys: tuple[str, ...], model: str) -> str:
    """What is wrong with a list of models, where `model`, if any is named, must stand in it."""
    told = document(body)
    entries = next((told[key] for key in keys if key in told), None) if isinstance(told, dict) else told
    if not isinstance(entries, list):
        return "no list of models"
    if not model:
        return ""
    ids = {str(entry.get(name, "")) for entry in entries if isinstance(entry, dict) for name in _IDS}
    return "" if model in ids or f"models/{model}" in ids else f"the model {model[:80]} is not in the list"


_IDS = ("id", "name", "modelId")
