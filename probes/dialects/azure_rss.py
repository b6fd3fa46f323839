"""Azure's public RSS: usually an empty channel; an item stands there while a trouble is public.

Options: `components` (our id -> exact names of its products, looked for in title, categories and description). Default:
`azure-openai` by the name Azure OpenAI: "Azure AI Search" is another product. An empty channel is Azure's way of saying
fine, so the components looked for are operational then.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from probes.dialects import feed
from probes.dialects.content import Content
from probes.model import Page, State

_DEFAULT = MappingProxyType({"azure-openai": ["Azure OpenAI"]})
_RULES = MappingProxyType(
    {
        "channel": ["azure"],
        "where": "text",
        "empty": State.OPERATIONAL.value,
        # An item without a word of its state stands for an open trouble: Azure takes items away when it is over.
        "undetermined": "open",
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of Azure's RSS. Raises NotUnderstoodError."""
    page = feed.read(body, {**_RULES, "components": options.get("components") or _DEFAULT})
    # The feed is of all of Azure: an item of other services says nothing of these, not even in words.
    return replace(page, incidents=tuple(one for one in page.incidents if one.components))


def fits(content: Content) -> bool:
    """A feed that says it is Azure's."""
    return content.feed is not None and "azure" in content.feed.about
