"""Every key of another monitor's file is taken or listed: a key put anywhere into it is never dropped in silence."""

import copy
import json

import pytest
import yaml

from bot.cli.import_from import read
from tests.support.monitors import BLACKBOX, CSV, GATUS, MONITORS, NOTIFICATIONS, PROMETHEUS, UPPTIME

STRAY = "zz-stray"
KUMA = json.dumps({"version": "1.23.0", "monitorList": MONITORS, "notificationList": NOTIFICATIONS})


def tables(value, lines=(), names=(), path=()):
    """Each table below a value, with the lines (where, what) that say that it, or one that it is in, is left whole."""
    if isinstance(value, dict):
        named = [str(value[key]) for key in ("name", "job_name", "url") if key in value]
        own = [f"{kind}{name}" for name in named for kind in ("", "job ", "notification ")]
        own += [f"module {path[-1]}"] if path[:1] == ("modules",) else []
        lines = (*lines, *((name, ".".join(path)) for name in names or [""]), *(("", name) for name in own))
        lines = (*lines, *((name, f"target {target}") for name in names for target in value.get("targets", [])))
        yield value, lines
        for key, child in value.items():
            yield from tables(child, lines, own or names, (str(key),) if own else (*path, str(key)))
    elif isinstance(value, list):
        for child in value:
            yield from tables(child, lines, names, path)


def unnoticed(source, texts, tmp_path):
    """Lines of tables into which a stray key can be put so that nobody hears of it."""
    documents = [copy.deepcopy(json.loads(json.dumps(yaml.safe_load(text)))) for text in texts]
    for document in documents:
        for table, lines in list(tables(document)):
            table[STRAY] = "a"
            files = []
            for number, one in enumerate(documents):
                files.append(tmp_path / f"{number}.yaml")
                files[-1].write_text(yaml.safe_dump(one))
            found = read(source, files, {})
            del table[STRAY]
            said = [one for one in found.left if STRAY in one.what.replace("_", "-")]
            whole = [one for one in found.left if (one.where, one.what) in lines]
            if not (said or whole or STRAY in yaml.safe_dump(found.document())):
                yield lines


@pytest.mark.parametrize(
    ("source", "texts"),
    [("gatus", [GATUS]), ("blackbox", [BLACKBOX, PROMETHEUS]), ("kuma", [KUMA]), ("upptime", [UPPTIME])],
)
def test_no_key_is_dropped_in_silence(source, texts, tmp_path):
    """Anywhere in the file."""
    assert list(unnoticed(source, texts, tmp_path)) == []


def test_no_column_is_dropped_in_silence(tmp_path):
    """Of a list as CSV: each row says so, or is left as a whole."""
    head, *rows = CSV.splitlines()
    for row in rows:
        file = tmp_path / "tests.csv"
        file.write_text(f"{head},{STRAY}\n{row}{',' * (head.count(',') - row.count(','))},a\n")
        left = [(one.where, one.what) for one in read("statuscake-csv", [file], {}).left]
        name = row.partition(",")[0]
        assert (name, STRAY.replace("-", "")) in left or ("", name) in left


def test_a_line_about_another_table_is_not_taken_for_one_about_this():
    """A line about one check's `client` says nothing of another's, nor of keys of its own."""
    document = {"b": [{"name": name, "client": {"key": name}} for name in ("x", "y")]}
    lines = {table["key"]: said for table, said in tables(document) if "key" in table}
    assert ("x", "client") in lines["x"]
    assert not {("y", "client"), ("", "client"), ("x", "client.insecure"), ("", "y")} & set(lines["x"])
