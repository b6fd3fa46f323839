"""The locks of the image and of releases pin what the tests ran with, and everything that the program depends on."""

import re
import shlex
import tomllib

import pytest

from bot import extras
from tests.docs.pages import ROOT

LOCKS = ROOT / "deploy" / "locks"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def pinned(path):
    return dict(PIN.findall(path.read_text()))


@pytest.mark.parametrize("name", ["runtime.lock", "extras.lock", "build.lock"])
def test_what_is_shipped_is_what_was_tested(name):
    """The same versions as in requirements.lock: `make lock` writes all of them."""
    tested = pinned(ROOT / "requirements.lock")
    assert {package for package, version in pinned(LOCKS / name).items() if tested.get(package) != version} == set()


def test_every_dependency_is_pinned_for_the_image():
    """One that was added to pyproject.toml alone would be missing there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for needs in project["optional-dependencies"].values() for one in needs]
    for name, needs in (
        ("runtime.lock", project["dependencies"]),
        ("extras.lock", [*project["dependencies"], *extras]),
    ):
        named = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace(".", "-") for one in needs}
        assert named - {package.replace(".", "-") for package in pinned(LOCKS / name)} == set()


def test_the_extras_add_to_what_the_image_has():
    """Nothing of it is another version with them."""
    assert pinned(LOCKS / "runtime.lock").items() <= pinned(LOCKS / "extras.lock").items()


def test_how_an_extra_is_installed_is_what_the_package_says():
    """Package by package: `pip install groundtruth` would fetch another project of that name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra, needs in project["optional-dependencies"].items():
        said = shlex.split(extras.command(extra))
        assert said[:2] == ["pip", "install"]
        assert {frozenset(re.split(r"(?=[<>])|,", one)) for one in said[2:]} == {
            frozenset(re.split(r"(?=[<>])|,", one)) for one in needs
        }


def test_nobody_is_told_to_install_our_name_from_an_index():
    """In the docs, the configuration and the messages."""
    told = [
        *ROOT.glob("deploy/**/*.md"),
        *ROOT.glob("deploy/**/*.yaml"),
        *ROOT.glob("probes/**/*.yaml"),
        ROOT / "README.md",
    ]
    told += [*ROOT.glob("bot/**/*.py"), *ROOT.glob("probes/**/*.py")]
    assert [
        path
        for path in told
        if re.search(r"groundtruth\[|(?<!Never `)(?:pip|pipx|uv) install '?groundtruth\b", path.read_text())
    ] == []


@pytest.mark.parametrize("path", sorted(LOCKS.glob("*.lock")), ids=lambda path: path.name)
def test_locks_name_no_registry(path):
    """Hashes say what is meant; where it comes from is the machine's business."""
    assert "://" not in path.read_text()
