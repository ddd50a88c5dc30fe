"""How soon the page is blank and the destination requested. Run by hand, with a site running:

python tests/browser/measure_exit.py http://127.0.0.1:8000

In an ordinary Chromium without a window. The times are the browser's own, by the machine's clock:
the press, the first frame without the page, and the request to the destination, which answers after
a second and a half.
"""

import base64
import os
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

from django.conf import settings  # noqa: E402

from tests.support.browsers import QUIET, find_browser  # noqa: E402
from tests.support.chromium import started  # noqa: E402

EXITS = 20
DELAY = 1.5
VISIT = ["/", "/help-now/", "/topics/", "/contacts/"]
WHEN_PRESSED = """addEventListener("click", ({ timeStamp }) =>
  console.log(performance.timeOrigin + timeStamp), true)"""


def is_blank(picture):
    """Whether a PNG has a single colour: if so, all its lines but the first are packed alike."""
    data = base64.b64decode(picture)
    width = int.from_bytes(data[16:20], "big")
    channels = {2: 3, 6: 4}[data[25]]
    packed, at = b"", 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    lines = zlib.decompress(packed)
    step = width * channels + 1
    return len({lines[start : start + step] for start in range(step, len(lines), step)}) <= 2


def measure(tab, address):
    """The milliseconds from one press to the blank frame and to the request."""
    for path in VISIT:
        tab.goto(address + path)
    tab.events.clear()
    tab.hold()
    with tab.filmed() as frames:
        tab.click(".exit")
        tab.until(lambda: tab.paused and frames and is_blank(frames[-1]), "a blank frame")
        asked = next(
            params["wallTime"]
            for method, params in tab.events
            if method == "Network.requestWillBeSent" and params["documentURL"] == settings.EXIT_URL
        )
        end = time.monotonic() + DELAY
        while time.monotonic() < end:
            tab.browser.listen()
    tab.let_through()
    tab.wait_until_loaded(settings.EXIT_URL)
    pressed = float(tab.console_lines()[0])
    shown = [when for when, picture in zip(tab.times, frames, strict=True) if is_blank(picture)]
    return shown[0] * 1000 - pressed, asked * 1000 - pressed


def main():
    address = sys.argv[1].rstrip("/")
    args = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    launch_args = {"executable_path": find_browser(), "args": args}
    blank, asked = [], []
    with (
        tempfile.TemporaryDirectory() as profile,
        started(launch_args, Path(profile)) as browser,
        browser.tab(address + "/", settings.EXIT_URL) as tab,
    ):
        tab.send("Network.enable")
        tab.before_every_page(WHEN_PRESSED)
        for _ in range(EXITS):
            to_blank, to_request = measure(tab, address)
            blank.append(to_blank)
            asked.append(to_request)
    print(f"{EXITS} exits, the destination answering after {DELAY} s. Milliseconds from the press:")
    for what, times in [("to a blank frame", blank), ("to the request", asked)]:
        middle = statistics.median(times)
        print(f"  {what:16}  min {min(times):5.0f}  median {middle:5.0f}  max {max(times):5.0f}")


if __name__ == "__main__":
    main()
