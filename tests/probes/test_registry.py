"""The register of kinds: probes and options belong together."""

from inspect import iscoroutinefunction, signature
from pathlib import Path

import pytest

import probes
from probes.dialects.registry import DIALECTS
from probes.model import Check
from probes.options import Option, complaints, with_defaults
from probes.registry import KIND_OPTIONS, PROBES, secrets_wanted


def test_every_kind_has_its_options() -> None:
    """A probe without options says so with an empty table."""
    assert PROBES.keys() == KIND_OPTIONS.keys()


def test_a_kind_is_a_module_with_options_and_a_probe_of_its_name() -> None:
    """Importing it in the registry is all: whatever else the registry imports is no kind."""
    assert {"http", "dns", "bedrock", "statuspage", "hackernews"} <= PROBES.keys()
    assert "options" not in PROBES
    for name, probe in PROBES.items():
        assert iscoroutinefunction(probe), name
        assert list(signature(probe).parameters) == ["check", "tools"], name
        assert probe.__module__.rpartition(".")[2] == name


def test_every_module_that_looks_like_a_kind_is_registered() -> None:
    """A file with a table of options that nobody imports here would never run."""
    files = Path(probes.__file__).parent.rglob("*.py")
    assert {path.stem for path in files if "\nOPTIONS: Options" in path.read_text()} == PROBES.keys()


@pytest.mark.parametrize("kind", KIND_OPTIONS)
def test_defaults_are_good_values(kind: str) -> None:
    """What a check gets without asking passes the kind's own rules; None stands for "not given"."""
    given = {name: value for name, value in with_defaults(KIND_OPTIONS[kind], {}).items() if value is not None}
    assert complaints(KIND_OPTIONS[kind], given) == []
    assert all(option.help for option in KIND_OPTIONS[kind].values())


@pytest.mark.parametrize(
    ("types", "value", "expected"),
    [
        ((int,), 3, ""),
        ((int,), True, "a whole number"),
        ((int,), 3.5, "a whole number"),
        ((float,), 3, ""),
        ((float,), False, "a number"),
        ((bool,), False, ""),
        ((bool,), 0, "true or false"),
        ((int, str, list), {}, "a whole number or text or a list"),
        ((dict,), [], "a table"),
    ],
)
def test_types(types: tuple[type, ...], value: object, expected: str) -> None:
    """True is no number; a whole number is a number."""
    assert Option(types, None, "x").complaint(value) == expected


def test_secrets_are_found_wherever_they_are_named() -> None:
    """In tables and lists of options too."""
    options = {"headers": {"a": "${ONE} and ${TWO}"}, "body": "${THREE}", "expect_status": ["200"]}
    assert secrets_wanted(Check("c", "http", "s", "c", "http://x", 60, 5, options)) == {"ONE", "TWO", "THREE"}


def test_a_page_may_be_of_any_known_platform() -> None:
    """And of no other."""
    assert complaints(KIND_OPTIONS["statuspage"], {"dialect": "atlassian", "fallbacks": ["https://x/"]}) == []
    wrong = complaints(KIND_OPTIONS["statuspage"], {"dialect": "gopher", "fallbacks": [1]})
    assert [key for key, _ in wrong] == ["dialect", "fallbacks"]
    assert all(name in wrong[0][1] for name in DIALECTS)
