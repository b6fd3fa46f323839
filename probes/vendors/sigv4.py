"""AWS Signature Version 4 by Amazon's own library: needs the extra `bedrock`, so it is imported when first used."""

import logging
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# Its debug log quotes what it signs, session tokens included, and the signature.
logging.getLogger("botocore").setLevel(logging.INFO)


def signed(method: str, url: str, headers: Mapping[str, str], body: bytes, who: Mapping[str, str]) -> dict[str, str]:
    """The headers with a signature made now.

    `who`: access_key_id, secret_access_key, session_token ("" for none), region, service.
    """
    request = AWSRequest(method, url, dict(headers), body)
    credentials = Credentials(who["access_key_id"], who["secret_access_key"], who.get("session_token") or None)
    SigV4Auth(credentials, who["service"], who["region"]).add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}
