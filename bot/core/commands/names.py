"""Which service or component somebody means: by id, name, nickname, or an unambiguous beginning of one. Pure."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LONGEST = 80
WORDS = 6
"""Most words of a name."""


@dataclass(frozen=True, slots=True)
class Named:
    """A service (`component` is "") or one of its components, with all it is called by."""

    service: str
    component: str
    name: str
    nicknames: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What to type to mean exactly this."""
        return self.component or self.service


class Names:
    """Everything that can be asked about."""

    def __init__(self, every: Iterable[Named]) -> None:
        self.every: Sequence[Named] = tuple(every)
        self._keys = [(named, frozenset(_keys(named)), frozenset(_beginnings(named))) for named in self.every]

    @property
    def services(self) -> tuple[str, ...]:
        """The ids of all services, in their order."""
        return tuple(dict.fromkeys(named.service for named in self.every))

    def find(self, text: str) -> tuple[Named, ...]:
        """Those meant by `text`: one, several where it is ambiguous, none where it fits nothing.

        What fits wholly goes before what only begins so; a service stands for its components that fit as well.
        """
        word = plain(text)
        if not word:
            return ()
        whole = [named for named, keys, _ in self._keys if word in keys]
        if whole:
            return _service_first(whole)
        return _service_first([n for n, _, words in self._keys if any(key.startswith(word) for key in words)])

    def mentioned(self, words: Sequence[str]) -> Named | None:
        """The one that a sentence names by a whole name, the longest first; None where it names none, or several."""
        for length in range(min(len(words), WORDS), 0, -1):
            phrases = {plain(" ".join(words[n : n + length])) for n in range(len(words) - length + 1)}
            found = _service_first([named for named, keys, _ in self._keys if keys & phrases])
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def nearest(self, text: str) -> str:
        """The id of the one most like it, "" where none is."""
        keys = {key: named.id for named, known, _ in self._keys for key in known}
        close = difflib.get_close_matches(plain(text), list(keys), n=1, cutoff=0.6)
        return keys[close[0]] if close else ""


def plain(text: str) -> str:
    """Letters and digits only, in one case: "Claude.ai", "claude ai" and "claude-ai" are one word."""
    return "".join(c for c in text[:LONGEST].casefold() if c.isalnum())


def _keys(named: Named) -> Iterator[str]:
    for word in (named.id, named.name, *named.nicknames, f"{named.service}{named.component}"):
        if plain(word):
            yield plain(word)


def _beginnings(named: Named) -> Iterator[str]:
    """What a beginning may begin: the whole, and each word of it ("code" of "Claude Code")."""
    yield from _keys(named)
    for phrase in (named.id, named.name, *named.nicknames):
        words = phrase[:LONGEST].replace("-", " ").replace("_", " ").split()
        yield from (plain("".join(words[i:])) for i in range(1, len(words)))


def _service_first(found: list[Named]) -> tuple[Named, ...]:
    services = [named for named in found if not named.component]
    if len(services) == 1 and all(named.service == services[0].service for named in found):
        return (services[0],)
    return tuple(found)
