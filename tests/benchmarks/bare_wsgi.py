"""The least that gunicorn can serve: one page's bytes and headers, whatever is asked.

The yardstick of tests/benchmarks/side_by_side.py, which names the file they are in.
"""

import json
import os
from pathlib import Path

FOLDER = Path(os.environ["BARE_PAGE"])
BODY = (FOLDER / "body").read_bytes()
HEADERS = [tuple(pair) for pair in json.loads((FOLDER / "headers.json").read_text())]


def application(environ, start_response):
    start_response("200 OK", list(HEADERS))
    return [BODY]
