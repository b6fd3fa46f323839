"""The bounded JSON reader."""

import json

import pytest

from probes.dialects import shapes
from probes.dialects.errors import NotUnderstoodError


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\n ", "empty"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"\xef\xbb\xbf <html>", "HTML"),
        (b'{"a": ', "not JSON"),
        (b"\xff\xff\xff", "encoding"),
        (b"[NaN]", "NaN"),
        (b"[" * 100_000, "deep"),
        (b"[" * 80 + b"]" * 80, "deep"),
        (b"[" + b"1" * 5000 + b"]", "not JSON"),
        (b"[" + b"[]," * shapes.MAX_BRACKETS + b"1]", "too many"),
        (b"[" + b"1," * (shapes.MAX_COMMAS + 1) + b"1]", "too many"),
        (b" " * (shapes.MAX_BYTES + 1) + b"1", "limit"),
    ],
)
def test_refusals(body, reason):
    """Each with its reason."""
    with pytest.raises(NotUnderstoodError, match=reason):
        shapes.document(body)


def test_text_can_be_shown_and_stored():
    """Lone surrogates and control characters would break whoever encodes them later."""
    value = json.loads(r'"a\ud800b\u0000c\u202ed"')
    assert shapes.text(value) == "a b c d"
    shapes.text(value).encode()


def test_ids_are_never_cut():
    """Two long ids must not meet in one key."""
    with pytest.raises(NotUnderstoodError):
        shapes.ident("x" * 301, "a component")
    assert shapes.ident("x" * 300, "a component") == "x" * 300
    assert shapes.ident(7, "a component") == "7"
    unusable: tuple[object, ...] = (True, None, "", 1.5, {}, 10**30)
    for wrong in unusable:
        with pytest.raises(NotUnderstoodError, match="a component"):
            shapes.ident(wrong, "a component")


def test_lists_are_bounded():
    """No page has thousands of components."""
    with pytest.raises(NotUnderstoodError, match="limit"):
        shapes.listing([{}] * (shapes.MAX_ITEMS + 1), "components")
