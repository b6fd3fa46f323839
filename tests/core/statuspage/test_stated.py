"""When trouble was, by a sentence of the vendor."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.statuspage.stated import LONGEST, SLACK, window


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def found(body: str, written: str, about: str | None = None, *, live: bool = False) -> tuple[str, ...]:
    """The window as texts, empty where none is believed."""
    said = window(body, at(written), at(about) if about else None, live)
    return tuple(f"{datetime.fromtimestamp(t, UTC):%m-%dT%H:%M}" for t in (said.begin, said.end)) if said else ()


@pytest.mark.parametrize(
    ("body", "written", "expected"),
    [
        ("On May 25, 2026, between 09:02 UTC and 09:11 UTC", "2026-06-08T13:56", ("05-25T09:02", "05-25T09:11")),
        ("On June 11th, 2024 between 20:13 UTC and 21:39 UTC", "2024-06-14T05:48", ("06-11T20:13", "06-11T21:39")),
        (
            "Between June 18th, 2024 at 09:34 PM UTC and June 19th, 2024 at 12:53 PM UTC, it was unavailable",
            "2024-06-24T02:34",
            ("06-18T21:34", "06-19T12:53"),
        ),
        ("Starting on June 18th from 4:59pm UTC to 6:06pm UTC", "2024-06-18T19:43", ("06-18T16:59", "06-18T18:06")),
        ("between 2024-04-10 18:33 UTC and 2024-04-10 19:03 UTC", "2024-06-21T19:03", ("04-10T18:33", "04-10T19:03")),
        ("On December 31 between 23:50 UTC and 00:20 UTC", "2026-01-01T02:00", ("12-31T23:50", "01-01T00:20")),
        ("from 23:50 UTC until 00:20 UTC", "2026-04-13T00:40", ("04-12T23:50", "04-13T00:20")),
        ("On May 25, 2026, between 09:02 UTC and 09:11 UTC", "2026-05-25T09:00", ()),  # not over when it was written
        ("On May 25, 2026, between 09:02 UTC and 09:11 UTC", "2027-05-25T09:00", ()),  # a year later
        ("between May 1, 2026 at 00:00 UTC and May 20, 2026 at 00:00 UTC", "2026-05-21T09:00", ()),  # three weeks
        ("On February 30, 2026, between 09:02 UTC and 09:11 UTC", "2026-03-02T09:00", ()),
        ("On May 25, 2026, between 25:02 UTC and 26:11 UTC", "2026-06-08T13:56", ()),
        ("On May 25, 2026, between 09:02 and 09:11 PT", "2026-06-08T13:56", ()),
    ],
)  # fmt: skip
def test_sentences(body: str, written: str, expected: tuple[str, ...]) -> None:
    """The day in the sentence counts, however late it was written; impossible windows do not."""
    assert found(body, written) == expected


def test_a_post_that_was_put_back_is_of_the_day_it_is_shown_under() -> None:
    """Written on the 17th of something of the 16th, without a day in words."""
    body = "From 11:50-12:25 UTC, agents were unable to process requests"
    assert found(body, "2025-12-17T19:04", "2025-12-16T12:00") == ("12-16T11:50", "12-16T12:25")
    assert found(body, "2025-12-17T19:04") == ("12-17T11:50", "12-17T12:25")


def test_what_was_posted_live_was_not_over_the_day_before() -> None:
    """The vendor took the wrong day: nothing of such a sentence is believed."""
    body = "On December 31, 2025, between 04:00 UTC and 22:31 UTC, the page failed"
    assert found(body, "2026-01-01T22:31", live=True) == ()
    assert found(body, "2026-01-01T22:31") == ("12-31T04:00", "12-31T22:31")


@given(
    body=st.lists(
        st.sampled_from(
            ("On ", "between ", "from ", "May 25", ", 2026", "Dec 31", "09:02", "23:59", " UTC", " and ", "-", " PM")
        ),
        max_size=12,
    ).map("".join),
    written=st.floats(1e9, 2e9),
    about=st.none() | st.floats(1e9, 2e9),
    live=st.booleans(),
)  # fmt: skip
def test_whatever_is_believed_can_be_true(body: str, written: float, about: float | None, live: bool) -> None:
    """It begins before it ends, is not endless, and was over when it was written of."""
    said = window(body, written, about, live)
    assert said is None or (
        said.begin < said.end <= written + SLACK.total_seconds() + 60
        and said.end - said.begin <= LONGEST.total_seconds()
    )
