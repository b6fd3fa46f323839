"""Secrets: the configuration holds their names, the environment their values, as NAME or in the file NAME_FILE."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.config.complaints import Complaint, Place
from bot.config.document import Node
from bot.config.document import Path as Trail
from bot.fields import REFERENCE
from probes.secret import Secret

LARGEST_SECRET = 64 * 1024


class Secrets:
    """The secrets of one environment. What is wrong with one is said once for each place that asks."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def find(self, name: str) -> Secret | None:
        """The secret of that name, None where it is not set. Raises ValueError with what was expected."""
        direct, file = self._environ.get(name, ""), self._environ.get(f"{name}_FILE", "")
        if direct and file:
            raise ValueError(f"expected {name} or {name}_FILE in the environment, not both")
        if not file:
            return Secret(direct) if direct else None
        try:
            with Path(file).open("rb") as stream:
                content = stream.read(LARGEST_SECRET + 1)
            text = content.decode().rstrip("\r\n")
        except (OSError, ValueError):
            raise ValueError(f"expected {name}_FILE to name a file of text that can be read") from None
        if not text or len(content) > LARGEST_SECRET:
            raise ValueError(f"expected the file of {name}_FILE to hold one secret of at most 64 KiB")
        return Secret(text)

    def fill(self, value: Any) -> Any:
        """A value of the file with its references resolved: text that held one becomes a `Secret`."""
        match value:
            case dict():
                return {key: self.fill(child) for key, child in value.items()}
            case list():
                return [self.fill(child) for child in value]
            case str() if REFERENCE.search(value):
                return Secret(REFERENCE.sub(lambda found: self._reveal(found[1]), value))
        return value

    def secret(self, text: str) -> Secret | None:
        """Text that is a secret as a whole, None where it names one that is optional and not set."""
        if self.missing(text):
            return None
        value = self.fill(text)
        return value if isinstance(value, Secret) else Secret(text)

    def missing(self, value: Any) -> str:
        """The first name of an optional secret (`${NAME?}`) in a value that is not set, "" where there is none."""
        return next((name for name in named(value, optional=True) if self.find(name) is None), "")

    def complaints(self, node: Node, path: Trail) -> Iterator[Complaint]:
        """All that is wrong with the references below a node."""
        match node.value:
            case dict():
                for key, child in node.value.items():
                    yield from self.complaints(child, (*path, key))
            case list():
                for number, child in enumerate(node.value):
                    yield from self.complaints(child, (*path, number))
            case str():
                yield from self._of_text(node.value, node.place, path)

    def _of_text(self, text: str, place: Place, path: Trail) -> Iterator[Complaint]:
        if "${" in REFERENCE.sub("", text):
            yield Complaint(place, path, "expected ${NAME} or ${NAME?}, the name of a secret in the environment")
        for found in REFERENCE.finditer(text):
            name, optional = found[1], bool(found[2])
            try:
                secret = self.find(name)
            except ValueError as error:
                yield Complaint(place, path, str(error))
                continue
            if secret is None and not optional:
                yield Complaint(place, path, f"expected {name} or {name}_FILE in the environment")
            elif secret and "headers" in path and not (secret.reveal().isascii() and secret.reveal().isprintable()):
                yield Complaint(place, path, f"expected {name} to be one line of ASCII, as a header needs it")

    def _reveal(self, name: str) -> str:
        secret = self.find(name)
        return secret.reveal() if secret else ""


class AskersSecrets(Secrets):
    """The secrets of somebody who only asks, and need not have them: those that the store needs are real.

    The others have a stand-in, so that the configuration is whole: who asks connects to the store alone.
    """

    def __init__(self, environ: Mapping[str, str], needed: Iterable[str]) -> None:
        super().__init__(environ)
        self._needed = frozenset(needed)

    def find(self, name: str) -> Secret | None:
        """The secret, or its stand-in, which passes for a token, a header and an address."""
        try:
            found = super().find(name)
        except ValueError:
            if name in self._needed:
                raise
            found = None
        return found if found or name in self._needed else Secret(f"https://{name.lower().replace('_', '-')}.invalid/")


def named(value: Any, *, optional: bool = False) -> Iterator[str]:
    """The names of all secrets a value refers to, or of the optional ones only."""
    match value:
        case dict():
            for child in value.values():
                yield from named(child, optional=optional)
        case list():
            for child in value:
                yield from named(child, optional=optional)
        case str():
            yield from (found[1] for found in REFERENCE.finditer(value) if found[2] or not optional)


def plainly(value: Any) -> Any:
    """A copy of the value with each `${NAME?}` written as `${NAME}`."""
    match value:
        case dict():
            return {key: plainly(child) for key, child in value.items()}
        case list():
            return [plainly(child) for child in value]
        case str():
            return REFERENCE.sub(lambda found: f"${{{found[1]}}}", value)
    return value
