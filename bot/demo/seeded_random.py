"""Chance that can be repeated: the same words give the same number, on every machine and in every run."""

import hashlib
import math

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def chance(*words: object) -> float:
    """A number in [0, 1), uniform over different words."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def token(length: int, *words: object, alphabet: str = BASE58) -> str:
    """`length` characters of the alphabet, at most 30: an id as vendors write them."""
    digest = hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=32).digest()
    number = int.from_bytes(digest)
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return "".join(letters)


class TroubleIntervals:
    """A two-state Markov process in time: spells of trouble of mean `mean_s` that fill the share `rate` of all time.

    Both kinds of stretch last exponentially long; it starts in trouble with probability `rate`, so that the share holds
    from the first second. Memory is one stretch: times asked for usually grow, and going back starts anew.
    """

    def __init__(self, rate: float, mean_s: float, *words: object) -> None:
        self._rate, self._mean_s, self._words = rate, mean_s, words
        self._rewind()

    def _rewind(self) -> None:
        self._bad = chance("first", *self._words) < self._rate
        self._index, self._start = 0, 0.0
        self._end = self._length()

    def _length(self) -> float:
        if not 0 < self._rate < 1:
            return math.inf
        mean = self._mean_s if self._bad else self._mean_s * (1 - self._rate) / self._rate
        return -mean * math.log1p(-chance("length", self._index, *self._words))

    def bad(self, elapsed_s: float) -> bool:
        """Whether there is trouble `elapsed_s` seconds after the start."""
        if elapsed_s < self._start:
            self._rewind()
        while elapsed_s >= self._end:
            self._index, self._start, self._bad = self._index + 1, self._end, not self._bad
            self._end = self._start + self._length()
        return self._bad
