"""The image's health check: does the process answer at /livez? Exit code 0 or 1, with one line.

`GROUNDTRUTH_LIVEZ` names another address where the configuration listens elsewhere.
"""

import os
import sys
import urllib.error
import urllib.request

address = os.environ.get("GROUNDTRUTH_LIVEZ", "http://127.0.0.1:8081/livez")
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with direct.open(address, timeout=4) as answer:
        sys.stdout.write(f"{address}: {answer.status}\n")
except (urllib.error.URLError, OSError, ValueError) as error:
    sys.exit(f"{address}: {error}")
