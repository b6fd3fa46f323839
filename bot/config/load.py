"""Reads the configuration file and the environment: the only module that does. One file, all complaints at once."""

import logging
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.channels.registry import CHANNELS
from bot.config import catalogue
from bot.config.build import SettingsBuilder
from bot.config.complaints import Complaint, lines
from bot.config.document import Node, read
from bot.config.environment import (
    ENVIRONMENT,
    environment_problems,
    no_proxy,
    proxies,
    service_manager,
    state_dir,
    vantage,
)
from bot.config.former_keys import renamed
from bot.config.joining import joined
from bot.config.merge import merge_catalogue
from bot.config.pydantic_errors import parse_model
from bot.config.schema import Configuration
from bot.config.secrets import AskersSecrets, Secrets, named
from bot.config.sources import ALWAYS, sources
from bot.config.validation import Known, violations
from bot.config.web import logo_complaints
from bot.errors import ConfigError, UserError
from bot.settings import Channel, Settings
from probes.dialects.registry import DIALECTS
from probes.registry import KIND_OPTIONS
from probes.secret import Secret
from probes.transport.request import TransportSettings

log = logging.getLogger(__name__)

APART = ("control", "github_issues", "hackernews", "statuspage")
"""Kinds that are no component's: they have sections of their own (`control:`, `community:`, a service's `page:`)."""

KNOWN = Known(
    checks={kind: options for kind, options in KIND_OPTIONS.items() if kind not in APART},
    dialects=frozenset(DIALECTS),
    channels={name: kind.options for name, kind in CHANNELS.items()},
)


@dataclass(frozen=True, slots=True)
class Effective:
    """A configuration as it is in force: as the file would say it in full, and as the program uses it.

    `secrets` are those that it names and the environment has.
    """

    configuration: Configuration
    settings: Settings
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)


def environment() -> Mapping[str, str]:
    """The variables of this process."""
    return os.environ


def load(path: str | None = None, environ: Mapping[str, str] | None = None, *, asks: bool = False) -> Settings:
    """The settings of a file or folder, of $GROUNDTRUTH_CONFIG, of ./groundtruth.yaml, or the defaults.

    Raises ConfigError. Somebody who only `asks` needs the store's secrets, and no others.
    """
    return effective(path, environ, asks=asks).settings


def effective(path: str | None = None, environ: Mapping[str, str] | None = None, *, asks: bool = False) -> Effective:
    """The same with the configuration in full. Raises ConfigError."""
    environ = os.environ if environ is None else environ
    found = sources(path, environ)
    texts = [(str(file), content) for file, content in found.files] or [("defaults", b"")]
    return _assembled(texts, found.name, environ, found.folder, asks=asks)


def digest(path: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """The digest of a configuration as it stands now; what cannot be read has one of its own."""
    environ = os.environ if environ is None else environ
    try:
        return sources(path, environ).digest(environ)
    except ConfigError as error:
        return str(error)


def secret(name: str, environ: Mapping[str, str] | None = None) -> str:
    """A secret from the environment, of NAME or NAME_FILE, "" where it is not set. Raises UserError."""
    try:
        found = Secrets(os.environ if environ is None else environ).find(name)
    except ValueError as error:
        raise UserError(f"environment: {name}: {error}") from None
    return found.reveal() if found else ""


def from_text(
    text: str, source: str = "text", environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """The settings of a configuration held as text; relative paths start at `folder`. Raises ConfigError."""
    given = os.environ if environ is None else environ
    return _assembled([(source, text.encode())], source, given, folder or Path.cwd()).settings


def _read(texts: Sequence[tuple[str, bytes]]) -> tuple[Node, list[Complaint]]:
    """The texts, each with the name of its file, as one tree; what is wrong with each."""
    roots, complaints = list[Node](), list[Complaint]()
    for name, text in texts:
        root, wrong = read(text, name)
        root, former, twice = renamed(root)
        roots.append(root)
        complaints += [*wrong, *twice]
        for sentence in former:
            log.warning("%s", sentence)
    return joined(roots), complaints


def _assembled(
    texts: Sequence[tuple[str, bytes]], source: str, environ: Mapping[str, str], folder: Path, *, asks: bool = False
) -> Effective:
    root, complaints = _read(texts)
    vault = _asker(root, environ) if asks else Secrets(environ)
    tree, found = merge_catalogue(root, catalogue.entry, catalogue.names())
    configuration, wrong = parse_model(tree)
    if found:
        # An unknown service has been said; that the list is empty without it need not be.
        wrong = [complaint for complaint in wrong if complaint.key != ("services",)]
    wrong += [*violations(tree, KNOWN, vault), *environment_problems(tree, vault, environ)]
    wrong += logo_complaints(tree, folder)
    complaints = [_by_name(complaint, root) for complaint in (*complaints, *found)]
    complaints += [_by_name(complaint, tree) for complaint in wrong]
    if complaints or configuration is None:
        raise ConfigError(lines(complaints))
    configuration = configuration.model_copy(update={"state_dir": state_dir(environ, configuration.state_dir)})
    transport = TransportSettings(
        user_agent=configuration.network.user_agent,
        proxies=proxies(environ),
        no_proxy=no_proxy(environ),
        ca_file=_ca_file(configuration, tree, folder, environ),
    )
    settings = SettingsBuilder(configuration, vault, catalogue.names()).settings(
        vantage=vantage(environ, configuration.vantage.name, socket.gethostname()),
        folder=folder,
        source=source,
        transport=transport,
    )
    settings = replace(settings, manager=service_manager(environ, os.getpid()))
    told = () if asks else settings.channels
    wrong = [complaint for channel in told for complaint in _of_channel(channel, tree)]
    if wrong:
        raise ConfigError(lines(wrong))
    everything = {*named(tree.plain()), *ALWAYS}
    return Effective(configuration, settings, {n: one for n in everything if (one := vault.find(n)) is not None})


def _asker(root: Node, environ: Mapping[str, str]) -> Secrets:
    store = root.get("redis")
    return AskersSecrets(environ, (*named(store.value if store else None), "REDIS_PASSWORD"))


def _of_channel(channel: Channel, tree: Node) -> Iterator[Complaint]:
    """What the channel's own kind finds wrong with its options, each at its line."""
    check = CHANNELS[channel.kind].check
    if check is None:
        return
    try:
        check(channel.name, channel.options)
    except UserError as error:
        for sentence in str(error).splitlines():
            key, _, expected = sentence.partition(": ")
            path = tuple(key.split("."))
            yield Complaint(tree.at(path[:3]).place, path, expected)


def _ca_file(configuration: Configuration, tree: Node, folder: Path, environ: Mapping[str, str]) -> str:
    """The certificates to trust besides, "" for none. Raises ConfigError where they are not there."""
    given, named = configuration.network.ca_file, environ.get("SSL_CERT_FILE", "")
    file = folder / Path(given).expanduser() if given else Path(named)
    if (given or named) and not file.is_file():
        place = tree.at(("network", "ca_file")).place if given else ENVIRONMENT
        key = "network.ca_file" if given else "SSL_CERT_FILE"
        raise ConfigError([str(Complaint(place, key, "expected a file of certificates"))])
    return str(file) if given or named else ""


def _by_name(complaint: Complaint, tree: Node) -> Complaint:
    """The same complaint with the service's id instead of its number."""
    match tuple(complaint.key):
        case ("services", int() as number, *rest):
            item = tree.at(("services", number))
            name = item.value if isinstance(item.value, str) else item.at(("id",)).value
            if isinstance(name, str):
                return Complaint(complaint.place, ("services", name, *rest), complaint.expected)
    return complaint
