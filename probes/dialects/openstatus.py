"""OpenStatus: `/public/status/:slug`, one word for the whole page. No options."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, mapping, text, word
from probes.dialects.states import COMPONENT, page_claim, read_state
from probes.model import Page, State

_STATES = MappingProxyType({**COMPONENT, "incident": State.DEGRADED})
_WORDS = frozenset({*_STATES, "unknown"})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an OpenStatus page. Raises NotUnderstoodError."""
    del options
    said = mapping(document(body), "the page").get("status")
    if not isinstance(said, str) or not said:
        raise NotUnderstoodError("no status word")
    return Page(url="", claims=(page_claim("", read_state(said, _STATES)),), words=text(said, 60))


def fits(content: Content) -> bool:
    """One of its words and nothing else."""
    return content.table.keys() == {"status"} and word(content.table["status"]) in _WORDS
