"""Access tokens of a Google service account: asked for once in an hour, kept in the check's memory."""

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.values import Reading, TransportError
from probes.model import Check, Fault, Layer, Outcome
from probes.secret import Secret
from probes.tools import Tools, ours, patience
from probes.transport.body import document
from probes.transport.request import Request

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MARGIN_S = 300.0
"""A token is renewed this long before it ends: clocks differ."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token until a time (Unix seconds), and the milliseconds that asking for it took."""

    token: Secret
    until: float
    took_ms: float = 0.0


class NoTokenError(Exception):
    """There is no token; `reading` says whose trouble that is. It is never the measured service's."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.detail)
        self.reading = reading


def account_of(text: str) -> Mapping[str, str]:
    """The parts of a service account's JSON that are texts. Raises NoTokenError."""
    told = document(text)
    account = {name: value for name, value in told.items() if isinstance(value, str)} if isinstance(told, dict) else {}
    if not {"client_email", "private_key"} <= account.keys():
        raise NoTokenError(ours("bad_credentials", "the credentials are no service account's JSON", Layer.OUR_KEY))
    return {"token_uri": TOKEN_URI, **account}


async def token(check: Check, tools: Tools, account: Mapping[str, str]) -> AccessToken:
    """A good token. Raises NoTokenError."""
    kept = tools.memory.get("token")
    if isinstance(kept, AccessToken) and kept.until - MARGIN_S > tools.now():
        return replace(kept, took_ms=0.0)
    fetched = await tools.transport.fetch(await _request(check, tools, account))
    if fetched.answer is None or fetched.error:
        raise _refused(read_error(fetched.error or TransportError("other")))
    told = document(fetched.body)
    value = told.get("access_token") if isinstance(told, dict) else None
    if fetched.answer.status != 200 or not isinstance(value, str):
        raise _refused(read_answer(replace(fetched.answer, sent_key=True)))
    stated = told.get("expires_in")
    lasts = float(stated) if isinstance(stated, int | float) and 0 < stated <= 86_400 else 3600.0
    granted = AccessToken(Secret(value), tools.now() + lasts, fetched.timings.total or 0.0)
    tools.memory["token"] = granted
    return granted


async def _request(check: Check, tools: Tools, account: Mapping[str, str]) -> Request:
    try:
        library = await asyncio.to_thread(importlib.import_module, "probes.vendors.google_token")
        statement = library.assertion(account, tools.now())
    except ImportError:
        said = "service accounts need pyjwt and cryptography to be installed"
        raise NoTokenError(ours("cannot_sign", said, Layer.OUR_REQUEST)) from None
    except ValueError as error:
        raise NoTokenError(ours("bad_credentials", str(error), Layer.OUR_KEY)) from None
    return Request(
        account["token_uri"],
        patience(check) / 2,
        method="POST",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode({"grant_type": GRANT, "assertion": statement}).encode(),
        redirects=0,
        max_bytes=64 * 1024,
    )


def _refused(reading: Reading) -> NoTokenError:
    """The token's host is not the measured one: its failure tells nothing of that, its refusal is about our account."""
    fault = Fault.OURS if reading.fault is Fault.OURS else Fault.UNKNOWN
    layer = Layer.OUR_KEY if reading.layer is Layer.OUR_REQUEST else reading.layer
    said = f"no token from Google's login: {reading.detail or reading.symptom}"
    symptom = f"token_{reading.symptom}" if reading.symptom else "token_missing"
    return NoTokenError(
        replace(reading, outcome=Outcome.INCONCLUSIVE, fault=fault, layer=layer, symptom=symptom, detail=said)
    )
