"""No field of what is kept in the store is renamed, dropped or made required without a thought for what is there."""

import json
from pathlib import Path

import bot
from tests.support.stored_fields import FILE, stored_fields

WHAT_TO_DO = """
Stores that are in use hold values with these fields, by name. A field that is renamed or dropped is lost there without
a word, and one that is new without a default makes all of them unreadable. So give a new field a default, keep the old
name, or read both names; if that cannot be, raise SCHEMA in bot/store/keys.py and say so in the upgrade notes.
Then write the list anew: python -m tests.support.stored_fields
"""


def test_fields_that_are_kept_in_the_store():
    """The recorded list is that of the code."""
    assert stored_fields() == json.loads(FILE.read_text()), WHAT_TO_DO


def test_every_value_goes_through_the_one_codec():
    """Nobody else reads or writes what is in the store, so nobody else has a rule for what cannot be read."""
    root = Path(bot.__file__).parent
    named = {str(p.relative_to(root)) for p in root.rglob("*.py") if "TypeAdapter" in p.read_text(encoding="utf-8")}
    assert named <= {"store/codec.py"}
