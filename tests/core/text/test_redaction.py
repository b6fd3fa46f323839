"""Secrets in pasted text: none of them survives, wherever it stands; ordinary text does."""

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.text.redaction import LONGEST, REVOKE, redacted
from probes.redaction import MASK, RANDOM
from tests.support.secrets import SECRETS, of

CARRIED = st.one_of(
    of(20).map(lambda s: (f"Authorization: Bearer {s}7", f"{s}7")),
    of(20).map(lambda s: (f"authorization: Basic {s}==", f"{s}==")),
    of(20).map(lambda s: (f"x-api-key: {s}", s)),
    of(20).map(lambda s: (f'"x-api-key": "{s}"', s)),
    of(12).map(lambda s: (f"https://someone:{s}@db.example/", s)),
    of(14).map(lambda s: (f"password={s}", s)),
    of(40).map(lambda s: (f"aws_secret_access_key = {s}", s)),
    of(30).map(lambda s: (f"ANTHROPIC_API_KEY={s}", s)),
    of(30).map(lambda s: (f"Cookie: sessionKey={s}; other=1", s)),
)
HIDDEN_IN = ("\u200b", "\u00ad", "\x1b[31m", "\x00", "\u202e")


@settings(max_examples=600, deadline=None)
@given(st.text(max_size=60), SECRETS, st.text(max_size=60))
def test_a_secret_is_found_anywhere(before, secret, after):
    """Glued to other text or not, it goes, and its kind is named."""
    pieces = [secret[i : i + 16] for i in range(len(secret) - 15)]
    assume(not any(piece in before or piece in after for piece in pieces))
    safe, kinds = redacted(before + secret + after)

    assert kinds
    assert not any(piece in safe for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40).map(lambda text: text + "\n"), CARRIED, st.text(max_size=40).map(lambda text: "\n" + text))
def test_what_a_header_or_setting_carries_is_found(before, carried, after):
    """A value without a form of its own is known by what stands before it."""
    text, secret = carried
    assume(secret not in before and secret not in after)
    safe, kinds = redacted(before + text + after)

    assert secret not in safe
    assert kinds


@settings(max_examples=200, deadline=None)
@given(SECRETS, st.sampled_from(HIDDEN_IN), st.integers(1, 20))
def test_invisible_characters_hide_nothing(secret, mark, at):
    """What a screen would not show cannot split a secret."""
    safe, kinds = redacted(secret[:at] + mark + secret[at:])

    assert secret not in safe
    assert kinds


@settings(max_examples=50, deadline=None)
@given(SECRETS, st.integers(-120, 20))
def test_a_secret_at_the_cut_end_leaves_no_half(secret, shift):
    """A text that is too long is cut before it could show the beginning of a key."""
    safe, _ = redacted("x " * ((LONGEST + shift) // 2) + secret + " y" * 200)

    assert not any(secret[i : i + 8] in safe for i in range(4, len(secret) - 8))


@pytest.mark.parametrize(
    "text",
    [
        "x-api-key header is required",
        "invalid x-api-key",
        "Missing bearer authentication in header",
        "Basic authentication failed",
        "Unexpected token: }",
        "token: invalid",
        "max_tokens: 4096, input_tokens=55",
        "disk-space-monitoring-of-the-service is full, task-runner too",
        "Authorization header is required",
        "request req_011CSHoEeqs5C35K2UUqR7Fy, cf-ray: 8f00000000000000-FRA",
        "AKIA keys and ghp_ tokens have a form",
        '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
        "request id 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
        "commit 9a3c1f0e5d7b2a4c6e8f9a3c1f0e5d7b2a4c6e8f",
    ],
)
def test_ordinary_text_stays(text):
    """Errors that speak of keys hold none, and ids are no secrets."""
    assert redacted(text) == (text, ())


def test_each_kind_once_and_masked():
    """Two keys of a kind are named once; what is taken out shows as such."""
    safe, kinds = redacted("sk-ant-api03-aaaaaaaa and sk-ant-api03-bbbbbbbb and Authorization: Bearer abcdef123456")
    assert kinds == ("Anthropic key", "authorization header")
    assert safe.count(MASK) == 3
    assert redacted(f"Authorization: Bearer {MASK}") == (f"Authorization: Bearer {MASK}", ())


def test_long_random_values_go_without_an_alarm():
    """They may be keys of somebody unknown; nobody is told to revoke a trace id."""
    safe, kinds = redacted("id: " + "aB3" * 20)
    assert (safe, kinds) == (f"id: {MASK}", ())
    assert RANDOM not in REVOKE


HOSTILE = (
    "sk-ant-", "://", "://a", "-----BEGIN PRIVATE KEY-----", "a-", "bearer ", "basic ", "eyJ.", "authorization: ",
    "password=", "aA1", "aa", "A.b", "cookie:", "\x1b[", "secret access key ", 'x-api-key":"', "a" * 40 + ".",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion(piece):
    """Four times the text takes at most some four times as long, with room for a busy machine: no backtracking."""

    def taken(length):
        text = (piece * length)[:length]
        return min(_timed(text) for _ in range(3))

    assert taken(LONGEST) < 16 * taken(LONGEST // 4) + 0.05


def _timed(text):
    begun = time.perf_counter()
    redacted(text)
    return time.perf_counter() - begun
