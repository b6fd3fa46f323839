"""`python -m tests.docs`: write anew what the pages have from the code, and the transcripts that never change."""

import sys

from tests.docs.generated import written
from tests.docs.pages import ROOT, pages
from tests.docs.transcripts import refreshed

for path in pages():
    before = path.read_text()
    after = refreshed(written(path, before))
    if after != before:
        path.write_text(after)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
