"""The page of services says what each check needs."""

from tests.docs.services import services


def test_it_says_what_needs_a_key():
    """And shows nothing that is a secret."""
    said = services()
    assert "anthropic_message at api.anthropic.com: `ANTHROPIC_API_KEY`" in said
    assert "| a part of its page |" in said
    assert "by its name, SambaCloud API Gateway" in said
    assert "${" not in said
