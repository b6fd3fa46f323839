"""A service account's signed statement of who it is: needs the extra `vertex`, so it is imported when first used."""

from collections.abc import Mapping

import jwt

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
VALID_S = 3600


def assertion(account: Mapping[str, str], now: float) -> str:
    """The statement that Google's token endpoint turns into an access token. Raises ValueError for a key that is none.

    https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
    """
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": account["token_uri"],
        "iat": int(now),
        "exp": int(now) + VALID_S,
    }
    try:
        signed: str = jwt.encode(claims, account["private_key"], "RS256", {"kid": account.get("private_key_id", "")})
    except (jwt.PyJWTError, TypeError):
        # Not the library's own sentence: it may quote the key.
        raise ValueError("the service account's private_key cannot be used") from None
    return signed
