"""Which files make a configuration: conf.d in its order, folders, links that are swapped, and what a digest notices."""

import os

import pytest

from bot.cli.main import main
from bot.config.changes import changes
from bot.config.load import digest, effective, load
from bot.config.sources import sources
from bot.errors import ConfigError

MAIN = """\
services:
  - claude
  - {id: own, name: Own, components: {gw: {name: Gateway, checks: {a: {kind: http, target: "https://x.example/"}}}}}
channels: {console: {kind: console}, ops: {kind: webhook, url: "https://h.example/", secret: "${HOOK}"}}
"""
MORE = """\
services:
  - {id: own, components: {gw: {name: Portal}, db: {name: Store, checks: {b: {kind: tcp, target: "db:5432"}}}}}
  - openai
channels: {ops: null}
"""
ENVIRON = {"HOOK": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}


@pytest.fixture
def file(tmp_path):
    """A configuration with two files in conf.d."""
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "groundtruth.yaml").write_text(MAIN)
    return tmp_path / "groundtruth.yaml"


def test_files_of_conf_d_are_joined_in_the_order_of_their_names(file):
    """Services by their id, mappings key by key, the last one wins; files that begin with a dot are nobody's."""
    (file.parent / "conf.d" / "20-last.yaml").write_text("vantage: {name: last}\n")
    (file.parent / "conf.d" / "10-first.yml").write_text("vantage: {name: first}\nintervals: {checks: 20s}\n" + MORE)
    (file.parent / "conf.d" / ".hidden.yaml").write_text("nonsense: 1\n")
    (file.parent / "conf.d" / "notes.txt").write_text("nonsense: 1\n")
    found = load(str(file), ENVIRON)
    assert [s.id for s in found.services] == ["claude", "own", "openai"]
    assert [(c.id, c.name) for c in found.service("own").components] == [("gw", "Portal"), ("db", "Store")]
    assert (found.vantage, [c.name for c in found.channels]) == ("last", ["console"])
    assert found.service("own").components[0].checks[0].interval_s == 20.0
    assert found.source.endswith("10-first.yml + " + str(file.parent / "conf.d" / "20-last.yaml"))


def test_lists_are_joined_one_after_the_other(file):
    """A team adds its own routes."""
    file.write_text("channels: {a: {kind: console}}\nroutes: [{minimum: major_outage, to: [a]}]\n")
    (file.parent / "conf.d" / "10.yaml").write_text("routes: [{minimum: partial_outage, to: [a]}]\n")
    assert [route.minimum.value for route in load(str(file), {}).routes or ()] == ["major_outage", "partial_outage"]


def test_a_complaint_names_the_file_it_is_in(file):
    """And its own line there."""
    (file.parent / "conf.d" / "10.yaml").write_text("\nbogus: 1\n")
    with pytest.raises(ConfigError) as caught:
        load(str(file), ENVIRON)
    assert caught.value.complaints[0].startswith(f"{file.parent}/conf.d/10.yaml:2: bogus: unknown key")


def test_a_file_that_is_no_mapping_is_complained_of(file):
    """Whichever it is."""
    (file.parent / "conf.d" / "10.yaml").write_text("- claude\n")
    with pytest.raises(ConfigError, match=r"10\.yaml:1: expected keys and values"):
        load(str(file), ENVIRON)


def test_a_service_written_twice_in_one_file_is_still_complained_of(file):
    """Only files add to each other."""
    file.write_text("services: [claude, claude]\n")
    with pytest.raises(ConfigError, match="given twice"):
        load(str(file), {})


def test_a_folder_stands_for_its_files(file):
    """In the order of their names; relative paths start there."""
    (file.parent / "zz.yaml").write_text("state_dir: here\n")
    found = load(str(file.parent), ENVIRON)
    assert (found.service("own").name, found.state_dir) == ("Own", file.parent / "here")


def test_a_config_map_is_swapped_by_its_links(tmp_path):
    """The folder's file is a link to a link to a folder, as a kubelet writes it."""
    for name, text in (("..1", "vantage: {name: a}\n"), ("..2", "vantage: {name: b}\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "groundtruth.yaml").write_text(text)
    (tmp_path / "..data").symlink_to("..1")
    file = tmp_path / "groundtruth.yaml"
    file.symlink_to("..data/groundtruth.yaml")
    before = digest(str(file), {})
    assert digest(str(file), {}) == before
    (tmp_path / "..new").symlink_to("..2")
    (tmp_path / "..new").replace(tmp_path / "..data")
    assert digest(str(file), {}) != before
    assert load(str(file), {}).vantage == "b"


def test_a_file_written_in_place_with_its_old_time_is_noticed(file):
    """A single file that is mounted has the same inode, and perhaps the same time: what it holds counts."""
    before, when = digest(str(file), {}), file.stat()
    file.write_text(MAIN.replace("Own", "Our"))
    os.utime(file, ns=(when.st_atime_ns, when.st_mtime_ns))
    assert digest(str(file), {}) != before


def test_a_secret_in_a_file_counts_as_well(file, tmp_path):
    """Those that are named, and the store's password; others do not."""
    secret = tmp_path / "hook"
    secret.write_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
    environ = {"HOOK_FILE": str(secret), "OTHER_FILE": str(file)}
    before = digest(str(file), environ)
    old = effective(str(file), environ)
    secret.write_text("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert digest(str(file), environ) != before
    changed = list(map(str, changes(old, effective(str(file), environ))))
    assert changed == ["~ secret HOOK: another value → a new value"]
    assert digest(str(file), {}) == digest(str(file), {"OTHER_FILE": str(secret)})


def test_what_cannot_be_read_has_a_digest_too(tmp_path):
    """So that it is noticed when it can be read again."""
    missing = digest(str(tmp_path / "none.yaml"), {})
    (tmp_path / "none.yaml").write_text("")
    assert digest(str(tmp_path / "none.yaml"), {}) != missing
    assert sources(str(tmp_path / "none.yaml"), {}).name == str(tmp_path / "none.yaml")


def test_changes_are_told_key_by_key(file):
    """Added, gone and changed, services and channels by their names, and no value of a secret."""
    old = effective(str(file), ENVIRON)
    file.write_text(
        MAIN.replace("  - claude\n", "  - openai\n").replace("Gateway", "Portal").replace("https://x", "https://y")
    )
    new = effective(str(file), ENVIRON)
    assert list(map(str, changes(old, new))) == [
        "+ services.openai: OpenAI",
        "~ services.own.components.gw.name: Gateway → Portal",
        "~ services.own.components.gw.checks.a.target: https://x.example/ → https://y.example/",
        "- services.claude: Claude",
    ]
    assert changes(new, new) == []


def test_config_diff_ends_like_diff(file, capsys, monkeypatch):
    """0 where nothing differs, 1 where something does, and says what needs a restart."""
    monkeypatch.setenv("HOOK", ENVIRON["HOOK"])
    other = file.parent / "other.yml"
    other.write_text(MAIN)
    assert main(["--config", str(file), "config", "diff", str(other)]) == 0
    other.write_text(MAIN.replace("Gateway", "Portal") + "redis: redis://db:6379/0\n")
    assert main(["--config", str(file), "config", "diff", str(other)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "no difference",
        "~ services.own.components.gw.name: Gateway → Portal",
        "+ redis: redis://db:6379/0",
        "needs a restart: redis",
    ]
    assert main(["config", "diff"]) == 2
