"""The locks of the image and of releases pin what the tests ran with, and everything that the program depends on."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT

LOCKS = ROOT / "deploy" / "locks"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def pinned(path):
    return dict(PIN.findall(path.read_text()))


@pytest.mark.parametrize("name", ["runtime.lock", "build.lock"])
def test_what_is_shipped_is_what_was_tested(name):
    """The same versions as in requirements.lock: `make lock` writes all of them."""
    tested = pinned(ROOT / "requirements.lock")
    assert {package for package, version in pinned(LOCKS / name).items() if tested.get(package) != version} == set()


def test_every_dependency_is_pinned_for_the_image():
    """One that was added to pyproject.toml alone would be missing there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace(".", "-") for one in project["dependencies"]}
    assert named - {package.replace(".", "-") for package in pinned(LOCKS / "runtime.lock")} == set()


@pytest.mark.parametrize("path", sorted(LOCKS.glob("*.lock")), ids=lambda path: path.name)
def test_locks_name_no_registry(path):
    """Hashes say what is meant; where it comes from is the machine's business."""
    assert "://" not in path.read_text()
