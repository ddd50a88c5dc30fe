"""How the time to check a text grows with its length. Run by hand: make benchmark.

Each check gets texts that keep its patterns busy, from 1 kB to 64 kB, each twice as long as the
last. If the time doubles too, all is well. If it quadruples, one officer's paste or one stranger's
form could keep a worker busy.
"""

import math
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402

from contacts import dialling  # noqa: E402
from contacts import validators as number_validators  # noqa: E402
from helphub.content import entries, markup, validators  # noqa: E402
from helphub.search import normalise  # noqa: E402
from helphub.wsgi import plain_content_type  # noqa: E402

CHECKS = [
    validators.validate_text,
    markup.prose,
    markup.phrase,
    entries.validate_neutral,
    dialling.validate_dial,
    number_validators.validate_sentence,
    number_validators.validate_byday,
    normalise.fold,
    plain_content_type,
]
# Pieces that a text repeats. A pattern that looks back or ahead starts again at each.
PIECES = [
    "a",
    "a ",
    "sentence. ",
    "1",
    "1 ",
    "1 - ",
    "1   (",
    "0800 ",
    "9,99",
    "/99",
    "{",
    "{}",
    "{a-",
    "{h-spo",
    "{a:b-",
    "#",
    "\n#",
    "\n# ",
    "\n- ",
    "\n1. ",
    "> ",
    "*",
    "**a",
    "* a *",
    "[",
    "](",
    "[a](b",
    "[[a]",
    "![",
    "\\",
    "&",
    "&#",
    "<",
    "`",
    "_",
    "hono",
    "domestic",
    "\u0301",
    "\ufdfa",
    "ئ",
    "\u0130",
    "MO,",
    "; boundary=",
    "; boundary=a",
    '; boundary="',
    "; ",
]
SIZES = [1024 * 2**power for power in range(7)]
TOO_MUCH = 1.4  # The exponent: at 1 the time grows with the text, at 2 with its square.
ENOUGH = 0.0005  # Seconds; less says more about the machine than about the check.
TOO_LONG = 1.0


def seconds(check, text):
    """Processor time, the least of three runs."""
    times = []
    for _ in range(3):
        started = time.process_time()
        with suppress(ValidationError):
            check(text)
        times.append(time.process_time() - started)
    return min(times)


def growth(check, piece):
    """The time for the longest text, and the exponent of the growth."""
    measured = []
    for size in SIZES:
        now = seconds(check, (piece * (size // len(piece) + 1))[:size])
        measured.append((size, now))
        if now > TOO_LONG:
            break
    size, last = measured[-1]
    base, first = next((entry for entry in measured if entry[1] > ENOUGH), measured[-1])
    return last, math.log(last / first) / math.log(size / base) if size > base else 1.0


def main():
    for check in CHECKS:
        growths = [(*growth(check, piece), piece) for piece in PIECES]
        longest, _, piece = max(growths)
        print(f"{check.__name__:20} at most {longest * 1e3:7.1f} ms, with {piece!r}")
        for longest, exponent, piece in growths:
            if exponent > TOO_MUCH or longest > TOO_LONG:
                print(f"    grows too fast: {piece!r}, {longest:.2f} s, exponent {exponent:.1f}")


if __name__ == "__main__":
    main()
