"""What a dialect raises, and nothing else, for bytes that are not its own."""


class NotUnderstoodError(ValueError):
    """The page is not in the shape this dialect knows; the message says in a few words what is wrong."""
