"""A chain of routes or models: the first that answers is taken. Needs httpx; copy it as it is.

    ask([lambda: post(ANTHROPIC, "claude-sonnet-4-6"), lambda: post(ANTHROPIC, "claude-haiku-4-5"), via_gateway])

Each step is tried `ROUNDS` times in turn, so that a blip on all of them is survived too. Try the chain on a quiet day.
"""

import random
import time
from collections.abc import Callable, Sequence

import httpx

ROUNDS = 3
FIRST_S = 0.5
JITTER = random.SystemRandom()
OWN = frozenset({400, 413, 422})
"""The request itself is wrong: every route would say so."""


def ask(
    chain: Sequence[Callable[[], httpx.Response]], first_s: float = FIRST_S, sleep: Callable[[float], None] = time.sleep
) -> httpx.Response:
    """The first good answer of the chain, from its front.

    Raises:
        httpx.HTTPError: nothing of the chain answered; the last error.
        ValueError: the chain is empty.
    """
    if not chain:
        raise ValueError("the chain needs at least one route")
    failed: httpx.HTTPError | None = None
    for round_number in range(ROUNDS):
        for send in chain:
            try:
                answer = send()
                if answer.status_code in OWN:
                    return answer
                return answer.raise_for_status()
            except httpx.HTTPError as error:
                failed = error
        if round_number < ROUNDS - 1:
            sleep(JITTER.uniform(0, first_s * 2**round_number))
    assert failed is not None
    raise failed
