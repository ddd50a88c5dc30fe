"""Which of the strangest requests take longest. Run by hand: make benchmark.

    python tests/benchmarks/fuzz.py 20000

It sends the list written by hand and that many made-up requests to the laptop's site, and stops at
the first improper answer.
"""

import heapq
import logging
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of

from helphub.wsgi import application
from tests.support import fuzzing
from tests.support.wsgi import ask

SHOWN = 12


def main(number):
    logging.disable(logging.CRITICAL)
    times = []

    def measure(request):
        started = time.perf_counter()
        answer = ask(application, request)
        seconds = time.perf_counter() - started
        asked = f"{request['REQUEST_METHOD']} {request['PATH_INFO'][:60]!r}"
        query = request["QUERY_STRING"][:40]
        times.append((seconds, f"{answer.status} {asked} ?{query!r}"))
        fuzzing.assert_proper(request, answer)

    for request in fuzzing.by_hand():
        measure(request)
    requests = one_of(fuzzing.requests(), fuzzing.forms(b"/find/", ["words"]))
    settings(
        max_examples=number,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )(given(request=requests)(measure))()
    total = sum(seconds for seconds, _ in times)
    print(f"{len(times)} requests, {total / len(times) * 1e3:.1f} ms each")
    for seconds, what in heapq.nlargest(SHOWN, times):
        print(f"  {seconds * 1e3:7.1f} ms  {what}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
