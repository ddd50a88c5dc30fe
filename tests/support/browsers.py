"""The Chromium on this machine."""

import os
import shutil

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def find_browser():
    candidates = [os.environ.get("HUB_CHROMIUM"), *BROWSERS, MAC_CHROME]
    return next(
        (path for candidate in candidates if candidate and (path := shutil.which(candidate))), None
    )
