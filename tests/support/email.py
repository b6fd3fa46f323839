"""The plain text of a mail."""


def plain(message):
    return message.get_body(("plain",)).get_content()
