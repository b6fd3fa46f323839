"""Retry with exponential backoff and full jitter, honouring retry-after. Needs httpx; copy it as it is.

    answer = ask(lambda: client.post(url, headers=headers, json=body))

One failure in three costs one call in 243 with 5 tries, one in 27 with 3. Give the client no retries of its own.
"""

import random
import time
from collections.abc import Callable

import httpx

TRIES = 5
FIRST_S = 0.5
"""The first wait is at random between 0 and this, each further one up to twice as long."""
LONGEST_S = 30.0
JITTER = random.SystemRandom()


def ask(
    send: Callable[[], httpx.Response], first_s: float = FIRST_S, sleep: Callable[[float], None] = time.sleep
) -> httpx.Response:
    """The first good answer. What cannot be helped by asking again (400, 401, 404 ...) is returned at once.

    Raises:
        httpx.TransportError: the last try did not get through.
        httpx.HTTPStatusError: the last try was refused.
    """
    for attempt in range(TRIES):
        last = attempt == TRIES - 1
        wait = JITTER.uniform(0, min(LONGEST_S, first_s * 2**attempt))
        try:
            answer = send()
        except httpx.TransportError:
            if last:
                raise
        else:
            if not worth_another(answer):
                return answer
            if last or asked_for(answer) > LONGEST_S:
                answer.raise_for_status()
            wait = max(wait, asked_for(answer))
        sleep(wait)
    raise AssertionError("the last try returns or raises")


def worth_another(answer: httpx.Response) -> bool:
    """Whether the same request may succeed later; the vendor's own word goes first."""
    said = answer.headers.get("x-should-retry")
    if said in {"true", "false"}:
        return said == "true" and not answer.is_success
    return answer.status_code in {408, 409, 429} or answer.status_code >= 500


def asked_for(answer: httpx.Response) -> float:
    """Seconds of retry-after, 0 where it says none. Only errors count: a 200 carries the header too."""
    try:
        return max(0.0, float(answer.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0
