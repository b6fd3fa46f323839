"""Short ids of incidents and discrepancies that people can type."""

import hashlib


def short_id(*parts: str) -> str:
    """Four characters of Crockford's base 32 that name one thing: the same parts always give the same id."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    digest = int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:5])
    return "".join(alphabet[digest >> shift & 31] for shift in (35, 30, 25, 20))
