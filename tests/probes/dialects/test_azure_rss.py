"""Azure's RSS."""

import pytest

from probes.dialects.azure_rss import read
from probes.dialects.errors import NotUnderstoodError
from probes.model import State
from tests.probes.dialects.recorded import at, recorded


def test_an_empty_channel_is_operational_for_the_words_looked_for():
    """Azure's feed is empty on good days."""
    page = read(recorded("azure_rss/empty.xml"), {"components": {"azure-openai": ["Azure OpenAI"], "vm": ["Virtual"]}})
    assert [(c.id, c.state) for c in page.claims] == [
        ("azure-openai", State.OPERATIONAL),
        ("vm", State.OPERATIONAL),
    ]


def test_words_are_looked_for_in_title_and_description():
    """An item stands for an open trouble of the components it names; one of other services is no word about these."""
    options = {"components": {"azure-openai": ["azure openai"], "search": ["AI Search"]}}
    page = read(recorded("azure_rss/open.xml"), options)
    assert [(c.id, c.state) for c in page.claims] == [
        ("azure-openai", State.DEGRADED),
        ("search", State.OPERATIONAL),
    ]
    assert page.incidents[0].components == ("azure-openai",)
    assert page.incidents[0].posted_at == at("2026-04-15T15:30:00Z")
    assert len(page.incidents) == 1


def test_resolved_prefix():
    """`[RESOLVED]` before the title."""
    (claim,) = read(recorded("azure_rss/resolved.xml"), {}).claims
    assert (claim.id, claim.state) == ("azure-openai", State.OPERATIONAL)


def test_another_channel_is_not_azure():
    """An empty feed of another page says nothing of Azure."""
    with pytest.raises(NotUnderstoodError, match="another page"):
        read(recorded("feed/empty.xml"), {})
