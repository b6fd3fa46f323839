"""Times in a page are elements that the browser shows in the reader's zone."""

from bot.core.model.person import Person
from bot.core.text.inline import Style, mention, moment, relative
from bot.web.pages.times import localised

AT = 1_776_094_980.0


def test_a_time_is_an_element_with_its_moment():
    """Written in UTC, for where no script runs."""
    found = localised(f"<p>since {moment(AT)}</p>", AT + 60)
    assert found == '<p>since <time datetime="2026-04-13T15:43:00Z" data-clock="t">15:43 UTC</time></p>'
    assert 'data-clock="s">15:43:00 UTC<' in localised(moment(AT, Style.SECONDS), AT)


def test_no_element_stands_inside_a_tag_or_the_title():
    text = f'<title>{moment(AT)}</title><a title="{moment(AT)}">x</a>'
    assert localised(text, AT) == '<title>15:43 UTC</title><a title="15:43 UTC">x</a>'


def test_people_and_ages_are_words():
    text = localised(f"{mention(Person('slack', 'T1', 'U1', 'Ann'))} {relative(AT - 120)}", AT)
    assert text == "Ann on Slack 2 min ago"
