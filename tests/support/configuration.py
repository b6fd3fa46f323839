"""A service of one's own as YAML, and the complaints about a configuration."""

import pytest

from bot.config.load import from_text
from bot.errors import ConfigError

CHECK = "{kind: http, target: 'https://x.example/'}"
OWN = f"""\
services:
  - id: own
    name: Own
    components:
      gw:
        name: Gateway
        checks:
          a: {CHECK}
"""


def complaints(text: str, environ: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a text."""
    with pytest.raises(ConfigError) as caught:
        from_text(text, "f", environ or {})
    return caught.value.complaints
