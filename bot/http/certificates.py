"""Which certificates channels trust."""

import ssl

from bot.errors import UserError
from probes.transport.certificates import trusting


def trusted(who: str, ca_file: str = "") -> ssl.SSLContext:
    """The usual certificates and those of `ca_file` ("": none). Raises UserError where that file cannot be read."""
    try:
        return trusting(ca_file, environment=True)
    except OSError as error:
        raise UserError(f"{who}: ca_file cannot be read as certificates") from error
