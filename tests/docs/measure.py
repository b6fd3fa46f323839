"""How long a page is, and how long its sentences are: `python -m tests.docs.measure README.md`."""

import re
import sys
from pathlib import Path

FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
WORD = re.compile(r"[\w’'`./@<>=-]*\w[\w’'`./@<>=-]*")
END = re.compile(r"(?<=[.!?])\s+")


def prose(page: str) -> str:
    """The page without code blocks, comments, pictures and the addresses of links."""
    page = COMMENT.sub("", FENCED.sub("", page))
    return LINK.sub(r"\1", MARKUP.sub("", page))


def words(text: str) -> int:
    """Words of a text."""
    return len(WORD.findall(text))


def sentences(page: str) -> list[str]:
    """The sentences of paragraphs and list items; headings and tables have none."""
    found: list[str] = []
    paragraph: list[str] = []
    for line in [*prose(page).splitlines(), ""]:
        text = line.strip()
        ends = not text or text.startswith(("#", "|", "- ", "* ", ">")) or re.match(r"\d+\. ", text)
        if ends and paragraph:
            found += [one for one in END.split(" ".join(paragraph)) if words(one)]
            paragraph = []
        if text and not text.startswith(("#", "|")):
            paragraph.append(re.sub(r"^([-*>]|\d+\.) ", "", text))
    return found


def mean(page: str) -> float:
    """Words in a sentence, on average."""
    each = [words(one) for one in sentences(page)]
    return sum(each) / len(each) if each else 0.0


def main() -> None:
    """Print both figures of each file."""
    for name in sys.argv[1:]:
        page = Path(name).read_text()
        sys.stdout.write(f"{name}: {words(prose(page))} words, {mean(page):.1f} a sentence\n")


if __name__ == "__main__":
    main()
