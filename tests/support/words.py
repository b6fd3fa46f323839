"""How what platforms show is compared with what was meant: by its words, as a person reads them.

Readers of the fakes keep every character that was sent. Where a test is about words it asks `read`; where it is about
the no-break spaces themselves it does not.
"""


def read(text: str) -> str:
    """The text to a reader, who sees no difference between a space and one that keeps a line together."""
    return text.replace("\u00a0", " ")
