"""Every key of another monitor's file is taken or listed: a key put anywhere into it is never dropped in silence."""

import copy
import json

import pytest
import yaml

from bot.cli.import_from import read
from tests.support.monitors import BLACKBOX, GATUS, MONITORS, NOTIFICATIONS, PROMETHEUS, UPPTIME

STRAY = "zz-stray"
KUMA = json.dumps({"version": "1.23.0", "monitorList": MONITORS, "notificationList": NOTIFICATIONS})


def tables(value, names=()):
    """Each table below a value with the names of whatever it belongs to."""
    if isinstance(value, dict):
        own = (*names, *(str(value[key]) for key in ("name", "job_name", "url") if key in value))
        own = (*own, *map(str, value.get("targets", [])))
        yield value, own
        for key, child in value.items():
            yield from tables(child, (*own, str(key)))
    elif isinstance(value, list):
        for child in value:
            yield from tables(child, names)


def unnoticed(source, texts, tmp_path):
    """Names of tables into which a stray key can be put so that nobody hears of it."""
    documents = [copy.deepcopy(json.loads(json.dumps(yaml.safe_load(text)))) for text in texts]
    for document in documents:
        for table, names in list(tables(document)):
            table[STRAY] = "a"
            files = []
            for number, one in enumerate(documents):
                files.append(tmp_path / f"{number}.yaml")
                files[-1].write_text(yaml.safe_dump(one))
            found = read(source, files, {})
            del table[STRAY]
            said = [one for one in found.left if STRAY in one.what.replace("_", "-")]
            whole = [
                one
                for one in found.left
                if any(name in one.what.replace(". ", " ").split() + one.what.split(".") for name in names)
            ]
            if not (said or whole or STRAY in yaml.safe_dump(found.document())):
                yield names


@pytest.mark.parametrize(
    ("source", "texts"),
    [("gatus", [GATUS]), ("blackbox", [BLACKBOX, PROMETHEUS]), ("kuma", [KUMA]), ("upptime", [UPPTIME])],
)
def test_no_key_is_dropped_in_silence(source, texts, tmp_path):
    """Anywhere in the file."""
    assert list(unnoticed(source, texts, tmp_path)) == []
