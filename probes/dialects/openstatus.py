"""OpenStatus: `/public/status/:slug`, one word for the whole page. No options."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, mapping, text
from probes.dialects.states import COMPONENT, page_claim, read_state
from probes.model import Page, State

_STATES = MappingProxyType({**COMPONENT, "incident": State.DEGRADED})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an OpenStatus page. Raises NotUnderstoodError."""
    del options
    said = mapping(document(body), "the page").get("status")
    if not isinstance(said, str) or not said:
        raise NotUnderstoodError("no status word")
    return Page(url="", claims=(page_claim("", read_state(said, _STATES)),), words=text(said, 60))
